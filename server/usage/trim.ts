import { enqueue } from "../jobs/enqueue.ts";
import { forEveryOrganization } from "../organizations/every.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { hourMs, hourOf, monthAfter } from "./periods.ts";
import { keptMonths } from "./schema.ts";

/** What is asked for in the ordinary way is done by then. */
const overdueMs = 2 * hourMs;
const batchRows = 20_000;

/** Removes from every organization of a shard what is kept no longer, and asks for what has been left undone. */
export async function trimUsage(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  await forEveryOrganization({
    shardId,
    job,
    act: trimOne,
    failed: ["usage", "old usage was not removed"],
  });
}

/** Removes one organization's old hours and months, and asks again for hours to be added up or reported. */
export async function trimOne(door: Door): Promise<void> {
  const now = door.clock.now();
  const before = monthAfter(now, -keptMonths);
  const hours = (ctx: WriteCtx) => ctx.db.$executeRaw`
    DELETE FROM usage_hours h USING (
      SELECT o.meter, o.hour FROM usage_hours o WHERE o.hour < ${before}::timestamptz LIMIT ${batchRows}
    ) old WHERE h.meter = old.meter AND h.hour = old.hour`;
  while ((await transact(door, "write", hours)) === batchRows);
  await transact(door, "write", async (ctx) => {
    await ctx.db.$executeRaw`DELETE FROM usage_months WHERE month < ${before}::timestamptz`;
    await askForOverdue(ctx, new Date(hourOf(now).getTime() - overdueMs));
  });
}

/** Behind all that can go wrong with asking. Records that were added up more than a day ago go with an addition. */
async function askForOverdue(ctx: WriteCtx, before: Date): Promise<void> {
  const [left] = await ctx.db.$queryRaw<{ fold: boolean; report: boolean }[]>`
    SELECT EXISTS (SELECT FROM usage_records r WHERE r.hour IS NULL AND r.at < ${before}::timestamptz)
        OR EXISTS (SELECT FROM usage_records r WHERE r.hour < ${before}::timestamptz - interval '1 day') AS fold,
      EXISTS (SELECT FROM usage_hours h WHERE h.state = 'waiting' AND h.hour < ${before}::timestamptz) AS report`;
  if (left?.fold) await enqueue(ctx, "usage.fold", {});
  if (left?.report) await enqueue(ctx, "usage.report", {});
}
