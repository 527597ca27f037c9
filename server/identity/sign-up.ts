import { askPlatformMail } from "../mail/ask.ts";
import { discardOrganizationsOf } from "../organizations/discard.ts";
import { claiming, claimOrganization, openOrganization } from "../organizations/open.ts";
import type { PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { countAttempt } from "./attempt-limits.ts";
import { evenTime } from "./even-time.ts";
import { hashPassword } from "./passwords.ts";
import type { SignUp } from "./schema.ts";
import { revokeAllSessions } from "./sessions.ts";
import { issueToken } from "./tokens.ts";

type NewAccount = Omit<SignUp, "password"> & { passwordHash: string };

/**
 * Takes a sign-up: account, organization and confirmation mail in one transaction. Whether the address was
 * known stands only in the mail, never in the answer or its time. Throws AppError too_many_attempts and
 * organization_preparing (nothing was written; the same sign-up can be tried again).
 */
export async function signUp(input: SignUp, door: AccountDoor): Promise<void> {
  await countAttempt(door, "signUp", input.email);
  await evenTime(async () => {
    const { password, ...rest } = input;
    const account = { ...rest, passwordHash: await hashPassword(password) };
    // Of two sign-ups with one address at once the second runs again, and finds the account of the first.
    const organizationId = await claiming((tx) => takeIn(tx, account, door));
    if (!organizationId) return;
    // The claim has left a job that does the same; done here as well, the first page finds its organization.
    await openOrganization(organizationId).catch((error: unknown) =>
      door.log.warn({ err: error, organization: organizationId }, "the organization opens later"),
    );
  });
}

/** Answers the id of the organization that was claimed, if one was. */
async function takeIn(tx: PlatformTx, input: NewAccount, door: AccountDoor): Promise<string | null> {
  // Held until the end: a confirmation in this moment must not be given another's password.
  const [known] = await tx.$queryRaw<{ id: string; confirmed: boolean }[]>`
    SELECT id, email_confirmed_at IS NOT NULL AS confirmed FROM accounts WHERE email = ${input.email} FOR UPDATE`;
  if (!known) {
    const { name, email, passwordHash } = input;
    const account = await tx.account.create({ data: { name, email, passwordHash }, select: { id: true } });
    await mailConfirmation(tx, account.id, door);
    return claim(tx, account.id, input, door);
  }
  if (!known.confirmed) return takeInAgain(tx, known.id, input, door);
  await assertRoomForOne(tx);
  await mailKnownAddress(tx, known.id, door);
  return null;
}

/** Tells an account that its address was typed in again. The try stands in the platform's log, and the mail speaks of that entry. */
export async function mailKnownAddress(tx: PlatformTx, accountId: string, door: AccountDoor): Promise<void> {
  const { request, clock } = door;
  const event = await tx.securityEvent.create({
    data: { kind: "sign_up_known", at: clock.now(), accountId, ip: request.ip, requestId: request.id },
    select: { id: true },
  });
  await askPlatformMail(tx, "already_registered", event.id, { requestId: request.id });
}

/**
 * The same sign-up once more, or somebody else's with the same address: the last one counts, and what the
 * earlier one began ends. The address is proven later, by its link together with this password.
 */
async function takeInAgain(
  tx: PlatformTx,
  accountId: string,
  input: NewAccount,
  door: AccountDoor,
): Promise<string> {
  const { name, passwordHash } = input;
  const now = door.clock.now();
  await tx.account.update({ where: { id: accountId }, data: { name, passwordHash }, select: { id: true } });
  await discardOrganizationsOf(tx, accountId, { now, requestId: door.request.id });
  await revokeAllSessions(tx, accountId, now);
  await mailConfirmation(tx, accountId, door);
  return claim(tx, accountId, input, door);
}

/** Asks for the mail with a new confirmation link, in the caller's transaction. */
export async function mailConfirmation(tx: PlatformTx, accountId: string, door: AccountDoor): Promise<void> {
  const tokenId = await issueToken(tx, accountId, "confirm_email", door.clock.now());
  await askPlatformMail(tx, "confirm_email", tokenId, { requestId: door.request.id });
}

async function claim(
  tx: PlatformTx,
  createdById: string,
  input: NewAccount,
  door: AccountDoor,
): Promise<string> {
  const { organizationId } = await claimOrganization(tx, {
    name: input.organizationName,
    createdById,
    requestId: door.request.id,
  });
  return organizationId;
}

/** A known address waits for a ready schema like a new one, else an empty pool would tell them apart. */
async function assertRoomForOne(tx: PlatformTx): Promise<void> {
  const ready = await tx.tenant.findFirst({
    where: { state: "active", claimedAt: null },
    select: { id: true },
  });
  if (ready) return;
  throw new AppError(
    "UNAVAILABLE",
    "organization_preparing",
    "Your organization is being prepared. Try again.",
  );
}
