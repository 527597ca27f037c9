import { Prisma } from "#prisma/generated/tenant/client.ts";
import { wordsToKeep, wordsToSeek } from "../search/words.ts";
import type { ReadDb } from "../tenancy/tenant-db.ts";

/**
 * How many actors and targets of a word are read. More of actors: behind the policy no index finds the word of an
 * actor's id, which is no text, so that asking for them one by one is slow.
 */
const foundMax = { actor: 5_000, target: 1_000 } as const;
/** What one action weighs against one actor or target. */
const actionWeight = 1_000;

/** So many of the newest entries are looked at to learn whether what is sought is met often. */
const sampleRows = 2_000;
/** Of so many, a page and its count are found soon by going back in time. */
const oftenRows = 40;
/** A word that leaves no more entries than this is looked through whole. */
const fewRows = 10_000;

// No word holds it, and it sorts after every character.
const last = "\u{10ffff}";

type Found = { word: string; kind: "actor" | "target"; value: string };

/** What a word can mean: actions, actors and targets; of those that are very many not all were read. */
type Meaning = { word: string; actions: string[]; actors: string[]; targets: string[] };

/**
 * The conditions on `audit_entries e` of a search: each word must begin a word of the action, of the actor's name or
 * of the target's label. Words that seldom meet are looked for among the entries that the rarest of them leaves, where
 * these are few: going back in time until a page is full would pass through most of the log.
 */
export async function searchConditions(
  db: ReadDb,
  search: string,
  actions: string[],
): Promise<[Prisma.Sql, ...Prisma.Sql[]]> {
  const meanings = joined(await meaningsOf(db, wordsToSeek(search), actions));
  // The rarest word first: most entries are passed over by it alone.
  const [rarest, ...others] = meanings
    .map((meaning) => ({ condition: conditionOf(meaning), size: sizeOf(meaning) }))
    .toSorted((a, b) => a.size - b.size)
    .map(({ condition }) => condition);
  if (!rarest) return [Prisma.sql`false`];
  if (others.length === 0 || (await isOften(db, [rarest, ...others]))) return [rarest, ...others];
  const ids = await idsAmongFew(db, rarest, others);
  return ids ? [Prisma.sql`e.id = ANY (${ids}::uuid[])`] : [rarest, ...others];
}

async function meaningsOf(db: ReadDb, words: string[], actions: string[]): Promise<Meaning[]> {
  if (words.length === 0) return [];
  const found = await db.$queryRaw<Found[]>`
    SELECT s.word, f.kind, f.value FROM unnest(${words}::text[]) AS s (word) CROSS JOIN LATERAL (
      (SELECT w.kind, w.value FROM audit_words w WHERE w.kind = 'actor' AND w.token >= s.word
         AND w.token < s.word || ${last} ORDER BY w.token LIMIT ${foundMax.actor})
      UNION ALL
      (SELECT w.kind, w.value FROM audit_words w WHERE w.kind = 'target' AND w.token >= s.word
         AND w.token < s.word || ${last} ORDER BY w.token LIMIT ${foundMax.target})) AS f`;
  return words.map((word) => {
    const valuesOf = (kind: Found["kind"]) =>
      found.filter((row) => row.word === word && row.kind === kind).map((row) => row.value);
    const named = actions.filter((action) => wordsToKeep(action).some((kept) => kept.startsWith(word)));
    return { word, actions: named, actors: valuesOf("actor"), targets: valuesOf("target") };
  });
}

/** Words that only actions can mean narrow each other down; one that means nothing leaves nothing. */
function joined(meanings: Meaning[]): Meaning[] {
  const isOfActions = ({ actors, targets }: Meaning) => actors.length + targets.length === 0;
  const [first, ...more] = meanings.filter(isOfActions);
  if (!first) return meanings;
  const actions = first.actions.filter((action) => more.every((other) => other.actions.includes(action)));
  if (actions.length === 0) return [];
  return [{ ...first, actions }, ...meanings.filter((meaning) => !isOfActions(meaning))];
}

function sizeOf({ actions, actors, targets }: Meaning): number {
  return actions.length * actionWeight + actors.length + targets.length;
}

async function isOften(db: ReadDb, conditions: Prisma.Sql[]): Promise<boolean> {
  const [row] = await db.$queryRaw<{ met: number }[]>`
    SELECT count(*)::int AS met FROM (SELECT e.action, e.actor_id, e.target_id FROM audit_entries e
      ORDER BY e.at DESC, e.id DESC LIMIT ${sampleRows}) AS e WHERE ${Prisma.join(conditions, " AND ")}`;
  return (row?.met ?? 0) >= oftenRows;
}

/** Entries that meet all conditions; null when the first of these leaves too many to look through. */
async function idsAmongFew(db: ReadDb, rarest: Prisma.Sql, others: Prisma.Sql[]): Promise<string[] | null> {
  const [row] = await db.$queryRaw<{ looked: number; ids: string[] }[]>`
    WITH few AS MATERIALIZED (SELECT e.id, e.action, e.actor_id, e.target_id FROM audit_entries e
      WHERE ${rarest} LIMIT ${fewRows + 1})
    SELECT (SELECT count(*)::int FROM few) AS looked,
      ARRAY(SELECT e.id FROM few e WHERE ${Prisma.join(others, " AND ")}) AS ids`;
  return row && row.looked <= fewRows ? row.ids : null;
}

/** An alternative that nothing can meet is left out: it would hide the index of the others. */
function conditionOf({ word, actions, actors, targets }: Meaning): Prisma.Sql {
  const alternatives = [
    ...(actions.length > 0 ? [Prisma.sql`e.action = ANY (${actions})`] : []),
    ...(actors.length > 0 ? [among("actor", Prisma.sql`e.actor_id`, word, actors)] : []),
    ...(targets.length > 0 ? [among("target", Prisma.sql`e.target_id`, word, targets)] : []),
  ];
  return alternatives.length > 0 ? Prisma.sql`(${Prisma.join(alternatives, " OR ")})` : Prisma.sql`false`;
}

/** Whether an entry's actor or target is among those of a word; so many that not all were read are asked for one by one. */
function among(kind: Found["kind"], column: Prisma.Sql, word: string, values: string[]): Prisma.Sql {
  if (values.length < foundMax[kind]) {
    return kind === "actor"
      ? Prisma.sql`${column} = ANY (${values}::uuid[])`
      : Prisma.sql`${column} = ANY (${values})`;
  }
  // OFFSET keeps the planner from reading all words first.
  return Prisma.sql`EXISTS (SELECT FROM audit_words w WHERE w.kind = ${kind} AND w.value = ${column}::text
    AND w.token >= ${word} AND w.token < ${word + last} OFFSET 0)`;
}
