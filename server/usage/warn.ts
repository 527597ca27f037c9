import { notify } from "../notifications/notify.ts";
import { planOf } from "../plans/catalogue.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { isMeter } from "./meters.ts";
import { monthAfter, monthOf } from "./periods.ts";

/** Shares of what is included in a month, in percent, at which people are told. */
const warnedShares = [80, 100] as const;

/**
 * Tells, in the transaction that adds an hour up, that its month has come to a share of what the plan includes: each
 * share once, and of several at once the greatest alone. A plan that includes more begins anew. The caller has its turn.
 */
export async function warnOfMonth(ctx: WriteCtx, hour: Date, names: readonly string[]): Promise<void> {
  const month = monthOf(hour);
  for (const meter of names) {
    if (!isMeter(meter)) continue;
    const included = planOf(ctx.organization.plan).included[meter];
    const known = await ctx.db.usageMonth.findUnique({ where: { meter_month: { meter, month } } });
    const grown = known && isMore(included, known.included);
    const warned = known && !grown ? known.warned : 0;
    const used = await usedIn(ctx, meter, month);
    const reached = included === null ? 0 : shareReached(used, included);
    const data = { included, warned: Math.max(warned, reached) };
    await ctx.db.usageMonth.upsert({
      where: { meter_month: { meter, month } },
      create: { meter, month, ...data },
      update: data,
    });
    if (included === null || reached <= warned) continue;
    const key = `usage:${meter}:${month.toISOString().slice(0, 7)}:${reached}:${included}`;
    const told = { meter, share: reached, month: month.toISOString(), used, included };
    await notify(ctx, "usage_warning", { key, data: told, once: true });
  }
}

function shareReached(used: number, included: number): number {
  return warnedShares.findLast((share) => used * 100 >= share * included) ?? 0;
}

function isMore(included: number | null, than: bigint | null): boolean {
  if (than === null) return false;
  return included === null || included > than;
}

async function usedIn(ctx: WriteCtx, meter: string, month: Date): Promise<number> {
  const [row] = await ctx.db.$queryRaw<{ used: number }[]>`
    SELECT coalesce(sum(h.quantity), 0)::float8 AS used FROM usage_hours h
    WHERE h.meter = ${meter} AND h.hour >= ${month}::timestamptz AND h.hour < ${monthAfter(month)}::timestamptz`;
  return row?.used ?? 0;
}
