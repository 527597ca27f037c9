import { planOf, type Meter } from "../plans/catalogue.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { meterNames, meters } from "./meters.ts";
import { hourMs, hourOf, monthAfter, monthOf } from "./periods.ts";
import type { UsageOf, UsageSeries } from "./schema.ts";

/** What was used of one meter in a month, and how much of that the plan includes. */
export type MeterUsage = {
  meter: Meter;
  title: string;
  /** What one of it is, and many. */
  unit: { one: string; many: string };
  used: number;
  /** Counted, but of an hour that is not added up yet; `used` has it. */
  counting: number;
  /** Null without an end. Of a past month: what it was held against. */
  included: number | null;
};

type MonthUsage = {
  /** "2026-11", in UTC. */
  month: string;
  from: Date;
  to: Date;
  /** The month of which the oldest number is kept; null when nothing was ever used. */
  firstMonth: string | null;
  /** The present one. */
  lastMonth: string;
  meters: MeterUsage[];
};

type Sum = { meter: string; used: number; counting: number };

/** What was used in a month, with what is not added up yet. */
export async function getMonthUsage(ctx: ReadCtx, { month }: UsageOf): Promise<MonthUsage> {
  const from = month === undefined ? monthOf(ctx.clock.now()) : new Date(`${month}-01T00:00:00Z`);
  const to = monthAfter(from);
  const sums = await ctx.db.$queryRaw<Sum[]>`
    SELECT s.meter, sum(s.quantity)::float8 AS used, coalesce(sum(s.quantity) FILTER (WHERE s.open), 0)::float8 AS counting
    FROM (
      SELECT h.meter, h.quantity, false AS open FROM usage_hours h
      WHERE h.meter = ANY (${[...meterNames]}::text[]) AND h.hour >= ${from}::timestamptz AND h.hour < ${to}::timestamptz
      UNION ALL
      SELECT r.meter, r.quantity, true FROM usage_records r
      WHERE r.hour IS NULL AND r.at >= ${from}::timestamptz AND r.at < ${to}::timestamptz
    ) s GROUP BY s.meter`;
  const held = await ctx.db.usageMonth.findMany({
    where: { month: from },
    select: { meter: true, included: true },
  });
  const isPresent = from.getTime() === monthOf(ctx.clock.now()).getTime();
  const plan = planOf(ctx.organization.plan);
  const first = await firstHour(ctx);
  return {
    month: nameOf(from),
    from,
    to,
    firstMonth: first && nameOf(first),
    lastMonth: nameOf(ctx.clock.now()),
    meters: meterNames.map((meter) => {
      const sum = sums.find((one) => one.meter === meter);
      const past = isPresent ? undefined : held.find((one) => one.meter === meter);
      const included = past ? numberOf(past.included) : plan.included[meter];
      const { title, unit } = meters[meter];
      return { meter, title, unit, used: sum?.used ?? 0, counting: sum?.counting ?? 0, included };
    }),
  };
}

function nameOf(month: Date): string {
  return month.toISOString().slice(0, 7);
}

function numberOf(included: bigint | null): number | null {
  return included === null ? null : Number(included);
}

async function firstHour(ctx: ReadCtx): Promise<Date | null> {
  const [row] = await ctx.db.$queryRaw<{ first: Date | null }[]>`
    SELECT least((SELECT min(f.hour) FROM unnest(${[...meterNames]}::text[]) AS m (meter) CROSS JOIN LATERAL (
        SELECT h.hour FROM usage_hours h WHERE h.meter = m.meter ORDER BY h.hour LIMIT 1) f),
      (SELECT min(r.at) FROM usage_records r WHERE r.hour IS NULL)) AS first`;
  return row?.first ?? null;
}

type Series = { meter: Meter; by: "hour" | "day"; points: { at: Date; quantity: number }[] };

/** What was used by the hour or by the day, in UTC, with a point for each, also where nothing was. */
export async function getUsageSeries(ctx: ReadCtx, { meter, from, to, by }: UsageSeries): Promise<Series> {
  const stepMs = by === "hour" ? hourMs : 24 * hourMs;
  const begin = by === "hour" ? hourOf(from) : new Date(Math.floor(from.getTime() / stepMs) * stepMs);
  const rows = await ctx.db.$queryRaw<{ at: Date; quantity: number }[]>`
    SELECT date_trunc(${by}, s.at, 'UTC') AS at, sum(s.quantity)::float8 AS quantity
    FROM (
      SELECT h.hour AS at, h.quantity FROM usage_hours h
      WHERE h.meter = ${meter} AND h.hour >= ${begin}::timestamptz AND h.hour < ${to}::timestamptz
      UNION ALL
      SELECT r.at, r.quantity FROM usage_records r
      WHERE r.hour IS NULL AND r.meter = ${meter} AND r.at >= ${begin}::timestamptz AND r.at < ${to}::timestamptz
    ) s GROUP BY 1`;
  const found = new Map(rows.map(({ at, quantity }) => [at.getTime(), quantity]));
  const points: Series["points"] = [];
  for (let at = begin.getTime(); at < to.getTime(); at += stepMs) {
    points.push({ at: new Date(at), quantity: found.get(at) ?? 0 });
  }
  return { meter, by, points };
}
