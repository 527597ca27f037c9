import { chainColumns, entryProven, entryText, linkHash, type ChainState } from "./chain.ts";
import { inLog, walkIndexes, type LogDoor } from "./log-transaction.ts";
import type { Finding } from "./verdict.ts";

/** One seal with the entry that it is about, as it stands now. */
export type Link = {
  seq: number;
  entryId: string;
  previous: string;
  hash: string;
  /** Null when the entry is gone. */
  text: string | null;
  proven: boolean | null;
  erased: boolean | null;
};

type Row = [string, string, string, string, string | null, boolean | null, boolean | null];

/** The links after one seal and up to another, in the order of the chain. */
export async function readLinks(door: LogDoor, after: number, through: number): Promise<Link[]> {
  return inLog(door, async (client) => {
    await walkIndexes(client);
    const { rows } = await client.query<Row>({
      rowMode: "array",
      text: `SELECT s.seq, s.entry_id, encode(s.prev_hash, 'hex'), encode(s.hash, 'hex'),
          CASE WHEN e.id IS NOT NULL THEN ${entryText} END, ${entryProven},
          e.actor_salt IS NULL OR e.subject_salt IS NULL
        FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id
        WHERE s.seq > $1 AND s.seq <= $2 ORDER BY s.seq`,
      values: [after, through],
    });
    return rows.map(([seq, entryId, previous, hash, text, proven, erased]) => ({
      seq: Number(seq),
      entryId,
      previous,
      hash,
      text,
      proven,
      erased,
    }));
  });
}

/** The chain's state at present. */
export async function readChain(door: LogDoor): Promise<ChainState> {
  return inLog(door, async (client) => {
    const { rows } = await client.query<ChainState>(`SELECT ${chainColumns} FROM audit_chain`);
    if (!rows[0]) throw new Error("the audit chain's row is missing");
    return rows[0];
  });
}

/** Entries that wait for their seal. */
export async function countPending(door: LogDoor): Promise<number> {
  return inLog(door, async (client) => {
    const { rows } = await client.query<{ pending: number }>(
      `SELECT count(*)::float8 AS pending FROM audit_chain c, audit_entries e
       WHERE (e.xid, e.id) > (c.cursor_xid, c.cursor_id)
         AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)`,
    );
    return rows[0]?.pending ?? 0;
  });
}

/** Entries that wait for their seal, and one that the sealer has passed and never sealed: it was put in later, by hand. */
export async function findUnsealed(door: LogDoor): Promise<{ pending: number; inserted: Finding | null }> {
  return inLog(door, async (client) => {
    const counted = await client.query<{ pending: number; whole: boolean }>(
      `SELECT w.pending, c.seq - c.pruned_seq + w.pending = (SELECT count(*) FROM audit_entries) AS whole
       FROM audit_chain c CROSS JOIN LATERAL (
         SELECT count(*)::float8 AS pending FROM audit_entries e WHERE (e.xid, e.id) > (c.cursor_xid, c.cursor_id)
           AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)) AS w`,
    );
    const { pending, whole } = counted.rows[0] ?? { pending: 0, whole: false };
    // Every seal has an entry of its own, or the walk along the chain says so: then none is left without a seal.
    if (whole) return { pending, inserted: null };
    const { rows } = await client.query<{ id: string }>(
      `SELECT e.id FROM audit_chain c, audit_entries e
       WHERE (e.xid, e.id) <= (c.cursor_xid, c.cursor_id)
         AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)
       ORDER BY e.xid, e.id LIMIT 1`,
    );
    const entryId = rows[0]?.id;
    const detail = "No seal was ever made for it.";
    return { pending, inserted: entryId ? { kind: "inserted", seq: null, entryId, detail } : null };
  });
}

/**
 * Says what became of a link that does not fit: its place in the chain is known, and the hash that was once
 * right tells whether another entry would fit there.
 */
export async function explainMismatch(
  door: LogDoor,
  found: { link: Link; previous: string },
): Promise<Finding> {
  const { link, previous } = found;
  const { seq, entryId } = link;
  return inLog(door, async (client) => {
    if (link.previous !== previous) {
      const { rows } = await client.query<{ seq: string }>(
        "SELECT seq FROM audit_seals WHERE prev_hash = decode($1, 'hex')",
        [previous],
      );
      const other = rows[0]?.seq;
      if (other) {
        return { kind: "swapped", seq, entryId, detail: `Its place belongs to what stands at ${other}.` };
      }
      return { kind: "altered_seal", seq, entryId, detail: "Its seal does not follow the one before." };
    }
    const { rows } = await client.query<{ id: string; seq: string; text: string }>(
      `SELECT e.id, s.seq, ${entryText} AS text FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id
       WHERE s.seq > $1 ORDER BY s.seq LIMIT 20000`,
      [seq],
    );
    const other = rows.find((row) => linkHash(seq, previous, row.text) === link.hash);
    if (other) {
      return { kind: "swapped", seq, entryId, detail: `Its place belongs to what stands at ${other.seq}.` };
    }
    const next = await client.query(
      `SELECT FROM audit_seals WHERE prev_hash = decode($1, 'hex')
       UNION ALL SELECT FROM audit_chain WHERE head = decode($1, 'hex')`,
      [link.hash],
    );
    // The chain goes on from the hash that stands here, so it is the entry that has changed.
    return next.rowCount !== 0
      ? { kind: "altered_entry", seq, entryId, detail: "Its text does not have the hash of its seal." }
      : { kind: "altered_seal", seq, entryId, detail: "Neither its text nor what follows has this hash." };
  });
}
