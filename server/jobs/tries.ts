import { setTimeout as sleep } from "node:timers/promises";
import { ownerPool } from "../fleet/owner.ts";
import { isTransient } from "../tenancy/failures.ts";
import { gathered } from "./gather.ts";
import type { QueuedJob } from "./queue.ts";

/** How long a try may go without a sign of life from its process, in milliseconds. */
const tryLeaseMs = 15_000;
const renewEveryMs = 4_000;
const settlePatienceMs = 15_000;
const pauseMaxMs = 3_600_000;
/** Tries that may go without counting: more often than this it is no accident of the surroundings. */
const sparedMax = 10;

/** What a row says about the try that begins. */
export type StartedRow = {
  id: string;
  name: string;
  tenant_id: string | null;
  payload: unknown;
  attempts: number;
  request_id: string | null;
};

/** The tries of this process on one shard. */
type Shard = {
  running: Map<string, number>;
  renewal: NodeJS.Timeout | undefined;
  start: (queued: QueuedJob) => Promise<StartedRow | null>;
  close: (rowId: string) => Promise<null>;
};

const shards = new Map<string, Shard>();

function triesOf(shardId: string): Shard {
  let shard = shards.get(shardId);
  if (!shard) {
    const start = gathered((queued: QueuedJob[]) => startAll(shardId, queued));
    const close = gathered((rowIds: string[]) => closeAll(shardId, rowIds));
    shard = { running: new Map(), renewal: undefined, start, close };
    shards.set(shardId, shard);
  }
  return shard;
}

/**
 * Starts one try and answers its row; null when the row is done, or when another try has it. From then on the
 * row is kept for this process until it is settled.
 */
export async function startTry(queued: QueuedJob): Promise<StartedRow | null> {
  const shard = triesOf(queued.shardId);
  const row = await patiently(() => shard.start(queued));
  if (!row) return null;
  shard.running.set(row.id, row.attempts);
  shard.renewal ??= setInterval(() => void renew(queued.shardId), renewEveryMs).unref();
  return row;
}

/** Closes a row whose work was not one transaction of a tenant. */
export async function closeRow(shardId: string, rowId: string): Promise<void> {
  await patiently(() => triesOf(shardId).close(rowId));
}

/** Lets go of a row, settled or not: this process does nothing more for it. */
export function endTry(shardId: string, { id, attempts }: StartedRow): void {
  const shard = triesOf(shardId);
  // A later try of the same row may run here by now.
  if (shard.running.get(id) === attempts) shard.running.delete(id);
  if (shard.running.size > 0) return;
  clearInterval(shard.renewal);
  shard.renewal = undefined;
}

/** Notes a failed try: due again after a pause that doubles, or dead when it was the last. Answers which. */
export async function failTry(
  { shardId, rowId, attempt }: QueuedJob,
  limits: { attempts: number; backoffMs: number },
  error: string,
): Promise<"pending" | "dead"> {
  const dead = attempt >= limits.attempts;
  await patiently(() =>
    ownerPool(shardId, "jobs").query(
      `UPDATE astra.outbox SET state = $3, error = left($4, 1000), lease_until = NULL, started = false,
         waits = $3 <> 'dead', failures = astra.note_failure(failures, attempts, $4),
         run_at = CASE WHEN $3 = 'dead' THEN run_at ELSE now() + $5 * interval '1 millisecond' END
       WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
      [rowId, attempt, dead ? "dead" : "pending", error, pauseMs(limits.backoffMs, attempt)],
    ),
  );
  return dead ? "dead" : "pending";
}

/**
 * Notes a try that failed through no fault of the job: due again, and it does not count. Answers false when
 * that has happened too often; then it is to be noted as failed.
 */
export async function spareTry(
  { shardId, rowId, attempt }: QueuedJob,
  backoffMs: number,
  error: string,
): Promise<boolean> {
  const spared = await patiently(() =>
    ownerPool(shardId, "jobs").query(
      `UPDATE astra.outbox SET state = 'pending', error = left($3, 1000), lease_until = NULL, started = false,
         attempts = attempts - 1, spared = spared + 1, waits = true, run_at = now() + $4 * interval '1 millisecond',
         failures = astra.note_failure(failures, attempts, $3)
       WHERE id = $1 AND attempts = $2 AND state = 'dispatched' AND spared < $5`,
      [rowId, attempt, error, pauseMs(backoffMs, 1), sparedMax],
    ),
  );
  return spared.rowCount === 1;
}

/** Gives everything back that this process still works on, for others to take at once. Answers how many. */
export async function handBackTries(): Promise<number> {
  let handedBack = 0;
  for (const [shardId, { running }] of shards) {
    const given = await ownerPool(shardId, "jobs").query(
      `UPDATE astra.outbox o SET state = 'pending', lease_until = NULL, started = false, error = 'its worker was stopped',
         attempts = o.attempts - 1, spared = o.spared + 1, waits = false
       FROM unnest($1::uuid[], $2::int[]) AS t (id, attempt)
       WHERE o.id = t.id AND o.attempts = t.attempt AND o.state = 'dispatched' AND o.started`,
      [[...running.keys()], [...running.values()]],
    );
    handedBack += given.rowCount ?? 0;
    running.clear();
  }
  return handedBack;
}

async function renew(shardId: string): Promise<void> {
  const { running } = triesOf(shardId);
  await ownerPool(shardId, "jobs")
    .query("SELECT astra.extend_leases($1, $2, $3)", [[...running.keys()], [...running.values()], tryLeaseMs])
    // Without a lease another worker takes the row in the end, which is what is meant to happen.
    .catch(() => null);
}

async function startAll(shardId: string, queued: QueuedJob[]): Promise<(StartedRow | null)[]> {
  const { rows } = await ownerPool(shardId, "jobs").query<StartedRow>(
    "SELECT * FROM astra.start_tries($1, $2, $3)",
    [queued.map(({ rowId }) => rowId), queued.map(({ attempt }) => attempt), tryLeaseMs],
  );
  const started = new Map(rows.map((row) => [row.id, row]));
  return queued.map(({ rowId }) => {
    const row = started.get(rowId) ?? null;
    // The same job twice in one batch is one try.
    started.delete(rowId);
    return row;
  });
}

async function closeAll(shardId: string, rowIds: string[]): Promise<null[]> {
  await ownerPool(shardId, "jobs").query(
    `UPDATE astra.outbox SET state = 'done', done_at = now(), lease_until = NULL, error = NULL
     WHERE id = ANY ($1) AND state <> 'done'`,
    [rowIds],
  );
  return rowIds.map(() => null);
}

function pauseMs(backoffMs: number, attempt: number): number {
  return Math.round(Math.min(backoffMs * 2 ** (attempt - 1), pauseMaxMs) * (0.8 + Math.random() * 0.4));
}

/** Tries again while the database is away, for about as long as a lease lasts: better late than done twice. */
async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + settlePatienceMs;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      return await ask();
    } catch (error) {
      if (!isTransient(error) || performance.now() > until) throw error;
    }
    await sleep(pause * (0.5 + Math.random()));
  }
}
