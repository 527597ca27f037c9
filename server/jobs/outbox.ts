import { ownerPool } from "../fleet/owner.ts";
import { jobs, type JobName, type QueueName } from "./registry.ts";

/** A claimed row, ready to be carried to a worker. */
export type OutboxRow = {
  id: string;
  turn: string;
  tenant_id: string | null;
  name: string;
  payload: unknown;
  attempts: number;
  request_id: string | null;
};

/** Where the round over tenants begins; the platform's own rows come first. */
export const firstTurn = "00000000-0000-0000-0000-000000000000";

const dispatchLeaseMs = 60_000;
const leaseMarginMs = 15_000;
const pauseMaxMs = 3_600_000;
const doneKeptDays = 7;
const trimBatch = 10_000;

/**
 * Takes due rows of one queue, of tenants behind `afterTurn`, some of each, `limit` at most. Claims by
 * state, never by order of ids; rows that another relay holds are passed over.
 */
export async function claimDue(
  shardId: string,
  queue: QueueName,
  limit: number,
  afterTurn: string,
): Promise<OutboxRow[]> {
  const each = Math.max(1, Math.floor(limit / 10));
  const turns = Math.max(1, Math.floor(limit / each));
  const { rows } = await ownerPool(shardId).query<OutboxRow>(
    "SELECT * FROM astra.claim_due($1, $2, $3, $4, $5)",
    [queue, afterTurn, turns, each, dispatchLeaseMs],
  );
  return rows;
}

/** Takes back rows whose lease ran out: their worker died, or the queue lost them. Answers how many. */
export async function reclaimExpired(shardId: string): Promise<number> {
  const reclaimed = await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'pending', lease_until = NULL, started = false, error = 'the lease ran out'
     WHERE id IN (SELECT id FROM astra.outbox WHERE state = 'dispatched' AND lease_until < now()
       LIMIT 1000 FOR UPDATE SKIP LOCKED)`,
  );
  return reclaimed.rowCount ?? 0;
}

/** Takes back every row that no worker has begun: the queue has forgotten them. The try does not count. */
export async function reclaimUnstarted(shardId: string): Promise<number> {
  const reclaimed = await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'pending', attempts = attempts - 1, lease_until = NULL
     WHERE state = 'dispatched' AND NOT started`,
  );
  return reclaimed.rowCount ?? 0;
}

/** Gives claimed rows back that could not be handed to the queue; the try does not count. */
export async function giveBack(shardId: string, ids: string[]): Promise<void> {
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'pending', attempts = attempts - 1, lease_until = NULL
     WHERE id = ANY ($1) AND state = 'dispatched' AND NOT started`,
    [ids],
  );
}

/** Starts one try: false when the row is done, or when another try has it. */
export async function startTry(
  shardId: string,
  id: string,
  attempt: number,
  name: JobName,
): Promise<boolean> {
  const leaseMs = jobs[name].deadlineMs + leaseMarginMs;
  const started = await ownerPool(shardId).query(
    `UPDATE astra.outbox SET started = true, lease_until = now() + $3 * interval '1 millisecond'
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched' AND NOT started`,
    [id, attempt, leaseMs],
  );
  return started.rowCount === 1;
}

/** Closes a row whose work was not one transaction of a tenant. */
export async function closeRow(shardId: string, id: string): Promise<void> {
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'done', done_at = now(), lease_until = NULL, error = NULL
     WHERE id = $1 AND state <> 'done'`,
    [id],
  );
}

/** Notes a failed try: due again after a pause that doubles, or dead when it was the last. Answers which. */
export async function failTry(
  shardId: string,
  row: { id: string; attempt: number },
  limits: { attempts: number; backoffMs: number },
  error: string,
): Promise<"pending" | "dead"> {
  const dead = row.attempt >= limits.attempts;
  const pauseMs =
    Math.min(limits.backoffMs * 2 ** (row.attempt - 1), pauseMaxMs) * (0.8 + Math.random() * 0.4);
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = $3, error = left($4, 1000), lease_until = NULL, started = false,
       run_at = CASE WHEN $3 = 'dead' THEN run_at ELSE now() + $5 * interval '1 millisecond' END
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
    [row.id, row.attempt, dead ? "dead" : "pending", error, Math.round(pauseMs)],
  );
  return dead ? "dead" : "pending";
}

/** Hands back a try that was begun and cannot be finished here (a worker that stops); it does not count. */
export async function handBack(shardId: string, id: string, attempt: number): Promise<void> {
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'pending', attempts = attempts - 1, started = false, lease_until = NULL
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
    [id, attempt],
  );
}

/** Removes done rows after their days; they are kept for a while to answer "did it run?". */
export async function trimDone(shardId: string): Promise<void> {
  await ownerPool(shardId).query(
    `DELETE FROM astra.outbox WHERE id IN (SELECT id FROM astra.outbox
       WHERE state = 'done' AND done_at < now() - $1 * interval '1 day' LIMIT $2)`,
    [doneKeptDays, trimBatch],
  );
}

/** How many due rows wait, how long the oldest has, and how many failed for good; for the metrics. */
export async function outboxFigures(
  shardId: string,
): Promise<{ waiting: number; oldestSeconds: number; dead: number }> {
  const { rows } = await ownerPool(shardId).query<{ pending: string; oldest_seconds: number; dead: string }>(
    "SELECT * FROM astra.outbox_figures()",
  );
  const figures = rows[0];
  return {
    waiting: Number(figures?.pending ?? 0),
    oldestSeconds: figures?.oldest_seconds ?? 0,
    dead: Number(figures?.dead ?? 0),
  };
}
