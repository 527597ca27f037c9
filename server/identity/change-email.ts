import { Prisma } from "#prisma/generated/platform/client.ts";
import type { AccountSession } from "../access/account-session.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { askPlatformMail } from "../mail/ask.ts";
import { discardOrganizationsOf } from "../organizations/discard.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { noteAccountEvent } from "./account-events.ts";
import { countAttempt } from "./attempt-limits.ts";
import { proveAgain } from "./change-password.ts";
import { evenTime } from "./even-time.ts";
import { tellMemberRows } from "./profile.ts";
import type { ChangeEmail, ConfirmEmail } from "./schema.ts";
import { revokeAllSessions } from "./sessions.ts";
import { mailKnownAddress } from "./sign-up.ts";
import { consumeToken, inspectToken, issueToken, linkNotValid, type TokenState } from "./tokens.ts";

/**
 * Sends a link to the address that somebody wants to move to. The answer is the same when another account has
 * it; then its owner is told. Throws AppError wrong_password, same_address, too_many_attempts.
 */
export async function askEmailChange(
  account: AccountSession,
  input: ChangeEmail,
  door: AccountDoor,
): Promise<{ email: string }> {
  const { accountId } = account;
  const { email } = input;
  if (email === account.email) {
    throw new AppError("BAD_REQUEST", "same_address", "This is your address already.", { field: "email" });
  }
  await proveAgain(account, input.password, "password", door);
  await countAttempt(door, "mail", email);
  const { request, clock } = door;
  const requestId = request.id;
  await evenTime(async () => {
    await platformDb().$transaction(async (tx) => {
      await noteAccountEvent(tx, { kind: "account.askEmailChange", accountId, request, at: clock.now() });
      const known = await tx.account.findUnique({
        where: { email, emailConfirmedAt: { not: null } },
        select: { id: true },
      });
      if (known) return mailKnownAddress(tx, known.id, door);
      const tokenId = await issueToken(tx, accountId, "change_email", door.clock.now(), email);
      await askPlatformMail(tx, "change_email", tokenId, { requestId });
    });
    wakeRelay();
  });
  return { email };
}

/** What the page of such a link shows; looking uses nothing up. A mistyped address is a stranger's, who learns no other. */
export type EmailChangeState =
  | { state: "open"; email: string; previous: string | null; needsPassword: boolean }
  | { state: "dead" };

/** Looks at the link of a change. Throws AppError too_many_attempts. */
export async function inspectEmailChange(
  secret: string,
  door: AccountDoor,
  signedIn: AccountSession | null,
): Promise<EmailChangeState> {
  await countAttempt(door, "link", null);
  const token = await inspectToken(platformDb(), secret, "change_email", door.clock.now());
  if (!token?.live || !token.email) return { state: "dead" };
  const needsPassword = signedIn?.accountId !== token.accountId;
  const previous = needsPassword ? null : token.account.email;
  return { state: "open", email: token.email, previous, needsPassword };
}

/**
 * Moves an account to the address of the link. The link proves the mailbox; the password, or the account's own
 * signed-in browser, proves the person: an address that was mistyped belongs to a stranger. Ends all other
 * sessions and links, and tells the old address where that was confirmed. Throws AppError link_not_valid, wrong_password,
 * address_taken, too_many_attempts.
 */
export async function confirmEmailChange(
  input: ConfirmEmail,
  door: AccountDoor,
  signedIn: AccountSession | null,
): Promise<{ email: string }> {
  await countAttempt(door, "link", null);
  const now = door.clock.now();
  const token = await inspectToken(platformDb(), input.token, "change_email", now);
  if (!token?.live || !token.email) throw linkNotValid();
  const { accountId, account, email } = token;
  const own = signedIn?.accountId === accountId ? signedIn : null;
  if (!own) {
    if (!input.password) {
      const message = "Enter the password of your account.";
      throw new AppError("UNAUTHENTICATED", "password_needed", message, { field: "password" });
    }
    const known = {
      accountId,
      sessionId: "",
      name: account.name,
      email: account.email,
      emailConfirmed: false,
    };
    await proveAgain(known, input.password, "password", door);
  }
  await platformDb()
    .$transaction((tx) => move(tx, { ...token, email }, own?.sessionId, door))
    .catch((error: unknown) => {
      // Somebody took it between our look and our write.
      throw isTaken(error) ? addressTaken() : error;
    });
  wakeRelay();
  door.log.info({ account: accountId }, "e-mail changed");
  return { email };
}

async function move(
  tx: PlatformTx,
  token: TokenState & { email: string },
  sessionId: string | undefined,
  door: AccountDoor,
): Promise<void> {
  const { accountId, account, email } = token;
  const now = door.clock.now();
  const requestId = door.request.id;
  await makeWay(tx, email, door);
  const moved = await tx.account.updateMany({
    // Not when the address or the password became another meanwhile.
    where: { id: accountId, email: account.email, passwordHash: account.passwordHash },
    data: { email, emailConfirmedAt: now },
  });
  if (moved.count !== 1) throw linkNotValid();
  await consumeToken(tx, token, "change_email", now);
  // An address that was never confirmed may be a stranger's: nothing is sent there.
  if (account.emailConfirmedAt) {
    const data = { previousEmail: account.email };
    await tx.accountToken.update({ where: { id: token.id }, data, select: { id: true } });
    await askPlatformMail(tx, "email_changed", token.id, { requestId });
  }
  // Links that were mailed to the old address lead nowhere any more.
  await tx.accountToken.updateMany({ where: { accountId, usedAt: null }, data: { usedAt: now } });
  await revokeAllSessions(tx, accountId, now, sessionId);
  await tellMemberRows(tx, accountId, requestId);
  await noteAccountEvent(tx, { kind: "account.changeEmail", accountId, request: door.request, at: now });
}

/** A sign-up that nobody confirmed gives the address up: whoever has the link has the mailbox. */
async function makeWay(tx: PlatformTx, email: string, door: AccountDoor): Promise<void> {
  const [other] = await tx.$queryRaw<{ id: string; confirmed: boolean }[]>`
    SELECT id, email_confirmed_at IS NOT NULL AS confirmed FROM accounts WHERE email = ${email} FOR UPDATE`;
  if (!other) return;
  if (other.confirmed) throw addressTaken();
  await discardOrganizationsOf(tx, other.id, { now: door.clock.now(), requestId: door.request.id });
  const gone = await tx.account.deleteMany({ where: { id: other.id, memberships: { none: {} } } });
  if (gone.count !== 1) throw addressTaken();
}

function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

function addressTaken(): AppError {
  return new AppError("CONFLICT", "address_taken", "Another account has this address by now.");
}
