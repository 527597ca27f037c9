import { lockAccess, raiseAccess } from "../access/access-version.ts";
import { assertGrantable } from "../access/grant.ts";
import { ownerRoleKey } from "../access/permissions.ts";
import { audit } from "../audit/audit.ts";
import { askSeats } from "../billing/ask-seats.ts";
import { emit } from "../events/emit.ts";
import { enqueue } from "../jobs/enqueue.ts";
import { syncMember } from "../organizations/projection.ts";
import { assertRoom } from "../plans/quota.ts";
import { notFound } from "../platform/errors.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { lastOwner, refusalOfAct } from "./rules.ts";
import type { ChangeRole, MemberAct, MemberById, MemberStatus } from "./schema.ts";

type Status = MemberStatus | "removed";

/** A member as a change finds and leaves it. */
export type Membership = {
  id: string;
  accountId: string;
  name: string;
  status: Status;
  role: { id: string; key: string; name: string; permissions: string[] };
};

export const membershipColumns = {
  id: true,
  accountId: true,
  name: true,
  status: true,
  role: { select: { id: true, key: true, name: true, permissions: true } },
} as const;

/**
 * The one way in which a membership changes. Runs in the organization's turn (`lockAccess` comes first), and
 * refuses whatever would leave no active owner. Voids permissions everywhere, and has the directory follow.
 * Throws AppError last_owner.
 */
export async function changeMembership(
  ctx: WriteCtx,
  target: Membership,
  change: { roleId?: string; status?: Status; joinedAt?: Date },
): Promise<Membership> {
  const row = await ctx.db.member.update({
    where: { id: target.id },
    data: { ...change, version: { increment: 1 }, updatedAt: ctx.clock.now() },
    select: membershipColumns,
  });
  await assertOwnerRemains(ctx);
  await raiseAccess(ctx, { accountIds: [target.accountId] });
  await enqueue(ctx, "directory.sync-member", { memberId: target.id });
  return checked(row);
}

/** Looked at once the change is made, in its turn: of two changes at once the second sees the first. */
async function assertOwnerRemains(ctx: WriteCtx): Promise<void> {
  const owners = await ctx.db.member.count({ where: { status: "active", role: { key: ownerRoleKey } } });
  if (owners === 0) throw lastOwner();
}

/** A member row with its status as the type says it. */
export function checked(row: Omit<Membership, "status"> & { status: string }): Membership {
  // The column's CHECK holds the same closed set as the type.
  return { ...row, status: row.status as Status };
}

/** A member who was not removed. Throws AppError not_found. */
async function loadMembership(ctx: WriteCtx, id: string): Promise<Membership & { status: MemberStatus }> {
  const row = await ctx.db.member.findUnique({ where: { id }, select: membershipColumns });
  if (!row || row.status === "removed") throw notFound("member");
  return { ...row, status: row.status as MemberStatus };
}

/** A member as an act finds them, in the organization's turn. Throws AppError not_found, and what the rules refuse it with. */
export async function loadFor(ctx: WriteCtx, id: string, act: MemberAct): Promise<Membership> {
  await lockAccess(ctx);
  const target = await loadMembership(ctx, id);
  const { role, status } = target;
  const refused = refusalOfAct(
    ctx.actor,
    { id, status, roleKey: role.key, rolePermissions: role.permissions },
    act,
  );
  if (refused) throw refused;
  return target;
}

/** Runs a change in one transaction; the directory follows by a job, and at once where it can. */
export async function changing(
  door: Door,
  work: (ctx: WriteCtx) => Promise<readonly string[]>,
): Promise<void> {
  const memberIds = await transact(door, "write", work);
  for (const id of memberIds) {
    await syncMember(door.organization.id, id).catch((error: unknown) =>
      door.log.warn({ err: error }, "the directory follows later"),
    );
  }
}

function told(member: Membership) {
  return { id: member.id, accountId: member.accountId, roleKey: member.role.key, status: member.status };
}

/**
 * Gives a member another role: one that holds nothing beyond the caller's own permissions. Throws AppError
 * not_found, own_membership, outranked, exceeds_own_permissions and last_owner.
 */
