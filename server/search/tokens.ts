import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { TenantDb } from "../tenancy/tenant-db.ts";
import { wordsToKeep, wordsToSeek } from "./words.ts";

/** What can be searched; the table's CHECK holds the same closed set. */
export type SearchKind = "project" | "task" | "member";

/** Makes one thing findable by the words of a text, and by no others, in the transaction that changes it. */
export async function keepTokens(
  db: TenantDb,
  kind: SearchKind,
  targetId: string,
  text: string,
): Promise<void> {
  await dropTokens(db, targetId);
  await db.searchToken.createMany({ data: wordsToKeep(text).map((token) => ({ kind, token, targetId })) });
}

/** Makes one thing findable by nothing. */
export async function dropTokens(db: TenantDb, targetId: string): Promise<void> {
  await db.searchToken.deleteMany({ where: { targetId } });
}

// No word holds it, and it sorts after every character: the end of "all that begins with".
const last = "\u{10ffff}";

/**
 * The condition that an id is among the finds of a search: each of its words begins a kept one. Ranges of
 * text keep their index under row-level security, LIKE would not. A search without any word finds nothing.
 */
export function foundBy(kind: SearchKind, id: Prisma.Sql, search: string): Prisma.Sql {
  const conditions = wordsToSeek(search).map(
    (word) => Prisma.sql`${id} IN (SELECT s.target_id FROM search_tokens s
      WHERE s.kind = ${kind} AND s.token >= ${word} AND s.token < ${word + last})`,
  );
  return conditions.length > 0 ? Prisma.join(conditions, " AND ") : Prisma.sql`false`;
}
