import bowser from "bowser";
import type { AccountSession } from "../access/account-session.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError, notFound } from "../platform/errors.ts";
import type { AccountDoor } from "./account-door.ts";
import { noteAccountEvent } from "./account-events.ts";
import type { SessionId } from "./schema.ts";
import { revokeAllSessions, sessionsPerAccountMax } from "./sessions.ts";

/** A browser that is signed in, as its owner sees it. */
export type OwnSession = {
  id: string;
  /** The one that asks. */
  current: boolean;
  device: { browser: string | null; system: string | null; kind: "desktop" | "mobile" | "tablet" | null };
  /** The network address of its sign-in. */
  ip: string | null;
  createdAt: Date;
  lastSeenAt: Date;
};

/** Every browser in which the account is signed in: this one first, then by when it was seen. */
export async function listOwnSessions(
  account: AccountSession,
  { clock }: Pick<AccountDoor, "clock">,
): Promise<OwnSession[]> {
  const { accountId, sessionId } = account;
  const rows = await platformDb().session.findMany({
    where: { accountId, revokedAt: null, expiresAt: { gt: clock.now() } },
    orderBy: [{ lastSeenAt: "desc" }, { id: "desc" }],
    take: sessionsPerAccountMax,
    select: { id: true, ip: true, userAgent: true, createdAt: true, lastSeenAt: true },
  });
  return rows
    .map(({ userAgent, ...row }) => ({ ...row, current: row.id === sessionId, device: deviceOf(userAgent) }))
    .toSorted((one, other) => Number(other.current) - Number(one.current));
}

/** What a browser says of itself; anybody may say anything, so it is shown and decides nothing. */
function deviceOf(userAgent: string | null): OwnSession["device"] {
  if (!userAgent) return { browser: null, system: null, kind: null };
  const { browser, os, platform } = bowser.parse(userAgent);
  const kind = (["desktop", "mobile", "tablet"] as const).find((known) => known === platform.type) ?? null;
  return { browser: browser.name || null, system: os.name || null, kind };
}

/** Ends another browser's session at once. Throws AppError not_found, and own_session for the one that asks. */
export async function endOwnSession(
  account: AccountSession,
  { id }: SessionId,
  door: AccountDoor,
): Promise<{ id: string }> {
  const { accountId, sessionId } = account;
  if (id === sessionId) {
    throw new AppError("CONFLICT", "own_session", "This is the browser you are using. Sign out instead.");
  }
  const now = door.clock.now();
  await platformDb().$transaction(async (tx) => {
    const { count } = await tx.session.updateMany({
      where: { id, accountId, revokedAt: null, expiresAt: { gt: now } },
      data: { revokedAt: now },
    });
    if (count === 0) throw notFound("session");
    await noteAccountEvent(tx, { kind: "session.revoke", accountId, request: door.request, at: now });
  });
  wakeRelay();
  return { id };
}

/** Ends every session of the account but the one that asks. Answers how many. */
export async function endOtherSessions(
  account: AccountSession,
  door: AccountDoor,
): Promise<{ ended: number }> {
  const { accountId, sessionId } = account;
  const now = door.clock.now();
  const ended = await platformDb().$transaction(async (tx) => {
    const count = await revokeAllSessions(tx, accountId, now, sessionId);
    if (count > 0)
      await noteAccountEvent(tx, { kind: "session.revoke", accountId, request: door.request, at: now });
    return count;
  });
  wakeRelay();
  return { ended };
}
