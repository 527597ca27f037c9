import type pg from "pg";
import { chainColumns, entryText, genesis, linkHash, type ChainState } from "./chain.ts";
import { inLog, logDoor, walkIndexes, type LogDoor } from "./owner-door.ts";

const batchRows = 10_000;

export type SealReport = { sealed: number; seq: number };

/** The chain's own row and its last seal disagree: somebody has been at the database. Nothing is sealed on top. */
class ChainBroken extends Error {
  constructor(detail: string) {
    super(`the audit chain is broken: ${detail}`);
    this.name = "ChainBroken";
  }
}

/**
 * Seals every settled entry of an organization, in batches, each in a transaction of its own. Any number of
 * sealers may run: the chain's row lets one in at a time. Throws ChainBroken.
 */
export async function sealEntries(organizationId: string): Promise<SealReport> {
  const door = await logDoor(organizationId);
  let sealed = 0;
  for (;;) {
    const batch = await inLog(door, (client) => sealBatch(client, door));
    sealed += batch.sealed;
    if (!batch.more) return { sealed, seq: batch.seq };
  }
}

type Candidate = { id: string; xid: string; text: string };

async function sealBatch(client: pg.PoolClient, door: LogDoor) {
  await walkIndexes(client);
  const chain = await holdChain(client);
  await assertUnbroken(client, chain);
  const home = await presentHome(client);
  // On another server, or after a move, transaction ids mean something else: look at everything once more.
  const cursor = home === chain.home ? [chain.cursor_xid, chain.cursor_id] : ["-1", firstId];
  const horizon = await settledBelow(client);
  const { rows } = await client.query<Candidate>(
    // A transaction that still runs has an id between the two bounds; one from elsewhere may lie beyond.
    `SELECT e.id, e.xid, ${entryText} AS text FROM audit_entries e
     WHERE (e.xid, e.id) > ($1::bigint, $2::uuid) AND (e.xid < $3::bigint OR e.xid >= $4::bigint)
       AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)
     ORDER BY e.xid, e.id LIMIT $5`,
    [...cursor, horizon.below, horizon.beyond, batchRows],
  );
  const { seq, head } = await writeSeals(client, chain, door, rows);
  const more = rows.length === batchRows;
  const last = more ? rows.findLast((row) => BigInt(row.xid) < BigInt(horizon.below)) : undefined;
  const reached = more ? (last ? [last.xid, last.id] : cursor) : [String(BigInt(horizon.below) - 1n), lastId];
  await client.query(
    `UPDATE audit_chain SET seq = $1, head = decode($2, 'hex'), home = $3, cursor_xid = $4, cursor_id = $5,
       sealed_at = CASE WHEN $6 THEN now() ELSE sealed_at END`,
    [seq, head, home, ...reached, rows.length > 0],
  );
  return { sealed: rows.length, seq, more };
}

const firstId = "00000000-0000-0000-0000-000000000000";
const lastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** The chain's row, held until the transaction ends: one sealer, pruner or mover at a time. */
export async function holdChain(client: pg.PoolClient): Promise<ChainState> {
  const { rows } = await client.query<ChainState>(`SELECT ${chainColumns} FROM audit_chain FOR UPDATE`);
  if (!rows[0]) throw new ChainBroken("its row is missing");
  return rows[0];
}

async function assertUnbroken(client: pg.PoolClient, chain: ChainState): Promise<void> {
  const { rows } = await client.query<{ seq: number; hash: string }>(
    "SELECT seq::float8 AS seq, encode(hash, 'hex') AS hash FROM audit_seals ORDER BY seq DESC LIMIT 1",
  );
  const seq = rows[0]?.seq ?? chain.pruned_seq;
  const head = rows[0]?.hash ?? chain.pruned_head;
  if (seq !== chain.seq) throw new ChainBroken(`its row says ${chain.seq}, its last seal is ${seq}`);
  if (head !== chain.head) throw new ChainBroken(`its row and its last seal ${seq} differ`);
}

/** The server and the epoch to which transaction ids belong at present. */
async function presentHome(client: pg.PoolClient): Promise<string> {
  const { rows } = await client.query<{ home: string }>(
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || epoch AS home FROM tenant_guard",
  );
  return rows[0]?.home ?? "";
}

/**
 * Below the first bound no transaction runs any more, whatever the clock says: nothing can still appear
 * there. Taken before the entries are read, so what has ended since is only sealed later.
 */
async function settledBelow(client: pg.PoolClient): Promise<{ below: string; beyond: string }> {
  const { rows } = await client.query<{ below: string; beyond: string }>(
    `SELECT pg_snapshot_xmin(s)::text AS below, pg_snapshot_xmax(s)::text AS beyond FROM pg_current_snapshot() AS s`,
  );
  if (!rows[0]) throw new Error("the server tells no snapshot");
  return rows[0];
}

async function writeSeals(
  client: pg.PoolClient,
  chain: ChainState,
  door: LogDoor,
  entries: Candidate[],
): Promise<{ seq: number; head: string | null }> {
  if (entries.length === 0) return chain;
  const before = chain.head ?? genesis(door.organizationId);
  let seq = chain.seq;
  let head = before;
  const hashes = entries.map((entry) => (head = linkHash(++seq, head, entry.text)));
  await client.query(
    `INSERT INTO audit_seals (seq, entry_id, prev_hash, hash)
     SELECT $1::bigint + n, id, decode(lag(hash, 1, $2) OVER (ORDER BY n), 'hex'), decode(hash, 'hex')
     FROM unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS links (id, hash, n)`,
    [chain.seq, before, entries.map((entry) => entry.id), hashes],
  );
  return { seq, head };
}
