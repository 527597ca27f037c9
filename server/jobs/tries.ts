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
/** Tries of workers that do not know the job, with pauses from 5 seconds to 5 minutes: about a day. */
const unknownMax = 300;
const unknownPauseMs = 5_000;
const unknownPauseMaxMs = 300_000;

/** What a row says about the try that begins. */
type StartedRow = {
  id: string;
  name: string;
  tenant_id: string | null;
  payload: unknown;
  attempts: number;
  /** Which hand-over of the row it came of: no other try has the same, so all that settles it asks for it. */
  dispatches: number;
  request_id: string | null;
};

/** One try that this process makes. */
export type Try = StartedRow & {
  shardId: string;
  /** Ends it early: its time is over, or the row is no longer its own. */
  stop: AbortController;
};

/** The row belongs to another try by now, or to none: nothing that this one does counts any more. */
export class LostTry extends Error {}

/** The tries of this process on one shard. */
type Shard = {
  running: Map<string, Try>;
  renewal: NodeJS.Timeout | undefined;
  start: (queued: QueuedJob) => Promise<StartedRow | null>;
  close: (made: Try) => Promise<boolean>;
};

const shards = new Map<string, Shard>();

function triesOf(shardId: string): Shard {
  let shard = shards.get(shardId);
  if (!shard) {
    const start = gathered((queued: QueuedJob[]) => startAll(shardId, queued));
    const close = gathered((tries: Try[]) => closeAll(shardId, tries));
    shard = { running: new Map(), renewal: undefined, start, close };
    shards.set(shardId, shard);
  }
  return shard;
}

/**
 * Starts one try and answers it; null when the row is done, or when another try has it. From then on the
 * row is kept for this process until it is settled.
 */
export async function startTry(queued: QueuedJob): Promise<Try | null> {
  const { shardId } = queued;
  const shard = triesOf(shardId);
  const row = await patiently(() => shard.start(queued));
  if (!row) return null;
  const made = { ...row, shardId, stop: new AbortController() };
  // An older try of the same row may still run here.
  shard.running.get(row.id)?.stop.abort(new LostTry());
  shard.running.set(row.id, made);
  shard.renewal ??= setInterval(() => void renewTries(shardId), renewEveryMs).unref();
  return made;
}

/** Closes a row whose work was not one transaction of a tenant. False when the row is no longer this try's. */
export async function closeRow(made: Try): Promise<boolean> {
  return patiently(() => triesOf(made.shardId).close(made));
}

/** Lets go of a row, settled or not: this process does nothing more for it. */
export function endTry(made: Try): void {
  const shard = triesOf(made.shardId);
  // A later try of the same row may run here by now.
  if (shard.running.get(made.id) === made) shard.running.delete(made.id);
  if (shard.running.size > 0) return;
  clearInterval(shard.renewal);
  shard.renewal = undefined;
}

/** What became of a row: due again, dead, or not this try's to settle. */
type Settled = "pending" | "dead" | "lost";

/** Notes a failed try: due again after a pause that doubles, or dead when it was the last. Answers which. */
export async function failTry(
  { shardId, id, attempts, dispatches }: Try,
  limits: { attempts: number; backoffMs: number; pauseMaxMs?: number },
  error: string,
): Promise<Settled> {
  const state = attempts >= limits.attempts ? "dead" : "pending";
  const failed = await patiently(() =>
    ownerPool(shardId, "jobs").query(
      `UPDATE astra.outbox SET state = $3, error = left($4, 1000), lease_until = NULL, started = false,
         waits = $3 <> 'dead', failures = astra.note_failure(failures, attempts, $4),
         run_at = CASE WHEN $3 = 'dead' THEN run_at ELSE now() + $5 * interval '1 millisecond' END
       WHERE id = $1 AND dispatches = $2 AND state = 'dispatched'`,
      [id, dispatches, state, error, pauseMs(limits.backoffMs, attempts, limits.pauseMaxMs)],
    ),
  );
  return failed.rowCount === 1 ? state : "lost";
}

/**
 * Notes a try that failed through no fault of the job: due again, and it does not count. Answers false when
 * that has happened too often; then it is to be noted as failed.
 */
export async function spareTry(
  { shardId, id, dispatches }: Try,
  backoffMs: number,
  error: string,
): Promise<boolean> {
  const spared = await patiently(() =>
    ownerPool(shardId, "jobs").query(
      `UPDATE astra.outbox SET state = 'pending', error = left($3, 1000), lease_until = NULL, started = false,
         attempts = attempts - 1, spared = spared + 1, waits = true, run_at = now() + $4 * interval '1 millisecond',
         failures = astra.note_failure(failures, attempts, $3)
       WHERE id = $1 AND dispatches = $2 AND state = 'dispatched' AND spared < $5`,
      [id, dispatches, error, pauseMs(backoffMs, 1), sparedMax],
    ),
  );
  return spared.rowCount === 1;
}

