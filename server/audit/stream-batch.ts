import type pg from "pg";
import { chainColumns, entryText, linkHash, type ChainState } from "./chain.ts";
import { signStatement } from "./checkpoint.ts";
import { entryLine, type ExportRecord } from "./export.ts";
import { walkIndexes, type LogDoor } from "./log-transaction.ts";
import type { Batch } from "./stream-send.ts";
import { entryColumns } from "./view.ts";

/** Where a stream is, as far as a batch depends on it. */
export type Position = {
  id: string;
  kind: "https" | "s3";
  /** The last seal that was delivered or stated as a gap, and its hash where it is known. */
  cursor: number;
  head: string | null;
  /** Where the batch ended that was tried last. */
  batchThrough: number | null;
};

export type Gap = { from: number; through: number };

export type ReadBatch = Batch & { through: number; head: string | null; gap: Gap | null };

/** How much goes in one piece. An object a minute may be large, a request ought to be answered soon. */
const limits = {
  https: { rows: 1_000, bytes: 1_000_000 },
  s3: { rows: 10_000, bytes: 8_000_000 },
} as const;

// Beside its changes a line has names, hashes and the text once more.
const lineBytes = 1_500;

/** What stands in the log is not what was sealed: nothing of it goes out as if it were. */
export class StreamChainBroken extends Error {
  constructor(seq: number) {
    super(`the audit chain is broken at ${seq}`);
    this.name = "StreamChainBroken";
  }
}

/**
 * The next lines for a stream, null when there are none: first a gap when retention was faster, then entries
 * whose links were computed anew, last a signed checkpoint of the place that is reached. Throws StreamChainBroken.
 */
export async function readBatch(
  client: pg.PoolClient,
  door: LogDoor,
  position: Position,
  now: Date,
): Promise<ReadBatch | null> {
  await walkIndexes(client);
  const chains = await client.query<ChainState>(`SELECT ${chainColumns} FROM audit_chain`);
  const chain = chains.rows[0];
  if (!chain) throw new StreamChainBroken(position.cursor);
  const gap =
    chain.pruned_seq > position.cursor ? { from: position.cursor + 1, through: chain.pruned_seq } : null;
  const after = gap ? gap.through : position.cursor;
  const head = gap ? chain.pruned_head : position.head;
  if (chain.seq <= after && !gap) return null;
  const through = await endOfBatch(client, position, after, chain.seq);
  const rows = await readRows(client, after, through);
  const reached = linked(rows, { after, through, head });
  const lines = [
    ...(gap ? [gapLine(gap)] : []),
    ...rows.map((row) => entryLine(row)),
    ...(reached ? [checkpointLine(door, through, reached, now)] : []),
  ];
  const from = gap?.from ?? after + 1;
  return {
    id: `${position.id}_${from}_${through}`,
    objectName: `audit-${padded(from)}-${padded(through)}.jsonl`,
    body: Buffer.from(lines.join(""), "utf8"),
    through,
    head: reached,
    gap,
  };
}

/** Where the batch ends: where the try before ended, or where its rows or bytes are many enough. */
async function endOfBatch(
  client: pg.PoolClient,
  { kind, batchThrough }: Position,
  after: number,
  last: number,
): Promise<number> {
  if (batchThrough !== null && batchThrough > after && batchThrough <= last) return batchThrough;
  const { rows: most, bytes } = limits[kind];
  const found = await client.query<{ through: number }>(
    `SELECT max(seq)::float8 AS through FROM (
       SELECT s.seq, sum(2 * octet_length(e.changes) + coalesce(octet_length(e.personal), 0) + $4::int)
         OVER (ORDER BY s.seq) AS bytes
       FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id WHERE s.seq > $1 AND s.seq <= $2) AS few
     WHERE bytes <= $3 OR seq = $1::bigint + 1`,
    [after, Math.min(after + most, last), bytes, lineBytes],
  );
  // An entry that is not there any more is found when its link is looked at.
  return found.rows[0]?.through ?? Math.min(after + 1, last);
}

async function readRows(client: pg.PoolClient, after: number, through: number): Promise<ExportRecord[]> {
  const { rows } = await client.query<ExportRecord>(
    `SELECT ${entryColumns.sql}, e.user_agent AS "userAgent", e.changes, e.personal, ${entryText} AS text,
       encode(l.hash, 'hex') AS hash, encode(l.prev_hash, 'hex') AS "previousHash"
     FROM audit_seals l JOIN audit_entries e ON e.id = l.entry_id
     WHERE l.seq > $1 AND l.seq <= $2 ORDER BY l.seq`,
    [after, through],
  );
  return rows;
}

type Range = { after: number; through: number; head: string | null };

/** Computes every link anew; answers the hash of the last. */
function linked(rows: ExportRecord[], { after, through, head }: Range): string | null {
  let seq = after;
  let previous = head;
  for (const row of rows) {
    seq++;
    const stated = row.previousHash ?? "";
    if (Number(row.seq) !== seq || (previous !== null && stated !== previous))
      throw new StreamChainBroken(seq);
    if (linkHash(seq, stated, row.text) !== row.hash) throw new StreamChainBroken(seq);
    previous = row.hash;
  }
  if (seq !== through) throw new StreamChainBroken(seq + 1);
  return previous;
}

function gapLine({ from, through }: Gap): string {
  return `${JSON.stringify({ kind: "gap", from, through, reason: "retention" })}\n`;
}

function checkpointLine(door: LogDoor, seq: number, head: string, now: Date): string {
  const { organizationId } = door;
  const at = now.toISOString();
  const signed = signStatement({ kind: "checkpoint", organizationId, seq, head, count: seq, at });
  return `${JSON.stringify({ kind: "checkpoint", ...(JSON.parse(signed) as object) })}\n`;
}

function padded(seq: number): string {
  return String(seq).padStart(15, "0");
}
