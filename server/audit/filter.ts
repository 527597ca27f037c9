import { Prisma } from "#prisma/generated/tenant/client.ts";
import { wordsToKeep, wordsToSeek } from "../search/words.ts";
import type { ReadDb } from "../tenancy/tenant-db.ts";
import type { AuditFilter } from "./schema.ts";

const foundMax = 1_000;
const actionsMax = 500;

// No word holds it, and it sorts after every character.
const last = "\u{10ffff}";

/** A recorded read names as its target all of what was read: "projects", where a change names one "project". */
const notARead = Prisma.sql`NOT (e.target_label = '' AND e.target_type = split_part(e.action, '.', 1)
  AND e.action NOT IN ('audit.verify', 'audit.export', 'audit.retain'))`;

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

type Found = { word: string; kind: "actor" | "target"; value: string };

/** Each word must begin a word of the action, of the actor's name or of the target's label. */
async function searchConditions(db: ReadDb, search: string, actions: string[]): Promise<Prisma.Sql[]> {
  const words = wordsToSeek(search);
  if (words.length === 0) return [Prisma.sql`false`];
  const found = await db.$queryRaw<Found[]>`
    SELECT s.word, f.kind, f.value FROM unnest(${words}::text[]) AS s (word) CROSS JOIN LATERAL (
      (SELECT w.kind, w.value FROM audit_words w WHERE w.kind = 'actor' AND w.token >= s.word
         AND w.token < s.word || ${last} ORDER BY w.token LIMIT ${foundMax})
      UNION ALL
      (SELECT w.kind, w.value FROM audit_words w WHERE w.kind = 'target' AND w.token >= s.word
         AND w.token < s.word || ${last} ORDER BY w.token LIMIT ${foundMax})) AS f`;
  const conditions = words.map((word) => {
    const valuesOf = (kind: Found["kind"]) =>
      found.filter((row) => row.word === word && row.kind === kind).map((row) => row.value);
    const named = actions.filter((action) => wordsToKeep(action).some((kept) => kept.startsWith(word)));
    const [actors, targets] = [valuesOf("actor"), valuesOf("target")];
    const condition = Prisma.sql`(e.action = ANY (${named})
      OR ${among("actor", Prisma.sql`e.actor_id`, word, actors)}
      OR ${among("target", Prisma.sql`e.target_id`, word, targets)})`;
    return { condition, size: named.length * foundMax + actors.length + targets.length };
  });
  // The rarest word first: most entries are passed over by it alone.
  return conditions.toSorted((a, b) => a.size - b.size).map(({ condition }) => condition);
}

/** Whether an entry's actor or target is among those of a word; so many that not all were read are asked for one by one. */
function among(kind: Found["kind"], column: Prisma.Sql, word: string, values: string[]): Prisma.Sql {
  if (values.length < foundMax) {
    return kind === "actor"
      ? Prisma.sql`${column} = ANY (${values}::uuid[])`
      : Prisma.sql`${column} = ANY (${values})`;
  }
  // OFFSET keeps the planner from reading all words first.
  return Prisma.sql`EXISTS (SELECT FROM audit_words w WHERE w.kind = ${kind} AND w.value = ${column}::text
    AND w.token >= ${word} AND w.token < ${word + last} OFFSET 0)`;
}
