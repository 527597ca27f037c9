import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { ReadDb } from "../tenancy/tenant-db.ts";
import type { AuditFilter } from "./schema.ts";
import { searchConditions } from "./search.ts";

const actionsMax = 500;

/**
 * A recorded read names as its target all of what was read: "projects", where a change names one "project". That
 * somebody has read a notification of theirs is on record, and changes nothing for anybody else either.
 */
const notARead = Prisma.sql`(NOT (e.target_label = '' AND e.target_type = split_part(e.action, '.', 1)
  AND e.action NOT IN ('audit.verify', 'audit.export', 'audit.retain'))
  AND e.action NOT IN ('notifications.markRead', 'notifications.markAllRead'))`;

/**
 * The condition on `audit_entries e` that a filter means. Everything in it keeps its index under row-level
 * security: equality of texts and ranges of times. Names of actions and words are looked up before.
 */
export async function filterCondition(db: ReadDb, filter: AuditFilter): Promise<Prisma.Sql> {
  const conditions = [Prisma.sql`true`];
  if (filter.actorId) conditions.push(Prisma.sql`e.actor_id = ${filter.actorId}::uuid`);
  if (filter.actorKind) conditions.push(Prisma.sql`e.actor_kind = ${filter.actorKind}`);
  if (filter.targetType) conditions.push(Prisma.sql`e.target_type = ${filter.targetType}`);
  if (filter.targetId) conditions.push(Prisma.sql`e.target_id = ${filter.targetId}`);
  if (filter.from) conditions.push(Prisma.sql`e.at >= ${filter.from}::timestamptz`);
  if (filter.to) conditions.push(Prisma.sql`e.at < ${filter.to}::timestamptz`);
  if (filter.changesOnly) conditions.push(notARead);
  if (filter.ip) conditions.push(Prisma.sql`e.ip = ${filter.ip}`);
  const needsActions = filter.action !== undefined || filter.search;
  const actions = needsActions ? await seenActions(db) : [];
  if (filter.action !== undefined) {
    const { action } = filter;
    const meant = actions.filter(
      (seen) => seen === action || (action.endsWith(".") && seen.startsWith(action)),
    );
    conditions.push(isOneOf(meant));
  }
  if (filter.search) conditions.push(...(await searchConditions(db, filter.search, actions)));
  return Prisma.join(conditions, " AND ");
}

/** Every action that the log knows, by a walk that skips from one to the next in the index. */
export async function seenActions(db: ReadDb): Promise<string[]> {
  const rows = await db.$queryRaw<{ action: string }[]>`
    WITH RECURSIVE seen AS (
      (SELECT e.action FROM audit_entries e ORDER BY e.action LIMIT 1)
      UNION ALL
      SELECT (SELECT e.action FROM audit_entries e WHERE e.action > s.action ORDER BY e.action LIMIT 1)
      FROM seen s WHERE s.action IS NOT NULL
    ) SELECT action FROM seen WHERE action IS NOT NULL LIMIT ${actionsMax}`;
  return rows.map((row) => row.action);
}

/** Of one action the index gives the newest first, and its entries are counted without looking at them. */
function isOneOf(actions: string[]): Prisma.Sql {
  const [first, ...others] = actions;
  return first !== undefined && others.length === 0
    ? Prisma.sql`e.action = ${first}`
    : Prisma.sql`e.action = ANY (${actions})`;
}
