import { platformDb } from "../platform/database.ts";
import { planOfPrice } from "./catalogue.ts";
import { isGreater } from "./greater.ts";
import { intervalOf } from "./purchase.ts";
import type { Bought } from "./subscription-state.ts";

/**
 * The schedule of a smaller plan that was to follow, when a greater one has been bought since: its payment had been
 * refused, hence the plan stayed, and was made later by the link. What was planned falls away with that, as it does
 * when the payment is made at once. Null where nothing is to fall away.
 */
export async function outgrownSchedule(
  organizationId: string,
  { subscriptionId, scheduleId, priceLookupKey }: Bought,
): Promise<string | null> {
  if (scheduleId === null || priceLookupKey === null) return null;
  const plan = planOfPrice(priceLookupKey);
  const before = await platformDb().subscription.findUnique({ where: { organizationId } });
  // Only what was planned before the greater plan came: one that was planned under it stands.
  const planned =
    before?.subscriptionId === subscriptionId &&
    before.scheduleId === scheduleId &&
    before.nextPriceLookupKey;
  // What comes as it was planned has grown out of nothing: more may be planned after it.
  if (!planned || plan === null || planned === priceLookupKey) return null;
  return isGreater(before, { plan, interval: intervalOf(priceLookupKey) }) ? scheduleId : null;
}
