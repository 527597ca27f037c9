import type { AccountSession } from "../access/account-session.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import type { UpdateProfile } from "./schema.ts";

/** More than one account is let into (organizations.create has its own, lower limit). */
const organizationsMax = 200;

/** The signed-in account, the organizations it belongs to, and whether it is an operator. */
export async function getMe(session: AccountSession) {
  const { accountId, name, email, emailConfirmed } = session;
  const [memberships, operator] = await Promise.all([
    platformDb().membership.findMany({
      where: { accountId, status: "active" },
      orderBy: [{ organization: { name: "asc" } }, { organizationId: "asc" }],
      take: organizationsMax,
      select: {
        roleName: true,
        organization: { select: { id: true, slug: true, name: true, deletionAt: true } },
      },
    }),
    platformDb().operator.findUnique({ where: { accountId }, select: { accountId: true } }),
  ]);
  return {
    account: { id: accountId, name, email, emailConfirmed },
    organizations: memberships.map(({ roleName, organization }) => ({ ...organization, roleName })),
    operator: operator !== null,
  };
}

/** Renames the account. The member rows of its organizations follow, each by a job of its own. */
export async function updateProfile(
  account: { accountId: string; requestId: string },
  input: UpdateProfile,
): Promise<{ name: string }> {
  const { accountId, requestId } = account;
  const { name } = input;
  await platformDb().$transaction(async (tx) => {
    const renamed = await tx.account.updateMany({
      where: { id: accountId, name: { not: name } },
      data: { name },
    });
    // Each of them drops what is remembered of an organization's access: not for nothing.
    if (renamed.count === 1) await tellMemberRows(tx, accountId, requestId);
  });
  wakeRelay();
  return { name };
}

/** Has the member rows follow the account's name and address, in the transaction that changes them. */
export async function tellMemberRows(tx: PlatformTx, accountId: string, requestId: string): Promise<void> {
  const memberships = await tx.membership.findMany({
    where: { accountId, status: { not: "removed" } },
    take: organizationsMax,
    select: { organizationId: true },
  });
  for (const { organizationId } of memberships) {
    await enqueuePlatform(tx, "members.sync-account", { organizationId, accountId }, { requestId });
  }
}
