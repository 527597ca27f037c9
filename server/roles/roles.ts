import { builtInRoles } from "../access/permissions.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { RoleRow } from "./schema.ts";

const rolesMax = 200;
const builtInOrder = new Map<string, number>(builtInRoles.map((role, index) => [role.key, index]));

/** The organization's roles: the built-in ones from the most to the least powerful, then its own by name. */
export async function listRoles(ctx: ReadCtx): Promise<RoleRow[]> {
  const roles = await ctx.db.role.findMany({
    select: { id: true, key: true, name: true, description: true, builtIn: true, permissions: true },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: rolesMax,
  });
  const place = (role: RoleRow) => (role.builtIn ? (builtInOrder.get(role.key) ?? rolesMax) : rolesMax + 1);
  // The sort is stable: within one place the order by name stays.
  return roles.toSorted((one, other) => place(one) - place(other));
}
