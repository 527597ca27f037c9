import { notFound } from "../platform/errors.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { queueDepths } from "./queue-depth.ts";
import { latencyStepsMs, type EndpointHealth, type EndpointHealthOf, type HealthHour } from "./schema.ts";

const hourMs = 3_600_000;
const hoursOf = { "24h": 24, "7d": 168, "30d": 720 } as const;
const lastErrorsMax = 10;
const lookedAtMax = 1_000;

type HourRecord = { hour: Date; delivered: number; failed: number; slow: number[] };

/** How an endpoint has done: by the hour, in all, what waits, and what went wrong last. Throws AppError not_found. */
export async function endpointHealth(ctx: ReadCtx, { id, range }: EndpointHealthOf): Promise<EndpointHealth> {
  const endpoint = await ctx.db.webhookEndpoint.findUnique({ where: { id }, select: { state: true } });
  if (!endpoint || endpoint.state === "deleted") throw notFound("endpoint");
  const thisHour = Math.floor(ctx.clock.now().getTime() / hourMs) * hourMs;
  const first = thisHour - (hoursOf[range] - 1) * hourMs;
  const found = await ctx.db.webhookHour.findMany({
    where: { endpointId: id, hour: { gte: new Date(first), lte: new Date(thisHour) } },
    select: { hour: true, delivered: true, failed: true, slow: true },
  });
  const delivered = found.reduce((sum, hour) => sum + hour.delivered, 0);
  const failed = found.reduce((sum, hour) => sum + hour.failed, 0);
  const depths = await queueDepths(ctx, [id]);
  return {
    hours: everyHour(found, first, thisHour),
    delivered,
    failed,
    successRate: delivered + failed === 0 ? null : delivered / (delivered + failed),
    p95Ms: quantileMs(summed(found.map(({ slow }) => slow)), 0.95),
    queue: depths.get(id) ?? { pending: 0, held: 0, dead: 0 },
    oldestPendingAt: await oldestPending(ctx, id),
    lastErrors: await lastErrors(ctx, id),
  };
}

function everyHour(found: HourRecord[], first: number, last: number): HealthHour[] {
  const byHour = new Map(found.map((record) => [record.hour.getTime(), record]));
  const hours: HealthHour[] = [];
  for (let at = first; at <= last; at += hourMs) {
    const record = byHour.get(at);
    hours.push({
      at: new Date(at),
      delivered: record?.delivered ?? 0,
      failed: record?.failed ?? 0,
      p95Ms: quantileMs(record?.slow ?? [], 0.95),
    });
  }
  return hours;
}

function summed(counts: number[][]): number[] {
  return Array.from({ length: latencyStepsMs.length + 1 }, (_, step) =>
    counts.reduce((sum, slow) => sum + (slow[step] ?? 0), 0),
  );
}

/**
 * Within how many milliseconds a share of the counted tries ended, as far as the steps tell: the upper end of its
 * step. Null without a try.
 */
function quantileMs(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let seen = 0;
  const step = counts.findIndex((count) => (seen += count) >= all * share);
  return latencyStepsMs[step] ?? latencyStepsMs.at(-1) ?? null;
}

async function oldestPending(ctx: ReadCtx, endpointId: string): Promise<Date | null> {
  const rows = await ctx.db.$queryRaw<{ createdAt: Date }[]>`
    SELECT d.created_at AS "createdAt" FROM webhook_deliveries d
    WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = 'pending' ORDER BY d.id LIMIT 1`;
  return rows[0]?.createdAt ?? null;
}

/** Among the newest that are not delivered: what waits without a try yet may be long. */
async function lastErrors(ctx: ReadCtx, endpointId: string): Promise<EndpointHealth["lastErrors"]> {
  return ctx.db.$queryRaw<EndpointHealth["lastErrors"]>`
    SELECT d.id AS "deliveryId", d.type, d.error, d.status, d.state, d.at FROM (
      (SELECT d.id, d.type, d.error, d.status, d.state, coalesce(d.settled_at, d.created_at) AS at
       FROM webhook_deliveries d WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = 'dead'
       ORDER BY d.id DESC LIMIT ${lastErrorsMax})
      UNION ALL
      (SELECT d.id, d.type, d.error, d.status, d.state, d.created_at AS at FROM (
         SELECT d.* FROM webhook_deliveries d WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = 'pending'
         ORDER BY d.id DESC LIMIT ${lookedAtMax}) d
       WHERE d.error IS NOT NULL LIMIT ${lastErrorsMax})
    ) d WHERE d.error IS NOT NULL ORDER BY d.at DESC, d.id DESC LIMIT ${lastErrorsMax}`;
}
