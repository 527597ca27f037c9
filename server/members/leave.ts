import { lockAccess } from "../access/access-version.ts";
import { findOrganizationById, hasMembership } from "../access/directory.ts";
import { memberAccess, noAccess } from "../access/member-access.ts";
import { ownerRoleKey } from "../access/permissions.ts";
import { dropTokens } from "../search/tokens.ts";
import { StaleAccess } from "../tenancy/failures.ts";
import type { Door, OrganizationInfo, WriteCtx } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { changing, checked, end, loadFor, membershipColumns } from "./membership.ts";

/** What an account's own leaving needs to know of the call. */
type Leaver = { accountId: string } & Pick<Door, "request" | "clock" | "log">;

const triesMax = 3;

/**
 * Ends the account's own membership, whatever its role permits. Throws AppError no_access, and last_owner for
 * the only active owner.
 */
export async function leaveOrganization(
  account: Leaver,
  { organizationId }: { organizationId: string },
): Promise<void> {
  const { accountId, request, clock, log } = account;
  // A stranger learns nothing of an organization, not even that there is one.
  const known = await hasMembership(organizationId, accountId);
  const organization = known ? await findOrganizationById(organizationId) : null;
  if (!organization) throw noAccess();
  for (let attempt = 1; ; attempt++) {
    const access = await memberAccess(organizationId, accountId, { fresh: true });
    const { accessVersion } = access;
    const actor = { kind: "member" as const, accountId, ...access };
    try {
      await changing({ organization, actor, request, clock, log, accessVersion }, async (ctx) => {
        const before = await loadFor(ctx, access.memberId, "leave");
        await end(ctx, before, "members.leave", "removed");
        return [before.id];
      });
      return;
    } catch (error) {
      if (!(error instanceof StaleAccess) || attempt >= triesMax) throw error;
    }
  }
}

/** Whether an organization would have no active owner without this account. */
export async function isOnlyOwner(organization: OrganizationInfo, leaver: Leaver): Promise<boolean> {
  const owners = await transact(doorOf(organization, leaver), "read", ({ db }) =>
    db.member.findMany({
      where: { status: "active", role: { key: ownerRoleKey } },
      take: 2,
      select: { accountId: true },
    }),
  );
  return owners.length === 1 && owners[0]?.accountId === leaver.accountId;
}

/**
 * Ends the membership of an account that is being deleted, suspended ones included, and leaves nothing in the
 * member's row by which they could be known. What they did stays in the organization's log, which is its own
 * record. Does nothing where it is no member any more. Throws AppError last_owner.
 */
export async function forgetMember(organization: OrganizationInfo, leaver: Leaver): Promise<void> {
  await changing(doorOf(organization, leaver), async (ctx) => {
    await lockAccess(ctx);
    const { accountId } = leaver;
    const row = await ctx.db.member.findUnique({ where: { accountId }, select: membershipColumns });
    if (!row) return [];
    const before = checked(row);
    const actor = {
      kind: "member" as const,
      memberId: row.id,
      accountId,
      name: row.name,
      roleKey: row.role.key,
      permissions: ctx.actor.permissions,
    };
    if (before.status !== "removed") await end({ ...ctx, actor }, before, "members.leave", "removed");
    await anonymize(ctx, row.id);
    return [row.id];
  });
}

async function anonymize(ctx: WriteCtx, memberId: string): Promise<void> {
  const data = { name: "Deleted account", email: `${memberId}@deleted.invalid` };
  await ctx.db.member.update({ where: { id: memberId }, data, select: { id: true } });
  await dropTokens(ctx.db, memberId);
  await ctx.db.notification.deleteMany({ where: { memberId } });
  await ctx.db.notificationPreference.deleteMany({ where: { memberId } });
  // How they were asked in says who they were.
  await ctx.db.invite.deleteMany({ where: { memberId } });
}

function doorOf(organization: OrganizationInfo, { request, clock, log }: Leaver): Door {
  return { ...systemDoor(organization, request), clock, log };
}
