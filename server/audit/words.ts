import { wordsToKeep } from "../search/words.ts";
import { inLog, type LogDoor } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";

const chunkSeals = 20_000;

type Seen = { kind: "actor" | "target"; value: string; text: string };

/**
 * Keeps the words by which the viewer finds actors and targets, for all that is sealed: few rows, however
 * many entries there are. Runs behind the sealer, so that neither writers nor seals wait for it.
 */
export async function keepWords(organizationId: string): Promise<void> {
  const door = await logDoor(organizationId);
  while (await keepChunk(door));
}

async function keepChunk(door: LogDoor): Promise<boolean> {
  return inLog(door, async (client) => {
    const state = await client.query<{ from: string; to: string }>(
      `SELECT worded_seq AS from, least(seq, worded_seq + $1) AS to FROM audit_chain`,
      [chunkSeals],
    );
    const { from, to } = state.rows[0] ?? { from: "0", to: "0" };
    if (from === to) return false;
    const seen = await client.query<Seen>(
      `WITH fresh AS (SELECT e.* FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id
         WHERE s.seq > $1 AND s.seq <= $2)
       SELECT DISTINCT 'actor' AS kind, actor_id::text AS value, actor_name AS text FROM fresh
         WHERE actor_id IS NOT NULL AND actor_name <> ''
       UNION SELECT DISTINCT 'target', target_id, target_label FROM fresh
         WHERE target_id IS NOT NULL AND target_label <> ''`,
      [from, to],
    );
    const words = seen.rows.flatMap(({ kind, value, text }) =>
      wordsToKeep(text).map((token) => ({ kind, value, token })),
    );
    await client.query(
      `INSERT INTO audit_words (kind, token, value) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
       ON CONFLICT DO NOTHING`,
      [words.map((word) => word.kind), words.map((word) => word.token), words.map((word) => word.value)],
    );
    await client.query("UPDATE audit_chain SET worded_seq = $1 WHERE worded_seq = $2", [to, from]);
    return true;
  });
}
