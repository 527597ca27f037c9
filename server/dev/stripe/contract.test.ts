import type { Stripe } from "stripe";
import { describe, expect, test } from "vitest";

import { faultOf, makeCatalogue, openFor, sides } from "./contract-side.ts";

describe.each(sides())("what Stripe's API does everywhere: $name", async (side) => {
  const stripe = await openFor(side);

  test("an unknown parameter is refused by its name, at the top and inside", async () => {
    const top = await faultOf(stripe.customers.create({ nmae: "x" } as Stripe.CustomerCreateParams));
    expect(top).toMatchObject({
      type: "StripeInvalidRequestError",
      code: "parameter_unknown",
      param: "nmae",
    });
    const inside = await faultOf(
      stripe.subscriptions.create({
        customer: "cus_x",
        items: [{ prize: "x" } as Stripe.SubscriptionCreateParams.Item],
      }),
    );
    expect(inside).toMatchObject({ code: "parameter_unknown", param: "items[0][prize]" });
  });

  test("a required parameter is asked for", async () => {
    const fault = await faultOf(stripe.products.create({} as Stripe.ProductCreateParams));
    expect(fault).toMatchObject({ statusCode: 400, code: "parameter_missing", param: "name" });
  });

  test("what does not exist is a 404 with Stripe's envelope", async () => {
    const fault = await faultOf(stripe.customers.retrieve("cus_none"));
    expect(fault).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      type: "StripeInvalidRequestError",
    });
    expect(fault.requestId).toMatch(/^req_/);
  });

  test("a customer is made, changed key by key, and leaves a tombstone", async () => {
    const made = await stripe.customers.create({ email: "a@example.com", metadata: { one: "1", two: "2" } });
    const changed = await stripe.customers.update(made.id, {
      name: "Ann",
      metadata: { one: "", three: 3 },
    });
    expect(changed).toMatchObject({ email: "a@example.com", name: "Ann", livemode: false });
    expect(changed.metadata).toEqual({ two: "2", three: "3" });
    expect(await stripe.customers.del(made.id)).toEqual({ id: made.id, object: "customer", deleted: true });
    expect(await stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true });
    const fault = await faultOf(stripe.customers.update(made.id, { name: "Ghost" }));
    expect(fault.statusCode).toBe(404);
  });

  test("lists come in pages, the newest first, and the client walks through them", async () => {
    const product = await stripe.products.create({ name: "Paged" });
    const ids: string[] = [];
    for (let amount = 1; amount <= 5; amount += 1) {
      const price = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: amount });
      ids.unshift(price.id);
    }
    const first = await stripe.prices.list({ product: product.id, limit: 2 });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.has_more).toBe(true);
    const rest = await stripe.prices.list({ product: product.id, limit: 3, starting_after: ids[1] ?? "" });
    expect(rest.data.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(rest.has_more).toBe(false);
    const before = await stripe.prices.list({ product: product.id, ending_before: ids[2] ?? "" });
    expect(before.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const all = await stripe.prices.list({ product: product.id, limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(ids);
  });

  test("the same key with the same parameters is one act; with others it is an error", async () => {
    const idempotencyKey = `contract-${crypto.randomUUID()}`;
    const params = { email: "same@example.com", description: idempotencyKey };
    const one = await stripe.customers.create(params, { idempotencyKey });
    const again = await stripe.customers.create(params, { idempotencyKey });
    expect(again.id).toBe(one.id);
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    const fault = await faultOf(stripe.customers.create({ ...params, name: "Other" }, { idempotencyKey }));
    expect(fault).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400 });
  });

  test("a lookup key finds its price, belongs to one price and moves when told to", async () => {
    const product = await stripe.products.create({ name: "Keyed" });
    const lookup_key = `contract_${crypto.randomUUID()}`;
    const price = (more: Partial<Stripe.PriceCreateParams> = {}) =>
      stripe.prices.create({
        product: product.id,
        currency: "eur",
        unit_amount: 900,
        recurring: { interval: "month" },
        lookup_key,
        ...more,
      });
    const old = await price();
    expect((await faultOf(price())).statusCode).toBe(400);
    const next = await price({ unit_amount: 1_000, transfer_lookup_key: true });
    const found = await stripe.prices.list({ lookup_keys: [lookup_key], expand: ["data.product"] });
    expect(found.data.map(({ id }) => id)).toEqual([next.id]);
    expect(found.data[0]?.product).toMatchObject({ id: product.id, name: "Keyed" });
    expect((await stripe.prices.retrieve(old.id)).lookup_key).toBeNull();
  });

  test("declined cards cannot be attached, with the bank's reason", async () => {
    const { id } = await stripe.customers.create();
    const fault = await faultOf(
      stripe.paymentMethods.attach("pm_card_chargeDeclinedInsufficientFunds", { customer: id }),
    );
    expect(fault).toMatchObject({
      type: "StripeCardError",
      code: "card_declined",
      decline_code: "insufficient_funds",
      statusCode: 402,
    });
    const own = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: id });
    expect(own.card).toMatchObject({ brand: "mastercard", last4: "4444" });
    expect((await stripe.paymentMethods.list({ customer: id })).data).toHaveLength(1);
    expect((await stripe.paymentMethods.detach(own.id)).customer).toBeNull();
  });

  test("a meter counts an event once by its identifier", async () => {
    const event_name = `calls_${crypto.randomUUID().slice(0, 8)}`;
    const meter = await stripe.billing.meters.create({
      display_name: "Calls",
      event_name,
      default_aggregation: { formula: "sum" },
    });
    const { id: customer } = await stripe.customers.create();
    const identifier = crypto.randomUUID();
    const send = () =>
      stripe.billing.meterEvents.create({
        event_name,
        identifier,
        payload: { stripe_customer_id: customer, value: "7" },
      });
    expect(await send()).toMatchObject({ object: "billing.meter_event", identifier });
    const fault = await faultOf(send());
    expect(fault).toMatchObject({ statusCode: 400, type: "StripeInvalidRequestError" });
    expect(meter.status).toBe("active");
  });

  test("events tell what happened, with what was before", async () => {
    const customer = await stripe.customers.create({ name: "Before" });
    await stripe.customers.update(customer.id, { name: "After" });
    const { data } = await stripe.events.list({ type: "customer.updated", limit: 20 });
    const event = data.find((one) => (one.data.object as { id?: string }).id === customer.id);
    expect(event).toMatchObject({
      object: "event",
      livemode: false,
      data: { object: { name: "After" }, previous_attributes: { name: "Before" } },
    });
    expect((await stripe.events.retrieve(event?.id ?? "")).type).toBe("customer.updated");
  });

  test("an endpoint's secret is shown once", async () => {
    const made = await stripe.webhookEndpoints.create({
      url: "https://example.com/contract",
      enabled_events: ["invoice.paid"],
    });
    expect(made.secret).toMatch(/^whsec_/);
    expect((await stripe.webhookEndpoints.retrieve(made.id)).secret).toBeUndefined();
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ deleted: true });
  });

  test("a checkout session has a page and knows its customer; it can be ended", async () => {
    const { pro } = await makeCatalogue(stripe);
    const customer = await stripe.customers.create({ email: "buyer@example.com" });
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      client_reference_id: "org_1",
      line_items: [{ price: pro.id, quantity: 3 }],
      subscription_data: { metadata: { org: "1" } },
      success_url: "https://example.com/back?session={CHECKOUT_SESSION_ID}",
      cancel_url: "https://example.com/stop",
    });
    expect(session).toMatchObject({ status: "open", payment_status: "unpaid", amount_total: 3 * 1_999 });
    expect(session.url).toMatch(/^https?:\/\//);
    const lines = await stripe.checkout.sessions.listLineItems(session.id);
    expect(lines.data[0]).toMatchObject({ quantity: 3, amount_total: 3 * 1_999 });
    expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: "expired" });
  });

  test("a portal session has a link of its own", async () => {
    const customer = await stripe.customers.create();
    const make = () =>
      stripe.billingPortal.sessions.create({
        customer: customer.id,
        return_url: "https://example.com/billing",
      });
    const [one, two] = [await make(), await make()];
    expect(one.url).not.toBe(two.url);
    expect(one).toMatchObject({ customer: customer.id, return_url: "https://example.com/billing" });
  });
});
