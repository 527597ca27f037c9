import { v7 as uuid } from "uuid";
import { enqueue } from "../jobs/enqueue.ts";
import type { JobInfo } from "../jobs/run.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { assertSending } from "./replay.ts";
import { countedMax } from "./schema.ts";

const batchRows = 500;
/** Beyond this the job does not count what is before it: `total` grows with what is done. */
const totalMax = 100_000;

/** What is sent again: from when until when its events happened, and which states of deliveries. */
export type RecoveryInput = {
  endpointId: string;
  since: Date;
  /** Up to now without it. */
  through?: Date;
  states: readonly ("dead" | "held")[];
};

/**
 * Asks for everything that an endpoint has not got since a time to be sent again: a job that can be watched in its
 * row of `webhook_recoveries`, and goes on where it stopped. `total` counts up to 1,001, which means more: the job
 * counts on, as the endpoint is held here. The caller writes the audit entry. Throws AppError not_found, and
 * endpoint_stopped while nothing can be sent there.
 */
export async function recoverEndpoint(
  ctx: WriteCtx,
  { endpointId, since, through = ctx.clock.now(), states }: RecoveryInput,
): Promise<{ id: string; total: number }> {
  await assertSending(ctx, endpointId);
  const total = await countUndelivered(ctx, { endpointId, since, through, states }, countedMax + 1);
  const id = uuid();
  const memberId = ctx.actor.kind === "member" ? ctx.actor.memberId : null;
  const createdAt = ctx.clock.now();
  await ctx.db.webhookRecovery.create({
    data: { id, endpointId, since, through, states: [...states], total, memberId, createdAt },
    select: { id: true },
  });
  await enqueue(ctx, "webhooks.recover", { recoveryId: id });
  return { id, total };
}

/** Makes what a recovery asks for due again, some in each transaction. */
export async function runRecovery(
  door: Door,
  { recoveryId }: { recoveryId: string },
  job: Pick<JobInfo, "signal">,
): Promise<void> {
  job.signal.throwIfAborted();
  await transact(door, "write", (ctx) => countAll(ctx, recoveryId));
  while (await transact(door, "write", (ctx) => recoverBatch(ctx, recoveryId))) job.signal.throwIfAborted();
}

/** Notes that a recovery has not come to its end; what it has made due stays so. */
export async function giveUpRecovery(door: Door, { recoveryId }: { recoveryId: string }): Promise<void> {
  await transact(door, "write", (ctx) => finish(ctx, recoveryId, "failed"));
}

/** How many deliveries a recovery would move; no more than so many are counted. */
async function countUndelivered(
  ctx: WriteCtx,
  { endpointId, since, through, states }: Required<RecoveryInput>,
  most: number,
): Promise<number> {
  const rows = await ctx.db.$queryRaw<{ total: number }[]>`
    SELECT count(*)::int AS total FROM (
      SELECT FROM webhook_deliveries d
      WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = ANY (${[...states]}::text[])
        AND d.created_at BETWEEN ${since}::timestamptz AND ${through}::timestamptz
      LIMIT ${most}) AS few`;
  return rows[0]?.total ?? 0;
}

/** Before the first batch: what was more than could be counted while somebody waited for it. */
async function countAll(ctx: WriteCtx, id: string): Promise<void> {
  const recovery = await ctx.db.webhookRecovery.findUnique({
    where: { id, state: "waiting", total: { gt: countedMax } },
    select: { endpointId: true, since: true, through: true, states: true },
  });
  if (!recovery) return;
  // The schema of the one who asked holds the same closed set.
  const states = recovery.states as RecoveryInput["states"];
  const total = await countUndelivered(ctx, { ...recovery, states }, totalMax);
  await ctx.db.webhookRecovery.update({ where: { id }, data: { total }, select: { id: true } });
}

type Recovery = {
  endpointId: string;
  since: Date;
  through: Date;
  states: string[];
  cursorId: string | null;
  sending: boolean;
};

/** One batch. Answers whether there may be more. */
async function recoverBatch(ctx: WriteCtx, id: string): Promise<boolean> {
  const rows = await ctx.db.$queryRaw<Recovery[]>`
    SELECT r.endpoint_id AS "endpointId", r.since, r.through, r.states, r.cursor_id AS "cursorId",
      e.state = 'active' AS sending
    FROM webhook_recoveries r JOIN webhook_endpoints e ON e.id = r.endpoint_id
    WHERE r.id = ${id}::uuid AND r.state IN ('waiting', 'running') FOR UPDATE OF r`;
  const recovery = rows[0];
  if (!recovery) return false;
  if (!recovery.sending) {
    await finish(ctx, id, "failed");
    return false;
  }
  const { endpointId, since, through, states, cursorId } = recovery;
  const moved = await ctx.db.$queryRaw<{ moved: number; last: string | null }[]>`
    WITH chosen AS (
      SELECT d.id FROM webhook_deliveries d
      WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = ANY (${states}::text[])
        AND d.created_at BETWEEN ${since}::timestamptz AND ${through}::timestamptz
        AND (${cursorId}::uuid IS NULL OR d.id > ${cursorId}::uuid)
      ORDER BY d.id LIMIT ${batchRows} FOR UPDATE
    ), due AS (
      UPDATE webhook_deliveries d SET state = 'pending', round = d.round + 1, round_attempts = 0,
        next_try_at = NULL, settled_at = NULL
      FROM chosen c WHERE d.id = c.id
    )
    SELECT count(*)::int AS moved, (SELECT c.id FROM chosen c ORDER BY c.id DESC LIMIT 1) AS last FROM chosen`;
  const batch = moved[0];
  if (!batch?.last) {
    await finish(ctx, id, "done");
    return false;
  }
  await ctx.db.$executeRaw`
    UPDATE webhook_recoveries SET state = 'running', cursor_id = ${batch.last}::uuid, done = done + ${batch.moved}::int,
      total = greatest(total, done + ${batch.moved}::int)
    WHERE id = ${id}::uuid`;
  await enqueue(ctx, "webhooks.deliver", { endpointId });
  return true;
}

async function finish(ctx: WriteCtx, id: string, state: "done" | "failed"): Promise<void> {
  await ctx.db.webhookRecovery.updateMany({
    where: { id, state: { in: ["waiting", "running"] } },
    data: { state, finishedAt: ctx.clock.now() },
  });
}
