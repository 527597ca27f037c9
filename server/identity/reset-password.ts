import { wakeRelay } from "../jobs/wake.ts";
import { askPlatformMail } from "../mail/ask.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { noteAccountEvent } from "./account-events.ts";
import { countAttempt } from "./attempt-limits.ts";
import { evenTime } from "./even-time.ts";
import { hashPassword } from "./passwords.ts";
import { isOwnData, ownDataMessage, type AskForMail, type ResetPassword } from "./schema.ts";
import { revokeAllSessions } from "./sessions.ts";
import { forgiveSignIns } from "./sign-in-turns.ts";
import { consumeToken, inspectToken, issueToken, linkNotValid } from "./tokens.ts";

/**
 * Sends a link for a new password when the address has an account. The answer is the same when it has none.
 * Throws AppError too_many_attempts.
 */
export async function requestPasswordReset(input: AskForMail, door: AccountDoor): Promise<void> {
  await countAttempt(door, "mail", input.email);
  await evenTime(async () => {
    const sent = await platformDb().$transaction(async (tx) => {
      const account = await tx.account.findUnique({ where: { email: input.email }, select: { id: true } });
      if (!account) return false;
      const tokenId = await issueToken(tx, account.id, "reset_password", door.clock.now());
      await askPlatformMail(tx, "reset_password", tokenId, { requestId: door.request.id });
      return true;
    });
    if (sent) wakeRelay();
  });
}

/** The address that a reset link is for, or null when it cannot be used any more; looking uses nothing up. */
export async function inspectReset(secret: string, door: AccountDoor): Promise<{ email: string } | null> {
  await countAttempt(door, "link", null);
  const token = await inspectToken(platformDb(), secret, "reset_password", door.clock.now());
  return token?.live ? { email: token.account.email } : null;
}

/**
 * Sets a new password, ends every session of the account and tells its owner by mail. The link came by mail,
 * so the address counts as confirmed. Answers the address. Throws AppError link_not_valid, own_data,
 * too_many_attempts.
 */
export async function resetPassword(input: ResetPassword, door: AccountDoor): Promise<{ email: string }> {
  await countAttempt(door, "link", null);
  const now = door.clock.now();
  const token = await inspectToken(platformDb(), input.token, "reset_password", now);
  if (!token?.live) throw linkNotValid();
  const { accountId, account } = token;
  if (isOwnData(input.password, account)) {
    throw new AppError("BAD_REQUEST", "own_data", ownDataMessage, { field: "password" });
  }
  const passwordHash = await hashPassword(input.password);
  await platformDb().$transaction(async (tx) => {
    // The account first: resets by two links of one account take turns here.
    await tx.account.update({
      where: { id: accountId },
      data: { passwordHash, emailConfirmedAt: account.emailConfirmedAt ?? now },
      select: { id: true },
    });
    await consumeToken(tx, token, "reset_password", now);
    await revokeAllSessions(tx, accountId, now);
    await noteAccountEvent(tx, { kind: "account.resetPassword", accountId, request: door.request, at: now });
    await askPlatformMail(tx, "password_changed", token.id, { requestId: door.request.id });
  });
  wakeRelay();
  await forgiveSignIns(door, account.email);
  door.log.info({ account: accountId }, "password reset");
  return { email: account.email };
}
