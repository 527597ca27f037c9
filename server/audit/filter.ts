import { Prisma } from "#prisma/generated/tenant/client.ts";
import { wordsToKeep, wordsToSeek } from "../search/words.ts";
import type { ReadDb } from "../tenancy/tenant-db.ts";
import type { AuditFilter } from "./schema.ts";

const foundMax = 1_000;
const actionsMax = 500;

// No word holds it, and it sorts after every character.
const last = "\u{10ffff}";

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
  if (filter.ip) conditions.push(Prisma.sql`e.ip = ${filter.ip}`);
  const needsActions = filter.action !== undefined || filter.search;
  const actions = needsActions ? await seenActions(db) : [];
  if (filter.action !== undefined) {
    const { action } = filter;
    const meant = actions.filter(
      (seen) => seen === action || (action.endsWith(".") && seen.startsWith(action)),
    );
    conditions.push(Prisma.sql`e.action = ANY (${meant})`);
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

/** Each word must begin a word of the action, of the actor's name or of the target's label. */
async function searchConditions(db: ReadDb, search: string, actions: string[]): Promise<Prisma.Sql[]> {
  const conditions: Prisma.Sql[] = [];
  for (const word of wordsToSeek(search)) {
    const found = await db.$queryRaw<{ kind: string; value: string }[]>`
      (SELECT w.kind, w.value FROM audit_words w WHERE w.kind = 'actor' AND w.token >= ${word}
         AND w.token < ${word + last} ORDER BY w.token LIMIT ${foundMax})
      UNION ALL
      (SELECT w.kind, w.value FROM audit_words w WHERE w.kind = 'target' AND w.token >= ${word}
         AND w.token < ${word + last} ORDER BY w.token LIMIT ${foundMax})`;
    const valuesOf = (kind: string) => found.filter((row) => row.kind === kind).map((row) => row.value);
    const named = actions.filter((action) => wordsToKeep(action).some((kept) => kept.startsWith(word)));
    conditions.push(Prisma.sql`(e.action = ANY (${named}) OR e.actor_id = ANY (${valuesOf("actor")}::uuid[])
      OR e.target_id = ANY (${valuesOf("target")}))`);
  }
  return conditions.length > 0 ? conditions : [Prisma.sql`false`];
}
