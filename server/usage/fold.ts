import { findCustomerToBill } from "./customer.ts";
import { enqueue } from "../jobs/enqueue.ts";
import type { JobInfo } from "../jobs/run.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { hourMs, hourOf } from "./periods.ts";
import { foldTime } from "./record.ts";
import { warnOfMonth } from "./warn.ts";

/** So long what was added up still refuses its identifier; whoever counts tries no batch again for longer. */
const refusedForMs = 24 * hourMs;
const batchRows = 20_000;

/**
 * Adds up every hour that has ended, each in a transaction of its own, and removes records that were added up more
 * than a day ago. May run twice and at once. Answers how many hours were added up.
 */
export async function foldUsage(door: Door, job?: Pick<JobInfo, "signal">): Promise<number> {
  const state = (await findCustomerToBill(door.organization.id)) ? "waiting" : "unbilled";
  let folded = 0;
  for (;;) {
    const meters = await transact(door, "write", (ctx) => foldOldest(ctx, state));
    if (meters === null) break;
    if (meters > 0) folded += 1;
    job?.signal.throwIfAborted();
  }
  const before = new Date(hourOf(door.clock.now()).getTime() - refusedForMs);
  const trim = (ctx: WriteCtx) => ctx.db.$executeRaw`
    DELETE FROM usage_records r USING (
      SELECT o.meter, o.identifier FROM usage_records o WHERE o.hour < ${before}::timestamptz LIMIT ${batchRows}
    ) old WHERE r.meter = old.meter AND r.identifier = old.identifier`;
  while ((await transact(door, "write", trim)) === batchRows) job?.signal.throwIfAborted();
  return folded;
}

/** Adds up the oldest hour that has ended and is not added up, for how many meters; null when there is none. */
async function foldOldest(ctx: WriteCtx, state: "waiting" | "unbilled"): Promise<number | null> {
  const now = ctx.clock.now();
  const present = hourOf(now);
  await takeTurn(ctx);
  // A statement of its own: it sees what those before have committed while this one waited.
  const [oldest] = await ctx.db.$queryRaw<{ at: Date | null }[]>`
    SELECT min(r.at) AS at FROM usage_records r WHERE r.hour IS NULL AND r.at < ${present}::timestamptz`;
  if (!oldest?.at) {
    await ctx.db.$executeRaw`DELETE FROM usage_asks WHERE hour < ${present}::timestamptz`;
    return null;
  }
  const hour = hourOf(oldest.at);
  await moveLate(ctx, hour, now);
  const next = new Date(hour.getTime() + hourMs);
  const rows = await ctx.db.$queryRaw<{ meter: string }[]>`
    WITH added AS (
      UPDATE usage_records r SET hour = ${hour}::timestamptz
      WHERE r.hour IS NULL AND r.at >= ${hour}::timestamptz AND r.at < ${next}::timestamptz
        -- What was committed since the statement before this one is late as well.
        AND NOT EXISTS (SELECT FROM usage_hours h WHERE h.meter = r.meter AND h.hour = ${hour}::timestamptz)
      RETURNING r.meter, r.quantity
    )
    INSERT INTO usage_hours (meter, hour, quantity, state)
    SELECT a.meter, ${hour}::timestamptz, sum(a.quantity), ${state} FROM added a GROUP BY a.meter
    RETURNING meter`;
  await ctx.db.$executeRaw`DELETE FROM usage_asks WHERE hour = ${hour}::timestamptz`;
  await warnOfMonth(
    ctx,
    hour,
    rows.map(({ meter }) => meter),
  );
  if (rows.length > 0 && state === "waiting") await enqueue(ctx, "usage.report", {});
  return rows.length;
}

/** Of two that add up at once one waits for the other's commit. */
async function takeTurn(ctx: WriteCtx): Promise<void> {
  await ctx.db.$queryRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' usage', 9))::text`;
}

/** What was committed after its hour had been added up belongs to the present hour: a number that stands never changes. */
async function moveLate(ctx: WriteCtx, hour: Date, now: Date): Promise<void> {
  const next = new Date(hour.getTime() + hourMs);
  const moved = await ctx.db.$executeRaw`
    UPDATE usage_records r SET at = ${now}::timestamptz
    FROM usage_hours h
    WHERE r.hour IS NULL AND r.at >= ${hour}::timestamptz AND r.at < ${next}::timestamptz
      AND h.hour = ${hour}::timestamptz AND h.meter = r.meter`;
  if (moved === 0) return;
  ctx.log.info({ moved, hour }, "usage came after its hour was added up, and counts for the present one");
  const asked = await ctx.db.$executeRaw`
    INSERT INTO usage_asks (hour) VALUES (${hourOf(now)}::timestamptz) ON CONFLICT (hour) DO NOTHING`;
  if (asked > 0) await enqueue(ctx, "usage.fold", {}, { at: foldTime(ctx.organization.id, now) });
}
