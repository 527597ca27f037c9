import type { AccountSession } from "../access/account-session.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { askPlatformMail } from "../mail/ask.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { noteAccountEvent } from "./account-events.ts";
import { hashPassword } from "./passwords.ts";
import { isOwnData, ownDataMessage, type ChangePassword } from "./schema.ts";
import { revokeAllSessions } from "./sessions.ts";
import { proveAccount, type ProvenAccount } from "./sign-in.ts";

/**
 * Replaces the password of whoever knows the present one, ends every other session and tells the owner by
 * mail, where the address is confirmed. Throws AppError wrong_password (field current), own_data, and too_many_attempts.
 */
export async function changePassword(
  account: AccountSession,
  input: ChangePassword,
  door: AccountDoor,
): Promise<{ ended: number }> {
  const { accountId, sessionId } = account;
  const proven = await proveAgain(account, input.current, "current", door);
  if (isOwnData(input.password, account)) {
    throw new AppError("BAD_REQUEST", "own_data", ownDataMessage, { field: "password" });
  }
  const passwordHash = await hashPassword(input.password);
  const now = door.clock.now();
  const ended = await platformDb().$transaction(async (tx) => {
    // The account first, as a reset does it: whoever signs in beside this waits, and is refused.
    const changed = await tx.account.updateMany({
      where: { id: accountId, passwordHash: proven.passwordHash },
      data: { passwordHash },
    });
    if (changed.count !== 1) throw wrongPassword("current");
    const count = await revokeAllSessions(tx, accountId, now, sessionId);
    // Links to a reset that somebody else asked for would undo it.
    await tx.accountToken.updateMany({
      where: { accountId, purpose: { in: ["reset_password", "change_email"] }, usedAt: null },
      data: { usedAt: now },
    });
    const event = { kind: "account.changePassword", accountId, request: door.request, at: now } as const;
    const eventId = await noteAccountEvent(tx, event);
    // Nobody has proven that the mailbox is theirs: a stranger's gets no words of ours.
    if (account.emailConfirmed)
      await askPlatformMail(tx, "password_changed", eventId, { requestId: door.request.id });
    return count;
  });
  wakeRelay();
  door.log.info({ account: accountId }, "password changed");
  return { ended };
}

/** Has somebody who is signed in prove it by the password once more. Throws AppError wrong_password at that field, too_many_attempts. */
export async function proveAgain(
  account: AccountSession,
  password: string,
  field: string,
  door: AccountDoor,
): Promise<ProvenAccount> {
  try {
    return await proveAccount({ email: account.email, password }, door);
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "wrong_password") throw error;
    throw wrongPassword(field, error);
  }
}

function wrongPassword(field: string, cause?: unknown): AppError {
  return new AppError("BAD_REQUEST", "wrong_password", "This is not your password.", { field, cause });
}