export async function changeMemberRole(door: Door, { id, roleId }: ChangeRole): Promise<{ id: string }> {
  await changing(door, async (ctx) => {
    const before = await loadFor(ctx, id, "changeRole");
    const role = await ctx.db.role.findUnique({ where: { id: roleId }, select: { permissions: true } });
    if (!role) throw notFound("role");
    assertGrantable(ctx.actor, role.permissions, "roleId");
    if (before.role.id === roleId) return [];
    const after = await changeMembership(ctx, before, { roleId });
    await audit(ctx, {
      action: "members.changeRole",
      target: { type: "member", id, label: before.name },
      before: { role: before.role.key },
      after: { role: after.role.key },
    });
    await emit(ctx, "member.updated", told(after));
    return [id];
  });
  return { id };
}

/** Takes a member's access until they are reactivated. Throws AppError as changeMemberRole does, and already_suspended. */
export async function suspendMember(door: Door, { id }: MemberById): Promise<{ id: string }> {
  await setStatus(door, id, "suspend", "suspended");
  return { id };
}

/** Gives a suspended member their access back. Throws AppError as suspendMember does, already_active and limit_reached. */
export async function reactivateMember(door: Door, { id }: MemberById): Promise<{ id: string }> {
  await setStatus(door, id, "reactivate", "active");
  return { id };
}

/** Removes a member; their own API keys end with it. Throws AppError as changeMemberRole does. */
export async function removeMember(door: Door, { id }: MemberById): Promise<{ id: string }> {
  await setStatus(door, id, "remove", "removed");
  return { id };
}

const events = {
  active: "member.reactivated",
  suspended: "member.suspended",
  removed: "member.removed",
} as const;

function setStatus(
  door: Door,
  id: string,
  act: "suspend" | "reactivate" | "remove",
  status: Status,
): Promise<void> {
  return changing(door, async (ctx) => {
    const before = await loadFor(ctx, id, act);
    // Somebody who is suspended keeps no seat.
    if (act === "reactivate") await assertRoom(ctx, "seats");
    await end(ctx, before, `members.${act}`, status);
    return [id];
  });
}

/** Gives a membership another status, with all that follows from it. Throws AppError last_owner. */
export async function end(ctx: WriteCtx, before: Membership, action: string, status: Status): Promise<void> {
  const after = await changeMembership(ctx, before, { status });
  if (status === "removed") {
    // Were they to come back one day, their old keys must not.
    await ctx.db.apiKey.updateMany({
      where: { createdById: before.id, kind: "personal", revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    });
  }
  await audit(ctx, {
    action,
    target: { type: "member", id: before.id, label: before.name },
    before: { status: before.status },
    after: { status },
  });
  await emit(ctx, events[status], told(after));
  await askSeats(ctx);
}

/**
 * Makes an active member an owner, and the caller an admin, both or neither. Throws AppError not_found,
 * own_membership, member_suspended, already_owner and exceeds_own_permissions.
 */
export async function transferOwnership(door: Door, { id }: MemberById): Promise<{ id: string }> {
  await changing(door, async (ctx) => {
    const before = await loadFor(ctx, id, "transferOwnership");
    const [owner, admin] = await Promise.all(
      [ownerRoleKey, "admin"].map((key) =>
        ctx.db.role.findUniqueOrThrow({ where: { key }, select: { id: true, permissions: true } }),
      ),
    );
    if (!owner || !admin || ctx.actor.kind !== "member") throw notFound("member");
    assertGrantable(ctx.actor, owner.permissions, "id");
    const giver = await loadMembership(ctx, ctx.actor.memberId);
    const after = await changeMembership(ctx, before, { roleId: owner.id });
    const left = giver.role.key === ownerRoleKey;
    const former = left ? await changeMembership(ctx, giver, { roleId: admin.id }) : giver;
    await audit(ctx, {
      action: "members.transferOwnership",
      target: { type: "member", id, label: before.name },
      before: { role: before.role.key, giverId: giver.id, giverRole: giver.role.key },
      after: { role: after.role.key, giverId: giver.id, giverRole: former.role.key },
    });
    await emit(ctx, "member.updated", told(after));
    await emit(ctx, "member.updated", told(former));
    return [id, giver.id];
  });
  return { id };
}
