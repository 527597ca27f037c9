import type { AccountSession } from "../access/account-session.ts";
import { forgetMember, isOnlyOwner } from "../members/leave.ts";
import { lastOwner } from "../members/rules.ts";
import { discardOrganizationsOf } from "../organizations/discard.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { OrganizationInfo } from "../tenancy/context.ts";
import type { AccountDoor } from "./account-door.ts";
import { proveAgain } from "./change-password.ts";
import type { DeleteAccount } from "./schema.ts";

/** More than one account is let into. */
const organizationsMax = 500;

/**
 * Deletes the account of whoever knows its password. It is looked at first whether every organization can do
 * without it, and refused as a whole when one cannot; then the memberships end, and with them its API keys, and at last
 * sessions, links and the account itself. A crash in between leaves an account with fewer memberships, which
 * can be deleted again. Throws AppError wrong_password, too_many_attempts, last_owner, which names the
 * organizations, organization_suspended and its like where a membership cannot end at present, and try_again.
 */
export async function deleteAccount(
  account: AccountSession,
  input: DeleteAccount,
  door: AccountDoor,
): Promise<{ left: number }> {
  const { accountId } = account;
  const proven = await proveAgain(account, input.password, "password", door);
  await giveUpUnconfirmed(accountId, door);
  const { present, past } = await organizationsOf(accountId);
  const { request, clock, log } = door;
  const leaver = { accountId, request, clock, log };
  const owned: string[] = [];
  for (const organization of present) {
    if (await named(organization, isOnlyOwner(organization, leaver))) owned.push(organization.name);
  }
  if (owned.length > 0) throw onlyOwnerOf(owned);
  for (const organization of present) await named(organization, forgetMember(organization, leaver));
  for (const organization of past) {
    // Where they are no member any more nobody is kept from going by an organization that is closed just now.
    await forgetMember(organization, leaver).catch((error: unknown) =>
      log.warn({ err: error, organization: organization.id }, "a former member's name stays"),
    );
  }
  await platformDb().$transaction((tx) => erase(tx, account, proven.passwordHash, door));
  wakeRelay();
  log.info({ account: accountId, left: present.length }, "account deleted");
  return { left: present.length };
}

async function organizationsOf(
  accountId: string,
): Promise<{ present: OrganizationInfo[]; past: OrganizationInfo[] }> {
  const memberships = await platformDb().membership.findMany({
    where: { accountId, organization: { discardedAt: null } },
    orderBy: { organizationId: "asc" },
    take: organizationsMax,
    select: { status: true, organization: { select: { id: true, slug: true, name: true, plan: true } } },
  });
  const those = (removed: boolean) =>
    memberships.flatMap(({ status, organization }) =>
      (status === "removed") === removed ? [organization] : [],
    );
  return { present: those(false), past: those(true) };
}

/** What was founded under an address that nobody proved was entered by nobody: it goes with the account. */
async function giveUpUnconfirmed(accountId: string, door: AccountDoor): Promise<void> {
  await platformDb().$transaction(async (tx) => {
    const held = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM accounts WHERE id = ${accountId}::uuid AND email_confirmed_at IS NULL FOR UPDATE`;
    if (held.length === 0) return;
    await discardOrganizationsOf(tx, accountId, { now: door.clock.now(), requestId: door.request.id });
  });
}

/** A refusal says which of the organizations it comes from. */
async function named<Result>(organization: OrganizationInfo, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "INTERNAL") throw error;
    if (error.reason === "last_owner") throw onlyOwnerOf([organization.name]);
    const message = `You cannot leave ${organization.name} at present. ${error.message}`;
    throw new AppError(error.code, error.reason, message, { names: [organization.name], cause: error });
  }
}

function onlyOwnerOf(names: string[]): AppError {
  const { code, reason } = lastOwner();
  const message = `You are the only owner of ${names.join(", ")}. Make somebody else an owner there, or delete the organization, first.`;
  return new AppError(code, reason, message, { names });
}

async function erase(
  tx: PlatformTx,
  { accountId }: AccountSession,
  passwordHash: string,
  { request, clock }: AccountDoor,
): Promise<void> {
  const held = await tx.$queryRaw<{ hash: string | null }[]>`
    SELECT password_hash AS hash FROM accounts WHERE id = ${accountId}::uuid FOR UPDATE`;
  const joined = await tx.membership.count({ where: { accountId, status: { not: "removed" } } });
  // The password was changed meanwhile, or an invite accepted: whoever asked looks at it again.
  if (held[0]?.hash !== passwordHash || joined > 0) {
    throw new AppError("CONFLICT", "try_again", "Your account was changed meanwhile. Try again.");
  }
  const { ip, id: requestId } = request;
  await tx.securityEvent.create({
    data: { kind: "account.delete", at: clock.now(), accountId, ip, requestId },
    select: { id: true },
  });
  // Sessions, links, memberships and an operator's right go with it.
  await tx.account.delete({ where: { id: accountId }, select: { id: true } });
}
