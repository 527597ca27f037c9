import { allPermissions, builtInRoles, permissionInfo } from "../access/permissions.ts";
import { missingFrom } from "../access/grant.ts";
import { lackOf } from "../plans/features.ts";
import { notFound } from "../platform/errors.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { PermissionRow, RoleActs, RoleById, RoleRow } from "./schema.ts";

const rolesMax = 200;
const holdersMax = 50;
const builtInOrder = new Map<string, number>(builtInRoles.map((role, index) => [role.key, index]));

const recordColumns = {
  id: true,
  key: true,
  name: true,
  description: true,
  builtIn: true,
  permissions: true,
  version: true,
} as const;

/** The organization's roles: the built-in ones from the most to the least powerful, then its own by name. */
export async function listRoles(ctx: ReadCtx): Promise<RoleRow[]> {
  const roles = await ctx.db.role.findMany({
    select: recordColumns,
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: rolesMax,
  });
  const counts = await countUses(ctx);
  const rows = roles.map((role) => present(ctx, role, counts.get(role.id)));
  const place = (role: RoleRow) => (role.builtIn ? (builtInOrder.get(role.key) ?? rolesMax) : rolesMax + 1);
  // The sort is stable: within one place the order by name stays.
  return rows.toSorted((one, other) => place(one) - place(other));
}

/** One role, and the first of those who have it. Throws AppError not_found. */
export async function getRole(
  ctx: ReadCtx,
  { id }: RoleById,
): Promise<RoleRow & { holders: { memberId: string; name: string }[] }> {
  const role = await ctx.db.role.findUnique({ where: { id }, select: recordColumns });
  if (!role) throw notFound("role");
  const holders = ctx.actor.permissions.has("members.read") ? await holdersOf(ctx, id) : [];
  return { ...present(ctx, role, (await countUses(ctx, id)).get(id)), holders };
}

function holdersOf(ctx: ReadCtx, roleId: string): Promise<{ memberId: string; name: string }[]> {
  return ctx.db.$queryRaw<{ memberId: string; name: string }[]>`
    SELECT m.id AS "memberId", m.name FROM members m
    WHERE m.role_id = ${roleId}::uuid AND m.status <> 'removed' ORDER BY m.name, m.id LIMIT ${holdersMax}`;
}

/** Every permission, in the registry's order, and which of them the caller could give. */
export async function listPermissions(ctx: ReadCtx): Promise<PermissionRow[]> {
  return allPermissions.map((name) => {
    const { description, scope, needs = [], peopleOnly = false } = permissionInfo(name);
    const resource = name.slice(0, name.indexOf("."));
    const mine = ctx.actor.permissions.has(name);
    return { name, resource, description, scope, needs: [...needs], forKeys: !peopleOnly, mine };
  });
}

type Uses = { members: number; invites: number };

/** How many members and open invites have each role, or one of them. */
export async function countUses(ctx: ReadCtx, roleId: string | null = null): Promise<Map<string, Uses>> {
  const rows = await ctx.db.$queryRaw<({ id: string } & Uses)[]>`
    SELECT r.id, (SELECT count(*)::int FROM members m WHERE m.role_id = r.id AND m.status <> 'removed') AS members,
      (SELECT count(*)::int FROM invites i WHERE i.role_id = r.id AND i.status = 'pending'
        AND i.expires_at > ${ctx.clock.now()}::timestamptz) AS invites
    FROM roles r WHERE ${roleId}::uuid IS NULL OR r.id = ${roleId}::uuid LIMIT ${rolesMax}`;
  return new Map(rows.map(({ id, members, invites }) => [id, { members, invites }]));
}

type RoleRecord = Omit<RoleRow, keyof Uses | "acts">;

function present(ctx: ReadCtx, role: RoleRecord, uses: Uses = { members: 0, invites: 0 }): RoleRow {
  return { ...role, ...uses, acts: actsOn(ctx, role, uses) };
}

function actsOn({ actor, organization }: ReadCtx, role: RoleRecord, uses: Uses): RoleActs {
  const lacks = (permission: string) =>
    actor.permissions.has(permission) ? null : "Your role does not permit this.";
  const missing = missingFrom(actor.permissions, role.permissions);
  const beyond = missing.length > 0 ? `It permits what you do not have: ${missing.join(", ")}.` : null;
  const fixed = role.builtIn ? "Built-in roles cannot be changed." : null;
  const used = uses.members + uses.invites > 0 ? "It is in use." : null;
  return {
    update: lacks("roles.write") ?? fixed ?? beyond,
    delete: lacks("roles.delete") ?? fixed ?? beyond ?? used,
    clone: lacks("roles.write") ?? beyond ?? lackOf(organization.plan, "custom_roles"),
    assign: lacks("members.write") ?? beyond,
  };
}
