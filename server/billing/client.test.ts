import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startStripeStandIn, type StandIn } from "../dev/stripe/stand-in.ts";
import { openStripe } from "./client.ts";

const secretKey = "sk_test_client";

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStripeStandIn({ port: 0 });
});
afterAll(() => standIn.close());

async function failing(body: object): Promise<void> {
  await fetch(`${standIn.url}/_control/fail`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe("openStripe", () => {
  test("speaks with the address that it is given", async () => {
    const stripe = openStripe({ secretKey, apiUrl: standIn.url });
    expect(await stripe.customers.create({ name: "Ann" })).toMatchObject({ object: "customer", name: "Ann" });
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  test.each([
    [{ status: 404 }, 404],
    [{ status: 404, body: "[]" }, 404],
    [{ status: 500, count: 3 }, 500],
    [{ status: 500, count: 3, body: '{"object":"customer","id":"cus_1"}' }, 500],
  ])("takes no answer %o without an envelope for a success", async (fault, status) => {
    const stripe = openStripe({ secretKey, apiUrl: standIn.url });
    await failing(fault);
    await expect(stripe.customers.list()).rejects.toMatchObject({
      message: `Stripe answered ${status} without saying what it is`,
      statusCode: status,
    });
  });

  test("tries again what failed, and the act happens once though its answer was lost", async () => {
    const stripe = openStripe({ secretKey, apiUrl: standIn.url });
    await failing({ status: 500, applied: true, path: "/v1/products" });
    const { id } = await stripe.products.create({ name: "Once" });
    expect((await stripe.products.list()).data.map((product) => product.id)).toEqual([id]);
  });

  test("takes an address neither with a live key nor on another machine", () => {
    expect(() => openStripe({ secretKey: "sk_live_1", apiUrl: standIn.url })).toThrow("test key");
    expect(() => openStripe({ secretKey: "rk_live_1", apiUrl: standIn.url })).toThrow("test key");
    expect(() => openStripe({ secretKey, apiUrl: "http://example.com" })).toThrow("this machine");
    expect(() => openStripe({ secretKey, apiUrl: "https://127.0.0.1:1" })).toThrow("this machine");
    expect(() => openStripe({ secretKey: "sk_live_1" })).not.toThrow();
  });
});
