import { enqueuePlatform } from "../jobs/enqueue.ts";
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
  const known = await tx.account.findUnique({
    where: { email: input.email },
    select: { id: true, emailConfirmedAt: true },
  });
  if (!known) {
    const { name, email, passwordHash } = input;
    const account = await tx.account.create({ data: { name, email, passwordHash }, select: { id: true } });
    await mailConfirmation(tx, account.id, door);
    return claim(tx, account.id, input, door);
  }
  await assertRoomForOne(tx);
  const payload = { accountId: known.id, kind: "already_registered" as const };
  if (known.emailConfirmedAt)
    await enqueuePlatform(tx, "mail.account", payload, { requestId: door.request.id });
  else await takeInAgain(tx, known.id, input, door);
  return null;
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
): Promise<void> {
  const { name, passwordHash } = input;
  await tx.account.update({ where: { id: accountId }, data: { name, passwordHash }, select: { id: true } });
  for (const { id } of await tx.organization.findMany({
    where: { createdById: accountId },
    select: { id: true },
  })) {
    const payload = { organizationId: id, accountId };
    await enqueuePlatform(tx, "members.sync-account", payload, { requestId: door.request.id });
  }
  await revokeAllSessions(tx, accountId, door.clock.now());
  await mailConfirmation(tx, accountId, door);
}

/** Asks for the mail with a new confirmation link, in the caller's transaction. */
export async function mailConfirmation(tx: PlatformTx, accountId: string, door: AccountDoor): Promise<void> {
  const tokenId = await issueToken(tx, accountId, "confirm_email", door.clock.now());
  const payload = { kind: "confirm_email" as const, accountId, tokenId };
  await enqueuePlatform(tx, "mail.account", payload, { requestId: door.request.id });
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
