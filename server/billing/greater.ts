import { sales } from "./catalogue.ts";
import { intervalOf } from "./purchase.ts";
import type { ChosenPlan } from "./schema.ts";

/** What is paid for. */
type Paid = { plan: string; priceLookupKey: string | null };

const rankOf = (plan: string) => sales.findIndex((sale) => sale.plan === plan);

/** More is paid at once for a greater plan, and for a year instead of a month. */
export function isGreater(
  live: Paid,
  { plan, interval }: Pick<ChosenPlan, "interval"> & { plan: string },
): boolean {
  const rank = rankOf(plan) - rankOf(live.plan);
  const before = intervalOf(live.priceLookupKey);
  if (rank === 0) return before === "month" && interval === "year";
  return rank > 0 && !(before === "year" && interval === "month");
}
