import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { cloneRole, createRole, deleteRole, updateRole } from "./change-roles.ts";
import { getRole, listPermissions, listRoles } from "./roles.ts";
import { CloneRole, CreateRole, ListRoles, RoleById, UpdateRole } from "./schema.ts";

export const rolesRouter = router({
  list: can("roles.read", { rest: "GET /roles" }).query(ListRoles, listRoles),
  get: can("roles.read", { rest: "GET /roles/{id}" }).query(RoleById, getRole),
  permissions: can("roles.read", { rest: "GET /permissions" }).query(ListRoles, listPermissions),
  create: can("roles.write").mutation(CreateRole, createRole),
  update: can("roles.write").mutation(UpdateRole, updateRole),
  clone: can("roles.write").mutation(CloneRole, cloneRole),
  delete: can("roles.delete").mutation(RoleById, deleteRole),
});
