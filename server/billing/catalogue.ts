import type { SoldPlan } from "./schema.ts";

/** How often a plan is paid for. */
export type Interval = "month" | "year";

/** What is sold: a plan of server/plans/catalogue.ts, by the seat. */
export type Sale = {
  plan: SoldPlan;
  name: string;
  description: string;
  /** For an organization that never had one. */
  trialDays: number;
  /** For one seat, in cents. */
  prices: Record<Interval, number>;
};

/** Every price is in this currency. */
export const currency = "usd";

/** What can be bought. Stripe's products and prices follow from this, never the other way round. */
export const sales: readonly Sale[] = [
  {
    plan: "pro",
    name: "Astra Pro",
    description: "For teams that work with others",
    trialDays: 14,
    prices: { month: 1_500, year: 15_000 },
  },
  {
    plan: "business",
    name: "Astra Business",
    description: "For companies with many teams",
    trialDays: 14,
    prices: { month: 3_000, year: 30_000 },
  },
  {
    plan: "enterprise",
    name: "Astra Enterprise",
    description: "Without limits, and with the longest memory",
    trialDays: 0,
    prices: { month: 6_000, year: 60_000 },
  },
];

const intervals: readonly Interval[] = ["month", "year"];

/** A plan's price, by the key under which Stripe finds it. */
export type PriceKey = { plan: SoldPlan; interval: Interval; lookupKey: string };

const keys: readonly PriceKey[] = sales.flatMap(({ plan }) =>
  intervals.map((interval) => ({ plan, interval, lookupKey: `astra_${plan}_${interval}` })),
);

/** The keys of all prices that are sold. */
export function priceKeys(): readonly PriceKey[] {
  return keys;
}

/** What there is to know a price by. */
export type KnownPrice = {
  lookup_key: string | null;
  product: string | { id: string };
  recurring: { interval: string } | null;
};

/**
 * The key of a price as Stripe has it. One that is sold no more has given its key to the price that took its place: it
 * is known by its product, which stays.
 */
export function keyOfPrice({ lookup_key: own, product, recurring }: KnownPrice): string | null {
  if (own !== null && planOfPrice(own) !== null) return own;
  const sold = typeof product === "string" ? product : product.id;
  const found = keys.find(
    ({ plan, interval }) => productOf(plan) === sold && interval === recurring?.interval,
  );
  return found?.lookupKey ?? own;
}

/** The id of a plan's product at Stripe. */
export function productOf(plan: string): string {
  return `astra_${plan}`;
}

/** The plan that a price is for; null for a price that this version does not know. */
export function planOfPrice(lookupKey: string): string | null {
  return keys.find((key) => key.lookupKey === lookupKey)?.plan ?? null;
}
