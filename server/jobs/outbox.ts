import { ownerPool } from "../fleet/owner.ts";
import { jobs, type JobName } from "./registry.ts";

/** A claimed row, ready to be carried to a worker. */
export type OutboxRow = {
  id: string;
  tenant_id: string | null;
  name: string;
  payload: unknown;
  attempts: number;
  request_id: string | null;
};

const leaseMarginMs = 15_000;
const doneKeptDays = 7;

/**
 * Takes up to `limit` rows that are due, by state and never by order of ids: new ones, and dispatched ones
 * whose lease ran out. Rows that another relay holds are passed over.
 */
export async function claimDue(shardId: string, limit: number): Promise<OutboxRow[]> {
  const { rows } = await ownerPool(shardId).query<OutboxRow>(
    `WITH due AS (
       SELECT id FROM astra.outbox
       WHERE (state = 'pending' AND run_at <= now()) OR (state = 'dispatched' AND lease_until < now())
       ORDER BY run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE astra.outbox o SET state = 'dispatched', attempts = o.attempts + 1,
       lease_until = now() + interval '1 minute'
     FROM due WHERE o.id = due.id
     RETURNING o.id, o.tenant_id, o.name, o.payload, o.attempts, o.request_id`,
    [limit],
  );
  return rows;
}

/** Gives claimed rows back that could not be handed to the queue; the try does not count. */
export async function giveBack(shardId: string, ids: string[]): Promise<void> {
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = 'pending', attempts = attempts - 1, lease_until = NULL
     WHERE id = ANY ($1) AND state = 'dispatched'`,
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
    `UPDATE astra.outbox SET lease_until = now() + $3 * interval '1 millisecond'
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
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
    Math.min(limits.backoffMs * 2 ** (row.attempt - 1), 3_600_000) * (0.8 + Math.random() * 0.4);
  await ownerPool(shardId).query(
    `UPDATE astra.outbox SET state = $3, error = left($4, 1000), lease_until = NULL,
       run_at = CASE WHEN $3 = 'dead' THEN run_at ELSE now() + $5 * interval '1 millisecond' END
     WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
    [row.id, row.attempt, dead ? "dead" : "pending", error, Math.round(pauseMs)],
  );
  return dead ? "dead" : "pending";
}

/** Removes done rows after their days; they are kept for a while to answer "did it run?". */
export async function trimDone(shardId: string): Promise<void> {
  await ownerPool(shardId).query(
    `DELETE FROM astra.outbox WHERE state = 'done' AND done_at < now() - $1 * interval '1 day'`,
    [doneKeptDays],
  );
}

/** Seconds that the oldest due row has waited, and how many wait; for the metrics. */
export async function outboxAge(
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
