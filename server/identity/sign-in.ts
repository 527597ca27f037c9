import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { noteAccountEvent } from "./account-events.ts";
import { verifyPassword } from "./passwords.ts";
import type { SignIn } from "./schema.ts";
import { beginSession } from "./sessions.ts";
import { forgiveSignIns, takeSignInTurn } from "./sign-in-turns.ts";

/** The account that address and password prove. */
export type ProvenAccount = { id: string; email: string; emailConfirmed: boolean; passwordHash: string };

/**
 * Finds the account of an address and its password. Throws AppError wrong_password, the same and after the
 * same work when there is no such account, and too_many_attempts.
 */
export async function proveAccount(input: SignIn, door: AccountDoor): Promise<ProvenAccount> {
  await takeSignInTurn(door, input.email);
  const account = await platformDb().account.findUnique({
    where: { email: input.email },
    select: { id: true, email: true, emailConfirmedAt: true, passwordHash: true },
  });
  const proven = await verifyPassword(account?.passwordHash ?? null, input.password);
  if (!account?.passwordHash || !proven) {
    door.log.info({ account: account?.id ?? null }, "sign-in refused");
    await noteRefusal(door, account?.id ?? null);
    throw wrongPassword();
  }
  await forgiveSignIns(door, input.email);
  const { id, email, passwordHash, emailConfirmedAt } = account;
  return { id, email, passwordHash, emailConfirmed: emailConfirmedAt !== null };
}

async function noteRefusal({ request, clock }: AccountDoor, accountId: string | null): Promise<void> {
  const event = { kind: "session.signInFailed", accountId, request, at: clock.now() } as const;
  await platformDb().$transaction((tx) => noteAccountEvent(tx, event));
  wakeRelay();
}

/**
 * Begins a session for address and password. An account whose e-mail is not confirmed may sign in; no
 * organization lets it enter. Throws AppError wrong_password and too_many_attempts.
 */
export async function signIn(
  input: SignIn,
  door: AccountDoor,
): Promise<{ sessionId: string; emailConfirmed: boolean }> {
  const account = await proveAccount(input, door);
  const sessionId = await beginSession(door, account);
  if (!sessionId) throw wrongPassword();
  door.log.info({ account: account.id, session: sessionId }, "signed in");
  return { sessionId, emailConfirmed: account.emailConfirmed };
}

/** Whether an address is that of an account whose owner confirmed it. */
export async function isConfirmed(email: string): Promise<boolean> {
  const account = await platformDb().account.findUnique({
    where: { email },
    select: { emailConfirmedAt: true },
  });
  return account !== null && account.emailConfirmedAt !== null;
}

function wrongPassword(): AppError {
  return new AppError(
    "UNAUTHENTICATED",
    "wrong_password",
    "E-mail address and password do not belong together.",
  );
}