/**
 * Puts a job back that this version does not know: it waits for a worker that does, and none of its own tries is
 * used up. Dead when none has come for about a day. Answers which.
 */
export async function putBackUnknown({ shardId, id, dispatches }: Try): Promise<Settled> {
  const { rows } = await patiently(() =>
    ownerPool(shardId, "jobs").query<{ state: "pending" | "dead" }>(
      `UPDATE astra.outbox SET state = CASE WHEN unknown_tries + 1 >= $3 THEN 'dead' ELSE 'pending' END,
         attempts = attempts - 1, unknown_tries = unknown_tries + 1, lease_until = NULL, started = false,
         waits = unknown_tries + 1 < $3, error = 'no worker knew this job', run_at = now()
           + least($4 * 2 ^ least(unknown_tries, 20), $5) * (0.8 + random() * 0.4) * interval '1 millisecond'
       WHERE id = $1 AND dispatches = $2 AND state = 'dispatched' RETURNING state`,
      [id, dispatches, unknownMax, unknownPauseMs, unknownPauseMaxMs],
    ),
  );
  return rows[0]?.state ?? "lost";
}

/** Gives everything back that this process still works on, for others to take at once. Answers how many. */
export async function handBackTries(): Promise<number> {
  let handedBack = 0;
  for (const [shardId, shard] of shards) {
    const { running } = shard;
    const tries = [...running.values()];
    const given = await ownerPool(shardId, "jobs").query(
      `UPDATE astra.outbox o SET state = 'pending', lease_until = NULL, started = false, error = 'its worker was stopped',
         attempts = o.attempts - 1, spared = o.spared + 1, waits = false
       FROM unnest($1::uuid[], $2::int[]) AS t (id, dispatches)
       WHERE o.id = t.id AND o.dispatches = t.dispatches AND o.state = 'dispatched' AND o.started`,
      [tries.map(({ id }) => id), tries.map(({ dispatches }) => dispatches)],
    );
    handedBack += given.rowCount ?? 0;
    running.clear();
    // Nothing is left to be kept.
    clearInterval(shard.renewal);
    shard.renewal = undefined;
    for (const { stop } of tries) stop.abort(new LostTry());
  }
  return handedBack;
}

/** Keeps the tries that run here, and stops those whose rows are no longer theirs. */
export async function renewTries(shardId: string): Promise<void> {
  const tries = [...triesOf(shardId).running.values()];
  const { rows } = await ownerPool(shardId, "jobs")
    .query<{ id: string }>("SELECT astra.extend_leases($1, $2, $3) AS id", [
      tries.map(({ id }) => id),
      tries.map(({ dispatches }) => dispatches),
      tryLeaseMs,
    ])
    // Without a lease another worker takes the row in the end, which is what is meant to happen.
    .catch(() => ({ rows: [] }));
  const lost = new Set(rows.map(({ id }) => id));
  for (const { id, stop } of tries) if (lost.has(id)) stop.abort(new LostTry());
}

async function startAll(shardId: string, queued: QueuedJob[]): Promise<(StartedRow | null)[]> {
  const { rows } = await ownerPool(shardId, "jobs").query<StartedRow & { number: number }>(
    "SELECT * FROM astra.start_tries($1, $2, $3, $4)",
    [
      queued.map(({ rowId }) => rowId),
      queued.map(({ dispatch }) => dispatch ?? null),
      queued.map(({ attempt }) => attempt),
      tryLeaseMs,
    ],
  );
  // By the place in the question: the same row may be asked for twice, by a stale message and by the live one.
  const started = new Map(rows.map(({ number, ...row }) => [number, row]));
  return queued.map((_asked, index) => started.get(index + 1) ?? null);
}

async function closeAll(shardId: string, tries: Try[]): Promise<boolean[]> {
  const { rows } = await ownerPool(shardId, "jobs").query<{ id: string; dispatches: number }>(
    `UPDATE astra.outbox SET state = 'done', done_at = now(), lease_until = NULL, error = NULL
     WHERE id = ANY ($1) AND (id, dispatches) IN (SELECT * FROM unnest($1::uuid[], $2::int[])) AND state = 'dispatched'
     RETURNING id, dispatches`,
    [tries.map(({ id }) => id), tries.map(({ dispatches }) => dispatches)],
  );
  const closed = new Set(rows.map(({ id, dispatches }) => `${id}-${dispatches}`));
  return tries.map(({ id, dispatches }) => closed.has(`${id}-${dispatches}`));
}

function pauseMs(backoffMs: number, attempt: number, most = pauseMaxMs): number {
  return Math.round(Math.min(backoffMs * 2 ** (attempt - 1), most) * (0.8 + Math.random() * 0.4));
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
