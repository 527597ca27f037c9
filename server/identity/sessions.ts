import { z } from "zod";
import type { AccountSession } from "../access/account-session.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { wakeRelay } from "../jobs/wake.ts";
import type { AccountDoor } from "./account-door.ts";
import { noteAccountEvent } from "./account-events.ts";

/** From sign-in to the next one that is needed. */
export const sessionDays = 14;

/** Sessions an account may have; the oldest beyond these end when another one begins. */
export const sessionsPerAccountMax = 50;

const dayMs = 86_400_000;
const seenEveryMs = 60_000;

/**
 * Begins a session and answers its id; null when the password was changed since it was checked, so that a
 * reset leaves no session behind that began beside it.
 */
export async function beginSession(
  door: AccountDoor,
  account: { id: string; passwordHash: string | null },
): Promise<string | null> {
  const now = door.clock.now();
  const { ip, userAgent } = door.request;
  const expiresAt = new Date(now.getTime() + sessionDays * dayMs);
  const times = { createdAt: now, lastSeenAt: now, expiresAt };
  const sessionId = await platformDb().$transaction(async (tx) => {
    // A reset updates this row before it revokes: whoever comes second sees what the first one did.
    const current = await tx.$queryRaw<{ hash: string | null }[]>`
      SELECT password_hash AS hash FROM accounts WHERE id = ${account.id}::uuid FOR SHARE`;
    if (current[0]?.hash !== account.passwordHash) return null;
    const session = await tx.session.create({
      data: { accountId: account.id, ip, userAgent, ...times },
      select: { id: true },
    });
    await revokeSurplus(tx, account.id, now);
    const { id: accountId } = account;
    await noteAccountEvent(tx, { kind: "session.signIn", accountId, request: door.request, at: now });
    return session.id;
  });
  wakeRelay();
  return sessionId;
}

async function revokeSurplus(tx: PlatformTx, accountId: string, now: Date): Promise<void> {
  const surplus = await tx.session.findMany({
    where: { accountId, revokedAt: null, expiresAt: { gt: now } },
    orderBy: { id: "desc" },
    skip: sessionsPerAccountMax,
    select: { id: true },
  });
  if (surplus.length === 0) return;
  const ids = surplus.map((row) => row.id);
  await tx.session.updateMany({ where: { id: { in: ids } }, data: { revokedAt: now } });
}

/** Who a session belongs to; null when it has ended or was never there. */
export async function findSession(sessionId: unknown, now: Date): Promise<AccountSession | null> {
  const id = z.uuid().safeParse(sessionId);
  if (!id.success) return null;
  const row = await platformDb().session.findUnique({
    where: { id: id.data },
    select: {
      id: true,
      accountId: true,
      lastSeenAt: true,
      expiresAt: true,
      revokedAt: true,
      account: { select: { name: true, email: true, emailConfirmedAt: true } },
    },
  });
  if (!row || row.revokedAt || row.expiresAt <= now) return null;
  if (now.getTime() - row.lastSeenAt.getTime() >= seenEveryMs) {
    // Compared with what was read: of many requests at once one writes.
    await platformDb().session.updateMany({
      where: { id: row.id, lastSeenAt: row.lastSeenAt },
      data: { lastSeenAt: now },
    });
  }
  const { account } = row;
  return {
    sessionId: row.id,
    accountId: row.accountId,
    name: account.name,
    email: account.email,
    emailConfirmed: account.emailConfirmedAt !== null,
  };
}

/** Ends the session of a browser that signs out; a second time is no error. */
export async function revokeSession(
  sessionId: unknown,
  { request, clock }: Pick<AccountDoor, "request" | "clock">,
): Promise<void> {
  const now = clock.now();
  const id = z.uuid().safeParse(sessionId);
  if (!id.success) return;
  await platformDb().$transaction(async (tx) => {
    const [ended] = await tx.session.updateManyAndReturn({
      where: { id: id.data, revokedAt: null },
      data: { revokedAt: now },
      select: { accountId: true },
    });
    if (!ended) return;
    const { accountId } = ended;
    await noteAccountEvent(tx, { kind: "session.signOut", accountId, request, at: now });
  });
  wakeRelay();
}

/** Ends all sessions of an account, save one where that is given, in the transaction that makes them unsafe. Answers how many. */
export async function revokeAllSessions(
  tx: PlatformTx,
  accountId: string,
  now: Date,
  exceptId?: string,
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { accountId, revokedAt: null, ...(exceptId ? { id: { not: exceptId } } : {}) },
    data: { revokedAt: now },
  });
  return count;
}
