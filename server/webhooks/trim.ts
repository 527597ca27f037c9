import { Prisma } from "#prisma/generated/tenant/client.ts";
import { numberEvents } from "../events/numbering.ts";
import { forEveryOrganization } from "../organizations/every.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";

/** How long events, and what became of their deliveries, are kept. */
export const eventDays = 30;
const hourDays = 90;
const batchRows = 1_000;

// The database's clock is one for all: a worker whose own is ahead would remove what is young.
const eventsBefore = Prisma.sql`now() - ${eventDays} * interval '1 day'`;
const hoursBefore = Prisma.sql`now() - ${hourDays} * interval '1 day'`;

/** Removes from every organization of a shard the events and deliveries whose days are over, and asks for what is due. */
export async function trimWebhooks(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  await forEveryOrganization({
    shardId,
    job,
    act: trimOne,
    failed: ["webhooks", "old events were not removed"],
  });
}

/**
 * Removes one organization's old rows, some in each transaction: deliveries that have come to rest, with their tries;
 * events that nothing waits for any more; hours; endpoints that were deleted and of which nothing is left.
 */
export async function trimOne(door: Door): Promise<void> {
  // Whoever asks for events by their numbers learns by the number of the last that went how much it has missed.
  while (await transact(door, "write", numberEvents));
  const steps: ((ctx: WriteCtx) => Promise<number>)[] = [
    (ctx) => ctx.db.$executeRaw`
      DELETE FROM webhook_deliveries WHERE id IN (
        SELECT d.id FROM webhook_deliveries d WHERE d.settled_at < ${eventsBefore} LIMIT ${batchRows})`,
    trimEvents,
    (ctx) => ctx.db.$executeRaw`
      DELETE FROM webhook_hours WHERE hour < ${hoursBefore}`,
    (ctx) => ctx.db.$executeRaw`
      DELETE FROM webhook_recoveries WHERE created_at < ${hoursBefore}`,
    (ctx) => ctx.db.$executeRaw`
      DELETE FROM webhook_endpoints e WHERE e.state = 'deleted' AND e.deleted_at < ${eventsBefore}
        AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id)`,
  ];
  for (const step of steps) while ((await transact(door, "write", step)) === batchRows);
  await transact(door, "write", askForAllDue);
}

/** An event goes when no delivery waits for it; where programs ask for events, the number of the last one that went is noted. */
async function trimEvents(ctx: WriteCtx): Promise<number> {
  const rows = await ctx.db.$queryRaw<{ trimmed: number }[]>`
    WITH gone AS (
      DELETE FROM events WHERE id IN (
        SELECT e.id FROM events e WHERE e.at < ${eventsBefore} AND NOT EXISTS (
          SELECT FROM webhook_deliveries d WHERE d.event_id = e.id AND d.state = 'pending')
        ORDER BY e.at, e.id LIMIT ${batchRows})
      RETURNING seq
    ), noted AS (
      UPDATE event_numbers SET trimmed_seq = greatest(trimmed_seq, (SELECT max(g.seq) FROM gone g))
      WHERE EXISTS (SELECT FROM gone g WHERE g.seq IS NOT NULL)
    )
    SELECT count(*)::int AS trimmed FROM gone`;
  return rows[0]?.trimmed ?? 0;
}

/** Behind all that can go wrong with asking: what is due is asked for anew. */
export async function askForAllDue(ctx: WriteCtx): Promise<void> {
  await ctx.db.$queryRaw`
    SELECT astra.ask_for_delivery(e.id, NULL, ${ctx.request.id}) FROM webhook_endpoints e
    WHERE e.state = 'active' AND EXISTS (
      SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'pending'
        AND (d.next_try_at IS NULL OR d.next_try_at <= now()))`;
}
