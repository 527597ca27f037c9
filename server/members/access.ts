import { allPermissions, permissionInfo } from "../access/permissions.ts";
import { notFound } from "../platform/errors.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { MemberAccessView, MemberById } from "./schema.ts";

/** What a member can do, and what each permission comes from. Throws AppError not_found. */
export async function getMemberAccess(ctx: ReadCtx, { id }: MemberById): Promise<MemberAccessView> {
  const member = await ctx.db.member.findFirst({
    where: { id, status: { not: "removed" } },
    select: {
      id: true,
      name: true,
      status: true,
      role: { select: { id: true, key: true, name: true, builtIn: true, permissions: true } },
    },
  });
  if (!member) throw notFound("member");
  const { permissions: held, ...role } = member.role;
  const active = member.status === "active";
  const source = { kind: "role" as const, id: role.id, key: role.key, name: role.name };
  return {
    // The column's CHECK holds the same closed set as the type.
    member: { id: member.id, name: member.name, status: member.status as "active" | "suspended" },
    role,
    permissions: allPermissions.map((name) => {
      const { description, scope } = permissionInfo(name);
      const from = held.includes(name) ? [source] : [];
      return { name, description, scope, granted: active && from.length > 0, from };
    }),
    blocked: active ? null : "This member is suspended and can do nothing until they are reactivated.",
  };
}
