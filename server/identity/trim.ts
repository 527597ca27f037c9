import { ownerPool } from "../fleet/owner.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { discardOrganizationsOf } from "../organizations/discard.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";

// The platform's tables stand in this shard's database.
const shardOfPlatform = "main";
const keptDays = 30;
const securityEventsKeptDays = 400;
const dayMs = 86_400_000;
const batchRows = 10_000;
const accountsMax = 200;

/**
 * Removes what has outlived its use: sessions and links that ended long ago (until then they can answer "who
 * was signed in?"), accounts that nobody confirmed, with what they founded, and old security events.
 */
export async function trimIdentity(now: Date): Promise<void> {
  const before = daysBefore(now, keptDays);
  await platformDb().session.deleteMany({
    where: { OR: [{ expiresAt: { lt: before } }, { revokedAt: { lt: before } }] },
  });
  await platformDb().accountToken.deleteMany({ where: { expiresAt: { lt: before } } });
  await trimSecurityEvents(daysBefore(now, securityEventsKeptDays));
  await removeUnconfirmed(now, before);
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs);
}

/** By the owner's login: the one that writes these events can neither change nor remove one. */
async function trimSecurityEvents(before: Date): Promise<void> {
  for (let gone = batchRows; gone === batchRows;) {
    const { rowCount } = await ownerPool(shardOfPlatform).query(
      `DELETE FROM public.security_events WHERE id IN (
         SELECT id FROM public.security_events WHERE at < $1 LIMIT $2)`,
      [before, batchRows],
    );
    gone = rowCount ?? 0;
  }
}

/** One transaction an account: a confirmation in the same moment waits, and finds its link dead, or comes first. */
async function removeUnconfirmed(now: Date, before: Date): Promise<void> {
  // Whoever is a member of another's organization was let in there by somebody, and whoever has founded one that
  // has others is known to them: they stay. A link that can still be used is a sign-up that goes on.
  const waiting = await platformDb().$queryRaw<{ id: string }[]>`
    SELECT a.id FROM accounts a
    WHERE a.email_confirmed_at IS NULL AND a.created_at < ${before}::timestamptz
      AND NOT EXISTS (SELECT FROM operators p WHERE p.account_id = a.id)
      AND NOT EXISTS (
        SELECT FROM memberships m JOIN organizations o ON o.id = m.organization_id
        WHERE m.account_id = a.id AND o.created_by_id IS DISTINCT FROM a.id)
      AND NOT EXISTS (
        SELECT FROM organizations o JOIN memberships m ON m.organization_id = o.id
        WHERE o.created_by_id = a.id AND m.account_id <> a.id)
      AND NOT EXISTS (
        SELECT FROM account_tokens t
        WHERE t.account_id = a.id AND t.used_at IS NULL AND t.expires_at > ${now}::timestamptz)
    ORDER BY a.created_at LIMIT ${accountsMax}`;
  for (const { id } of waiting) {
    await removeOne(id, now).catch((error: unknown) =>
      log("identity").error({ err: error, account: id }, "an unconfirmed account stays"),
    );
  }
  if (waiting.length > 0) wakeRelay();
}

async function removeOne(id: string, now: Date): Promise<void> {
  await platformDb().$transaction(async (tx) => {
    const held = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM accounts WHERE id = ${id}::uuid AND email_confirmed_at IS NULL FOR UPDATE`;
    if (held.length === 0) return;
    await discardOrganizationsOf(tx, id, { now, requestId: `unconfirmed-${id}` });
    await tx.account.deleteMany({ where: { id, memberships: { none: {} } } });
  });
}
