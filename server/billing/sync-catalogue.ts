import { Stripe } from "stripe";
import { syncMeters } from "../usage/sync-meters.ts";
import {
  currency,
  priceKeys,
  productOf,
  sales,
  type Interval,
  type PriceKey,
  type Sale,
} from "./catalogue.ts";

/** What a run did to Stripe's products, prices and meters. */
export type CatalogueReport = { made: string[]; changed: string[]; kept: number };

/**
 * Brings Stripe's products, prices and meters to what our catalogue says; a second run does nothing. Prices cannot
 * change at Stripe: a new one takes over the key, and the old one goes on for those who have it. Throws what Stripe's
 * client throws.
 */
export async function syncCatalogue(stripe: Stripe): Promise<CatalogueReport> {
  const report: CatalogueReport = { made: [], changed: [], kept: 0 };
  for (const sale of sales) await syncProduct(stripe, sale, report);
  const found = await stripe.prices.list({
    lookup_keys: priceKeys().map(({ lookupKey }) => lookupKey),
    limit: 100,
  });
  const byKey = new Map(found.data.map((price) => [price.lookup_key, price]));
  for (const key of priceKeys()) await syncPrice(stripe, key, byKey.get(key.lookupKey), report);
  await syncMeters(stripe, report);
  return report;
}

async function syncProduct(stripe: Stripe, sale: Sale, report: CatalogueReport): Promise<void> {
  const id = productOf(sale.plan);
  const { name, description } = sale;
  const found = await findProduct(stripe, id);
  if (!found) {
    await stripe.products.create({ id, name, description });
    report.made.push(id);
  } else if (found.name !== name || found.description !== description || !found.active) {
    await stripe.products.update(id, { name, description, active: true });
    report.changed.push(id);
  } else report.kept += 1;
}

async function findProduct(stripe: Stripe, id: string): Promise<Stripe.Product | null> {
  try {
    return await stripe.products.retrieve(id);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing")
      return null;
    throw error;
  }
}

async function syncPrice(
  stripe: Stripe,
  { plan, interval, lookupKey }: PriceKey,
  found: Stripe.Price | undefined,
  report: CatalogueReport,
): Promise<void> {
  const amount = sales.find((sale) => sale.plan === plan)?.prices[interval];
  if (amount === undefined) throw new Error(`No amount for ${lookupKey}`);
  if (found && isAsWanted(found, plan, interval, amount)) {
    report.kept += 1;
    return;
  }
  await stripe.prices.create({
    product: productOf(plan),
    currency,
    unit_amount: amount,
    recurring: { interval },
    lookup_key: lookupKey,
    transfer_lookup_key: true,
  });
  if (found) await stripe.prices.update(found.id, { active: false });
  (found ? report.changed : report.made).push(lookupKey);
}

function isAsWanted(price: Stripe.Price, plan: string, interval: Interval, amount: number): boolean {
  const { recurring } = price;
  return (
    price.active &&
    price.product === productOf(plan) &&
    price.currency === currency &&
    price.unit_amount === amount &&
    recurring?.interval === interval &&
    recurring.interval_count === 1 &&
    recurring.usage_type === "licensed"
  );
}
