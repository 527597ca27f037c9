import { ownerPool } from "../fleet/owner.ts";
import type { QueueName } from "./registry.ts";

/** A claimed row, ready to be carried to a worker. */
export type OutboxRow = {
  id: string;
  turn: string;
  tenant_id: string | null;
  name: string;
  payload: unknown;
  attempts: number;
  request_id: string | null;
  /** How often it was handed to the queue, this time included. */
  dispatches: number;
};

/** Where the round over tenants begins; the platform's own rows come first. */
export const firstTurn = "00000000-0000-0000-0000-000000000000";

const dispatchLeaseMs = 20_000;
const reclaimBatch = 1_000;
/** No lease is as long as this; one that seems to be was written before the server's clock went back. */
const leaseMaxMinutes = 20;
const doneKeptDays = 7;
const deadKeptDays = 90;
const doneKeptMax = 200_000;
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
  const { rows } = await ownerPool(shardId, "jobs").query<OutboxRow>(
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
  const reclaimed = await ownerPool(shardId, "jobs").query(
    `UPDATE astra.outbox SET state = 'pending', lease_until = NULL, error = 'the lease ran out',
       attempts = attempts - CASE WHEN started THEN 0 ELSE 1 END, started = false,
       failures = CASE WHEN started THEN astra.note_failure(failures, attempts, 'the lease ran out') ELSE failures END
     WHERE id IN (SELECT id FROM astra.outbox WHERE state = 'dispatched'
         AND (lease_until < now() OR lease_until > now() + $1 * interval '1 minute')
       LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [leaseMaxMinutes, reclaimBatch],
  );
  return reclaimed.rowCount ?? 0;
}

/**
 * Takes back every row that no worker has begun when the queue's memory is not the one that they were put
 * into. The try does not count. However many relays notice, one does it, also when all of them are new.
 */
export async function reclaimForgotten(shardId: string, generation: string): Promise<number> {
  const reclaimed = await ownerPool(shardId, "jobs").query(
    `WITH changed AS (
       INSERT INTO astra.queue_memory (generation) VALUES ($1)
       ON CONFLICT (only_one) DO UPDATE SET generation = excluded.generation
         WHERE queue_memory.generation <> excluded.generation
       RETURNING true)
     UPDATE astra.outbox SET state = 'pending', attempts = attempts - 1, lease_until = NULL
     WHERE state = 'dispatched' AND NOT started AND EXISTS (SELECT FROM changed)`,
    [generation],
  );
  return reclaimed.rowCount ?? 0;
}

/** Gives claimed rows back that could not be handed to the queue; the try does not count. */
export async function giveBack(shardId: string, ids: string[]): Promise<void> {
  await ownerPool(shardId, "jobs").query(
    `UPDATE astra.outbox SET state = 'pending', attempts = attempts - 1, lease_until = NULL
     WHERE id = ANY ($1) AND state = 'dispatched' AND NOT started`,
    [ids],
  );
}

/**
 * Removes done rows after their days, and the oldest of very many; they are kept to answer "did it run?". Dead
 * ones wait for an operator, but not for ever.
 */
export async function trimSettled(shardId: string, doneMax = doneKeptMax): Promise<void> {
  const { rows } = await ownerPool(shardId).query<{ before: Date }>(
    `SELECT greatest(now() - $1 * interval '1 day',
       (SELECT done_at FROM astra.outbox WHERE state = 'done' ORDER BY done_at DESC OFFSET $2 LIMIT 1)) AS before`,
    [doneKeptDays, doneMax - 1],
  );
  await trim(shardId, "state = 'done' AND done_at < $1", rows[0]?.before);
  // A row's own time is when it was due last; the index knows when it was asked for.
  const asked = "created_at < now() - $1 * interval '1 day'";
  await trim(shardId, `state = 'dead' AND ${asked} AND run_at < now() - $1 * interval '1 day'`, deadKeptDays);
}

async function trim(shardId: string, condition: string, value: unknown): Promise<void> {
  for (;;) {
    const trimmed = await ownerPool(shardId).query(
      `DELETE FROM astra.outbox WHERE id IN (SELECT id FROM astra.outbox WHERE ${condition} LIMIT $2)`,
      [value, trimBatch],
    );
    if ((trimmed.rowCount ?? 0) < trimBatch) return;
  }
}

type OutboxFigures = { waiting: number; oldestSeconds: number; dead: number };

/** How many due rows wait, how long the oldest has, and how many failed for good; for the metrics. */
export async function outboxFigures(shardId: string): Promise<OutboxFigures> {
  const { rows } = await ownerPool(shardId, "jobs").query<{
    pending: string;
    oldest_seconds: number;
    dead: string;
  }>("SELECT * FROM astra.outbox_figures()");
  const figures = rows[0];
  return {
    waiting: Number(figures?.pending ?? 0),
    oldestSeconds: figures?.oldest_seconds ?? 0,
    dead: Number(figures?.dead ?? 0),
  };
}
