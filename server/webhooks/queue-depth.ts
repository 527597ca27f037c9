import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { countedMax, type QueueDepth } from "./schema.ts";

const few = (state: keyof QueueDepth) => Prisma.sql`(SELECT count(*)::int FROM (
  SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = ${state}
  LIMIT ${countedMax + 1}) AS few)`;

/** What has not arrived at some endpoints; counts end at 1,001, so that none costs more than that. */
export async function queueDepths(
  ctx: ReadCtx,
  endpointIds: readonly string[],
): Promise<Map<string, QueueDepth>> {
  const rows = await ctx.db.$queryRaw<(QueueDepth & { id: string })[]>`
    SELECT e.id, ${few("pending")} AS pending, ${few("held")} AS held, ${few("dead")} AS dead
    FROM unnest(${[...endpointIds]}::uuid[]) AS e (id)`;
  return new Map(rows.map(({ id, ...depth }) => [id, depth]));
}
