import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { listMembers } from "./members.ts";
import { ListMembers } from "./schema.ts";

export const membersRouter = router({
  list: can("members.read", { recorded: true }).query(ListMembers, listMembers),
});
