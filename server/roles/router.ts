import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { listRoles } from "./roles.ts";
import { ListRoles } from "./schema.ts";

export const rolesRouter = router({
  list: can("roles.read").query(ListRoles, listRoles),
});
