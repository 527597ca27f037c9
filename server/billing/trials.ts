import { createHash } from "node:crypto";
import type { PlatformTx } from "../platform/database.ts";
import type { Door } from "../tenancy/context.ts";

/** Whom a trial is counted for: the organization, and the person who asks for it, by a hash of the address. */
async function keysOf(tx: PlatformTx, { organization, actor }: Door): Promise<string[]> {
  const keys = [`organization:${organization.id}`];
  if (actor.kind !== "member") return keys;
  const account = await tx.account.findUnique({ where: { id: actor.accountId }, select: { email: true } });
  const payer = createHash("sha256")
    .update(account?.email ?? actor.accountId)
    .digest("hex");
  return [...keys, `payer:${payer}`];
}

/** Whether neither the organization nor the caller has had a trial, or has one waiting elsewhere. */
export async function mayTry(tx: PlatformTx, door: Door): Promise<boolean> {
  return (await takenKeys(tx, door, await keysOf(tx, door))).length === 0;
}

/** Keeps the trial for one attempt, in its transaction. False when somebody had it before. */
export async function claimTrial(tx: PlatformTx, door: Door, attemptId: string): Promise<boolean> {
  const keys = await keysOf(tx, door);
  if ((await takenKeys(tx, door, keys)).length > 0) return false;
  const organizationId = door.organization.id;
  const claimedAt = door.clock.now();
  for (const key of keys.toSorted()) {
    // What an attempt left behind that came to nothing is taken over.
    const { count } = await tx.billingTrial.updateMany({
      where: { key, begunAt: null },
      data: { organizationId, attemptId, claimedAt },
    });
    if (count > 0) continue;
    const made = await tx.billingTrial.createMany({
      data: { key, organizationId, attemptId, claimedAt },
      skipDuplicates: true,
    });
    // Somebody else's transaction was first.
    if (made.count === 0) return false;
  }
  return true;
}

/** Keys that have had their trial, or for which another organization's checkout page is open. */
async function takenKeys(tx: PlatformTx, door: Door, keys: string[]): Promise<string[]> {
  const found = await tx.billingTrial.findMany({ where: { key: { in: keys } } });
  const open = await tx.checkoutAttempt.findMany({
    where: {
      id: { in: found.map(({ attemptId }) => attemptId) },
      organizationId: { not: door.organization.id },
      state: "open",
      expiresAt: { gt: door.clock.now() },
    },
    select: { id: true },
  });
  const waiting = new Set(open.map(({ id }) => id));
  return found.filter(({ begunAt, attemptId }) => begunAt || waiting.has(attemptId)).map(({ key }) => key);
}
