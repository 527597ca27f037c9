import { planOf, type Meter } from "../../plans/catalogue.ts";
import type { WriteCtx } from "../../tenancy/context.ts";
import { hourMs, hourOf, monthOf } from "../../usage/periods.ts";

/** How much of a meter is used on a working day, and since when. */
export type DemoUsage = { meter: Meter; perDay: number; daysAgo: number };

export const acmeUsage: DemoUsage[] = [
  { meter: "api_calls", perDay: 62_000, daysAgo: 75 },
  { meter: "webhook_deliveries", perDay: 2_100, daysAgo: 45 },
];

export const northwindUsage: DemoUsage[] = [{ meter: "api_calls", perDay: 13_000, daysAgo: 40 }];

/** Of a day's use, how much falls into each hour of UTC: apps run all night, and people by day. */
const shares = [1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 8, 7, 9, 10, 9, 7, 5, 3, 2, 2, 1, 1, 1];
const whole = shares.reduce((sum, share) => sum + share, 0);

/** Says what was used up to the hour before this one, as it was added up then; nobody is billed for a demo. */
export async function tellUsage(
  ctx: WriteCtx,
  usage: readonly DemoUsage[],
  random: () => number,
): Promise<void> {
  const present = hourOf(ctx.clock.now()).getTime();
  for (const { meter, perDay, daysAgo } of usage) {
    const data = [];
    for (let at = present - daysAgo * 24 * hourMs; at < present; at += hourMs) {
      const hour = new Date(at);
      const isWeekend = hour.getUTCDay() % 6 === 0;
      const share = (shares[hour.getUTCHours()] ?? 1) / whole;
      const quantity = Math.round(perDay * share * (isWeekend ? 0.3 : 1) * (0.75 + random() / 2));
      if (quantity > 0) data.push({ meter, hour, quantity, state: "unbilled", settledAt: hour });
    }
    await ctx.db.usageHour.createMany({ data });
    const included = planOf(ctx.organization.plan).included[meter];
    const months = new Set(data.map(({ hour }) => monthOf(hour).getTime()));
    await ctx.db.usageMonth.createMany({
      data: [...months].map((month) => ({ meter, month: new Date(month), included })),
    });
  }
}
