import { hash } from "node:crypto";
import pg from "pg";
import { binaryArray, byteaType, uuidType } from "./binary-array.ts";
import { chainColumns, genesis, type ChainState } from "./chain.ts";
import { copyRows } from "./copy-rows.ts";
import { EntryBytes, entryByteColumns, entryByteCount } from "./entry-bytes.ts";
import { inLog, walkIndexes, type LogDoor } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";

const batchRows = 25_000;

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

async function sealBatch(client: pg.PoolClient, door: LogDoor) {
  await walkIndexes(client);
  const chain = await holdChain(client);
  await assertUnbroken(client, chain);
  const home = await presentHome(client);
  // On another server, or after a move, transaction ids mean something else: look at everything once more.
  const cursor: Cursor = home === chain.home ? [chain.cursor_xid, chain.cursor_id] : ["-1", firstId];
  const horizon = await settledBelow(client);
  const links = new NewLinks(chain.seq, chain.head ?? genesis(door.organizationId), horizon.below);
  await copyRows(client, candidates(cursor, horizon), (row) => links.add(row));
  await writeSeals(client, links, chain.seq);
  const more = links.count === batchRows;
  const reached = more ? (links.settled ?? cursor) : [String(BigInt(horizon.below) - 1n), lastId];
  await client.query(
    `UPDATE audit_chain SET seq = $1, head = decode($2, 'hex'), home = $3, cursor_xid = $4, cursor_id = $5,
       sealed_at = CASE WHEN $6 THEN now() ELSE sealed_at END`,
    [links.seq, links.count > 0 ? links.head : chain.head, home, ...reached, links.count > 0],
  );
  return { sealed: links.count, seq: links.seq, more };
}

type Cursor = [xid: string, id: string];
type Horizon = { below: string; beyond: string };

/** What is to be sealed next, in the order in which it will stand. */
function candidates([xid, id]: Cursor, { below, beyond }: Horizon): string {
  const bounds = [xid, below, beyond].map(BigInt);
  return `SELECT ${entryByteColumns}, e.xid FROM audit_entries e
    WHERE (e.xid, e.id) > (${bounds[0]}::bigint, ${pg.escapeLiteral(id)}::uuid)
      -- A transaction that still runs has an id between the two bounds; one from elsewhere may lie beyond.
      AND (e.xid < ${bounds[1]}::bigint OR e.xid >= ${bounds[2]}::bigint)
      AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)
    ORDER BY e.xid, e.id LIMIT ${batchRows}`;
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

/** The links that a batch adds to the chain, computed as the entries come. */
class NewLinks {
  seq: number;
  count = 0;
  readonly ids: Buffer[] = [];
  readonly before: Buffer[] = [];
  readonly hashes: Buffer[] = [];
  readonly #bytes = new EntryBytes(1);
  readonly #below: bigint;
  #head: Buffer;
  #settledXid: bigint | undefined;
  #settledId: Buffer | undefined;

  constructor(seq: number, head: string, below: string) {
    this.seq = seq;
    this.#head = Buffer.from(head, "hex");
    this.#below = BigInt(below);
  }

  get head(): string {
    return this.#head.toString("hex");
  }

  /** The last entry whose transaction is settled for good: the cursor goes no further. */
  get settled(): Cursor | undefined {
    const [xid, id] = [this.#settledXid, this.#settledId];
    return xid === undefined || !id ? undefined : [String(xid), uuidText(id)];
  }

  add(row: Buffer): void {
    const bytes = this.#bytes;
    bytes.take(row);
    const computed = Buffer.from(hash("sha256", bytes.link(++this.seq, this.#head), "hex"), "hex");
    const start = bytes.idStart();
    // The row's bytes are the driver's; these stay.
    const id = Buffer.from(row.subarray(start, start + idBytes));
    this.ids.push(id);
    this.before.push(this.#head);
    this.hashes.push(computed);
    this.#head = computed;
    this.count++;
    const xid = row.readBigInt64BE(bytes.start(entryByteCount));
    if (xid >= this.#below) return;
    this.#settledXid = xid;
    this.#settledId = id;
  }
}

const idBytes = 16;

function uuidText(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function writeSeals(client: pg.PoolClient, links: NewLinks, after: number): Promise<void> {
  if (links.count === 0) return;
  await client.query(
    `INSERT INTO audit_seals (seq, entry_id, prev_hash, hash)
     SELECT $1::bigint + n, id, before, hash
     FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) WITH ORDINALITY AS links (id, before, hash, n)`,
    [
      after,
      binaryArray(uuidType, links.ids),
      binaryArray(byteaType, links.before),
      binaryArray(byteaType, links.hashes),
    ],
  );
}
