import type { Subscription } from "#prisma/generated/platform/client.ts";
import { getUsage, type Usage } from "../plans/quota.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { priceKeys, type Interval } from "./catalogue.ts";
import type { ChosenPlan } from "./schema.ts";
import { askStripe } from "./stripe.ts";
import { isEnded } from "./subscription-state.ts";

/** What the organization uses; its guard has seen by then that the caller may still ask. */
export async function usageOf(door: Door): Promise<Usage[]> {
  return (await transact(door, "read", getUsage)).usage;
}

/** How many seats are paid for: members and those who were asked in, the same number that is enforced. */
export function seatsOf(usage: readonly Usage[]): number {
  return Math.max(1, usage.find(({ resource }) => resource === "seats")?.used ?? 1);
}

/** What the organization bought and what has not ended yet; null without it. */
export async function findLive(organizationId: string): Promise<Subscription | null> {
  const found = await platformDb().subscription.findUnique({ where: { organizationId } });
  return found && !isEnded(found.status) ? found : null;
}

/** As findLive, for what needs one. Throws AppError no_subscription. */
export async function getLive(organizationId: string): Promise<Subscription & { itemId: string }> {
  const found = await findLive(organizationId);
  if (!found?.itemId) throw noSubscription();
  return { ...found, itemId: found.itemId };
}

/** What somebody is told who would change what was never bought. */
export function noSubscription(): AppError {
  return new AppError("CONFLICT", "no_subscription", "This organization has no subscription.");
}

/** Whose customer at Stripe the organization is; null before its first purchase. */
export async function findCustomer(organizationId: string): Promise<string | null> {
  const found = await platformDb().billingCustomer.findUnique({ where: { organizationId } });
  return found?.customerId ?? null;
}

/** The key of a plan's price. Throws AppError plan_not_sold. */
export function keyOf({ plan, interval }: ChosenPlan): string {
  const found = priceKeys().find((key) => key.plan === plan && key.interval === interval);
  if (!found) throw notSold();
  return found.lookupKey;
}

/** How a price is paid for; by the month for one that this version does not know. */
export function intervalOf(lookupKey: string | null): Interval {
  return priceKeys().find((key) => key.lookupKey === lookupKey)?.interval ?? "month";
}

/** Stripe's price of a plan. Throws AppError plan_not_sold and what askStripe throws. */
export async function priceOf(chosen: ChosenPlan): Promise<string> {
  const lookup_keys = [keyOf(chosen)];
  const { data } = await askStripe((stripe) => stripe.prices.list({ lookup_keys, active: true, limit: 1 }));
  const [price] = data;
  if (!price) throw notSold();
  return price.id;
}

/** A page of the organization's billing, as Stripe's pages link to it. */
export function billingUrl({ organization }: Door, rest = ""): string {
  return new URL(`/${organization.slug}/billing${rest}`, env().PUBLIC_URL).href;
}

function notSold(): AppError {
  return new AppError("NOT_FOUND", "plan_not_sold", "This plan cannot be bought at present.", {
    field: "plan",
  });
}
