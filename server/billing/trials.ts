import { createHash } from "node:crypto";
import type { PlatformTx } from "../platform/database.ts";
import type { Door } from "../tenancy/context.ts";

/** A page may have been paid in its last moment: until we must have heard of it, its trial is not given away. */
const lateMs = 3_600_000;

/** Whom a trial is counted for: the organization, and the person who asks for it, by hashes of account and address. */
async function keysOf(tx: PlatformTx, { organization, actor }: Door): Promise<string[]> {
  const keys = [`organization:${organization.id}`];
  if (actor.kind !== "member") return keys;
  const account = await tx.account.findUnique({ where: { id: actor.accountId }, select: { email: true } });
  // Who moves to another address is the same payer, and so is who comes back with another account.
  const payers = [actor.accountId, ...(account ? [account.email] : [])];
  return [...keys, ...payers.map((payer) => `payer:${createHash("sha256").update(payer).digest("hex")}`)];
}

/** Whether neither the organization nor the caller has had a trial, or has one waiting elsewhere. */
export async function mayTry(tx: PlatformTx, door: Door): Promise<boolean> {
  return (await left(tx, door, await keysOf(tx, door))) !== null;
}

/** Keeps the trial for one attempt, in its transaction. False when somebody had it before. */
export async function claimTrial(tx: PlatformTx, door: Door, attemptId: string): Promise<boolean> {
  const keys = await keysOf(tx, door);
  const known = await left(tx, door, keys);
  if (!known) return false;
  const data = { organizationId: door.organization.id, attemptId, claimedAt: door.clock.now() };
  for (const key of keys.toSorted()) {
    const former = known.get(key);
    const { count } =
      former === undefined
        ? await tx.billingTrial.createMany({ data: { key, ...data }, skipDuplicates: true })
        : // What an attempt left behind that came to nothing is taken over, from that attempt alone.
          await tx.billingTrial.updateMany({ where: { key, begunAt: null, attemptId: former }, data });
    // Somebody else's transaction was first.
    if (count === 0) return false;
  }
  return true;
}

/** The attempts that left these keys behind; null when one has had its trial, or waits for another organization's page. */
async function left(tx: PlatformTx, door: Door, keys: string[]): Promise<Map<string, string> | null> {
  const found = await tx.billingTrial.findMany({ where: { key: { in: keys } } });
  if (found.some(({ begunAt }) => begunAt)) return null;
  const open = await tx.checkoutAttempt.count({
    where: {
      id: { in: found.map(({ attemptId }) => attemptId) },
      organizationId: { not: door.organization.id },
      state: "open",
      expiresAt: { gt: new Date(door.clock.now().getTime() - lateMs) },
    },
  });
  return open > 0 ? null : new Map(found.map(({ key, attemptId }) => [key, attemptId]));
}
