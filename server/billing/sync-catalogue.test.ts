import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { startStripeStandIn, type StandIn } from "../dev/stripe/stand-in.ts";
import { planOf } from "../plans/catalogue.ts";
import { meterNames, meters } from "../usage/meters.ts";
import { planOfPrice, priceKeys, sales } from "./catalogue.ts";
import { openStripe } from "./client.ts";
import { syncCatalogue } from "./sync-catalogue.ts";

let standIn: StandIn;
let stripe: ReturnType<typeof openStripe>;
beforeEach(async () => {
  standIn = await startStripeStandIn({ port: 0 });
  stripe = openStripe({ secretKey: "sk_test_catalogue", apiUrl: standIn.url });
});
afterEach(() => standIn.close());

const eventNames = meterNames.map((name) => meters[name].eventName);
const keys = priceKeys().map(({ lookupKey }) => lookupKey);

describe("catalogue", () => {
  test("sells plans that exist, by keys that lead back to them", () => {
    for (const { plan } of sales) expect(planOf(plan)).not.toBe(planOf("free"));
    for (const { lookupKey, plan } of priceKeys()) expect(planOfPrice(lookupKey)).toBe(plan);
    expect(new Set(keys).size).toBe(sales.length * 2);
    expect(planOfPrice("astra_unknown_month")).toBeNull();
  });

  test("a year costs less than twelve months", () => {
    for (const { prices } of sales) expect(prices.year).toBeLessThan(12 * prices.month);
  });
});

describe("syncCatalogue", () => {
  test("makes everything once, and a second run nothing", async () => {
    const first = await syncCatalogue(stripe);
    expect(first).toEqual({
      made: [...sales.map(({ plan }) => `astra_${plan}`), ...keys, ...eventNames],
      changed: [],
      kept: 0,
    });
    expect(await syncCatalogue(stripe)).toEqual({
      made: [],
      changed: [],
      kept: sales.length + keys.length + eventNames.length,
    });
    const { data } = await stripe.prices.list({ lookup_keys: keys, limit: 100 });
    expect(data).toHaveLength(keys.length);
  });

  test("a price that is not ours any more gives its key to a new one, and is sold to nobody else", async () => {
    await syncCatalogue(stripe);
    const [key = ""] = keys;
    const [right] = (await stripe.prices.list({ lookup_keys: [key] })).data;
    const wrong = await stripe.prices.create({
      product: "astra_pro",
      currency: "usd",
      unit_amount: 1,
      recurring: { interval: "month" },
      lookup_key: key,
      transfer_lookup_key: true,
    });
    expect(await syncCatalogue(stripe)).toMatchObject({ made: [], changed: [key] });
    const { data } = await stripe.prices.list({ lookup_keys: [key] });
    expect(data[0]).toMatchObject({ unit_amount: right?.unit_amount, active: true });
    expect((await stripe.prices.retrieve(wrong.id)).active).toBe(false);
  });

  test("a product that was changed or put away at Stripe is brought back", async () => {
    await syncCatalogue(stripe);
    await stripe.products.update("astra_pro", { name: "Other", active: false });
    expect(await syncCatalogue(stripe)).toMatchObject({ changed: ["astra_pro"] });
    expect(await stripe.products.retrieve("astra_pro")).toMatchObject({ name: "Astra Pro", active: true });
  });

  test("a meter gets its name back, and one that does not add up gives way to a new one", async () => {
    await syncCatalogue(stripe);
    const [calls, deliveries] = eventNames;
    const active = async (name: string | undefined) => {
      const { data } = await stripe.billing.meters.list({ status: "active", limit: 100 });
      return data.filter(({ event_name }) => event_name === name);
    };
    const [renamed] = await active(calls);
    await stripe.billing.meters.update(renamed?.id ?? "", { display_name: "Other" });
    const [replaced] = await active(deliveries);
    await stripe.billing.meters.deactivate(replaced?.id ?? "");
    const wrong = await stripe.billing.meters.create({
      display_name: "Webhook deliveries",
      event_name: deliveries ?? "",
      default_aggregation: { formula: "count" },
    });
    expect(await syncCatalogue(stripe)).toMatchObject({ made: [], changed: [calls, deliveries] });
    expect(await active(calls)).toMatchObject([{ id: renamed?.id, display_name: "API calls" }]);
    const now = await active(deliveries);
    expect(now).toMatchObject([{ default_aggregation: { formula: "sum" } }]);
    expect(now[0]?.id).not.toBe(wrong.id);
    expect(await syncCatalogue(stripe)).toMatchObject({ made: [], changed: [] });
  });
});
