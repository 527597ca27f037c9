import { ownerPool } from "../fleet/owner.ts";
import type { QueuedJob } from "./queue.ts";
import { jobs, type QueueName } from "./registry.ts";

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

/**
 * Takes back rows whose lease ran out: their worker died, or the queue lost them. Waiting in the queue uses
 * up no try. Answers how many.
 */
export async function reclaimExpired(shardId: string): Promise<number> {
  const reclaimed = await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'pending', lease_until = NULL, error = 'the lease ran out',
       attempts = attempts - CASE WHEN started THEN 0 ELSE 1 END, started = false
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

/** What a row says about the try that begins. */
export type StartedRow = {
  id: string;
  name: string;
  tenant_id: string | null;
  payload: unknown;
  attempts: number;
  request_id: string | null;
};

/** How long each kind of job is left alone, in milliseconds. */
const leases = JSON.stringify(
  Object.fromEntries(
    Object.entries(jobs).map(([name, { deadlineMs }]) => [name, deadlineMs + leaseMarginMs]),
  ),
);

/** Starts one try and answers its row; null when the row is done, or when another try has it. */
export async function startTry({ shardId, rowId, attempt }: QueuedJob): Promise<StartedRow | null> {
  const started = await ownerPool(shardId).query<StartedRow>(
    `UPDATE astra.outbox SET started = true,
       lease_until = now() + coalesce(($3::jsonb ->> name)::int, $4) * interval '1 millisecond'
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched' AND NOT started
     RETURNING id, name, tenant_id, payload, attempts, request_id`,
    [rowId, attempt, leases, dispatchLeaseMs],
  );
  return started.rows[0] ?? null;
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
  { shardId, rowId, attempt }: QueuedJob,
  limits: { attempts: number; backoffMs: number },
  error: string,
): Promise<"pending" | "dead"> {
  const dead = attempt >= limits.attempts;
  const pauseMs = Math.min(limits.backoffMs * 2 ** (attempt - 1), pauseMaxMs) * (0.8 + Math.random() * 0.4);
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = $3, error = left($4, 1000), lease_until = NULL, started = false,
       run_at = CASE WHEN $3 = 'dead' THEN run_at ELSE now() + $5 * interval '1 millisecond' END
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
    [rowId, attempt, dead ? "dead" : "pending", error, Math.round(pauseMs)],
  );
  return dead ? "dead" : "pending";
}

/** Removes done rows after their days; they are kept for a while to answer "did it run?". */
export async function trimDone(shardId: string): Promise<void> {
  for (;;) {
    const trimmed = await ownerPool(shardId).query(
      `DELETE FROM astra.outbox WHERE id IN (SELECT id FROM astra.outbox
         WHERE state = 'done' AND done_at < now() - $1 * interval '1 day' LIMIT $2)`,
      [doneKeptDays, trimBatch],
    );
    if ((trimmed.rowCount ?? 0) < trimBatch) return;
  }
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
