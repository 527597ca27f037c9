import type { AccountSession } from "../access/account-session.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { countAttempt } from "./attempt-limits.ts";
import { evenTime } from "./even-time.ts";
import type { AskForMail, ConfirmEmail } from "./schema.ts";
import { proveAccount } from "./sign-in.ts";
import { mailConfirmation } from "./sign-up.ts";
import { consumeToken, inspectToken, linkNotValid } from "./tokens.ts";

/** What the page of a confirmation link shows; looking uses nothing up. */
export type ConfirmationState =
  | { state: "open"; email: string; needsPassword: boolean }
  | { state: "done"; email: string }
  | { state: "dead" };

/** Looks at a confirmation link. Throws AppError too_many_attempts. */
export async function inspectConfirmation(
  secret: string,
  door: AccountDoor,
  signedIn: AccountSession | null,
): Promise<ConfirmationState> {
  await countAttempt(door, "link", null);
  const token = await inspectToken(platformDb(), secret, "confirm_email", door.clock.now());
  if (!token) return { state: "dead" };
  const { email, emailConfirmedAt } = token.account;
  if (emailConfirmedAt) return { state: "done", email };
  if (!token.live) return { state: "dead" };
  return { state: "open", email, needsPassword: signedIn?.accountId !== token.accountId };
}

/**
 * Confirms an e-mail address: the link proves the mailbox, the password (or the account's own signed-in
 * browser) proves that it was this person who signed up. Without the second half anybody could sign up with
 * another's address, wait for the owner to click, and hold the password of a confirmed account. Answers the
 * address. Throws AppError link_not_valid, wrong_password, too_many_attempts.
 */
export async function confirmEmail(
  input: ConfirmEmail,
  door: AccountDoor,
  signedIn: AccountSession | null,
): Promise<{ email: string }> {
  await countAttempt(door, "link", null);
  const now = door.clock.now();
  const token = await inspectToken(platformDb(), input.token, "confirm_email", now);
  if (!token?.live) throw linkNotValid();
  const { email } = token.account;
  const passwordHash =
    signedIn?.accountId === token.accountId
      ? token.account.passwordHash
      : await provenHash(email, input.password, door);
  await platformDb().$transaction(async (tx) => {
    // Not when the password was replaced meanwhile: then another sign-up came in between.
    const confirmed = await tx.account.updateMany({
      where: { id: token.accountId, emailConfirmedAt: null, passwordHash },
      data: { emailConfirmedAt: now },
    });
    if (confirmed.count !== 1) throw linkNotValid();
    await consumeToken(tx, token, "confirm_email", now);
  });
  door.log.info({ account: token.accountId }, "e-mail confirmed");
  return { email };
}

async function provenHash(email: string, password: string | undefined, door: AccountDoor): Promise<string> {
  const message = "Enter the password that you signed up with.";
  if (!password) throw new AppError("UNAUTHENTICATED", "password_needed", message, { field: "password" });
  try {
    return (await proveAccount({ email, password }, door)).passwordHash;
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "wrong_password") throw error;
    const wrong = "This is not the password that you signed up with.";
    throw new AppError("UNAUTHENTICATED", "wrong_password", wrong, { field: "password", cause: error });
  }
}

/**
 * Sends another confirmation mail when the address waits for one. The answer is the same when it does not.
 * Throws AppError too_many_attempts.
 */
export async function resendConfirmation(input: AskForMail, door: AccountDoor): Promise<void> {
  await countAttempt(door, "mail", input.email);
  await evenTime(async () => {
    const sent = await platformDb().$transaction(async (tx) => {
      const account = await tx.account.findUnique({
        where: { email: input.email },
        select: { id: true, emailConfirmedAt: true },
      });
      if (!account || account.emailConfirmedAt) return false;
      await mailConfirmation(tx, account.id, door);
      return true;
    });
    if (sent) wakeRelay();
  });
}
