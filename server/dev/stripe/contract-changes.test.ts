import { describe, expect, test } from "vitest";

import {
  advance,
  faultOf,
  latestInvoice,
  makeCatalogue,
  makePayer,
  openFor,
  sides,
} from "./contract-side.ts";

const DAY = 86_400;
const HOUR = 3_600;
const MONTH = 31 * DAY;

describe.each(sides())("changes that cost money: $name", async (side) => {
  const stripe = await openFor(side);
  const prices = await makeCatalogue(stripe);

  async function begin(card: string, quantity = 1) {
    const payer = await makePayer(stripe, card);
    const { id, items } = await stripe.subscriptions.create({
      customer: payer.customer,
      items: [{ price: prices.pro.id, quantity }],
    });
    return { ...payer, id, item: items.data[0]?.id ?? "" };
  }

  test.each([1, 10, 23])("on day %d an upgrade costs what its preview said, to the cent", async (day) => {
    const { id, item, customer, clock, start } = await begin("pm_card_visa", 3);
    await advance(stripe, clock, start + day * DAY + 12_345);
    const proration_date = start + day * DAY + 12_345;
    const change = {
      items: [{ id: item, price: prices.business.id, quantity: 5 }],
      proration_behavior: "always_invoice" as const,
      proration_date,
    };
    const preview = await stripe.invoices.createPreview({
      customer,
      subscription: id,
      subscription_details: change,
    });
    const left = MONTH - (proration_date - start);
    const expected = Math.round((5 * 4_999 * left) / MONTH) - Math.round((3 * 1_999 * left) / MONTH);
    expect(preview.amount_due).toBe(expected);
    const changed = await stripe.subscriptions.update(id, {
      ...change,
      payment_behavior: "error_if_incomplete",
    });
    expect(changed.items.data[0]).toMatchObject({ quantity: 5, price: { id: prices.business.id } });
    const charged = await latestInvoice(stripe, id);
    expect(charged).toMatchObject({
      status: "paid",
      amount_paid: preview.amount_due,
      billing_reason: "subscription_update",
    });
    expect(charged.lines.data.map(({ amount }) => amount)).toEqual(
      preview.lines.data.map(({ amount }) => amount),
    );
  });

  test("a refused upgrade leaves the old plan and an invoice to pay; paying it upgrades", async () => {
    const { id, item, customer, clock, start } = await begin("pm_card_visa");
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(stripe, clock, start + 5 * DAY);
    const pending = await stripe.subscriptions.update(id, {
      items: [{ id: item, price: prices.business.id }],
      proration_behavior: "always_invoice",
      payment_behavior: "pending_if_incomplete",
    });
    expect(pending).toMatchObject({ status: "active", items: { data: [{ price: { id: prices.pro.id } }] } });
    expect(pending.pending_update?.subscription_items?.[0]?.price.id).toBe(prices.business.id);
    const invoice = await latestInvoice(stripe, id);
    expect(invoice).toMatchObject({ status: "open", attempted: true });
    expect(invoice.hosted_invoice_url).toMatch(/^https?:\/\//);
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await stripe.invoices.pay(invoice.id, { payment_method: good.id });
    const upgraded = await stripe.subscriptions.retrieve(id);
    expect(upgraded).toMatchObject({
      pending_update: null,
      items: { data: [{ price: { id: prices.business.id } }] },
    });
  });

  test("a refused upgrade that is not paid within a day is forgotten", async () => {
    const { id, item, customer, clock, start } = await begin("pm_card_visa");
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(stripe, clock, start + 5 * DAY);
    await stripe.subscriptions.update(id, {
      items: [{ id: item, quantity: 9 }],
      proration_behavior: "always_invoice",
      payment_behavior: "pending_if_incomplete",
    });
    const invoice = await latestInvoice(stripe, id);
    await advance(stripe, clock, start + 7 * DAY);
    const kept = await stripe.subscriptions.retrieve(id);
    expect(kept).toMatchObject({ pending_update: null, items: { data: [{ quantity: 1 }] } });
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe("void");
  });

  test("with error_if_incomplete a refused upgrade changes nothing at all", async () => {
    const { id, item, customer } = await begin("pm_card_visa");
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const before = await latestInvoice(stripe, id);
    const fault = await faultOf(
      stripe.subscriptions.update(id, {
        items: [{ id: item, price: prices.business.id }],
        proration_behavior: "always_invoice",
        payment_behavior: "error_if_incomplete",
      }),
    );
    expect(fault.statusCode).toBe(402);
    const { items } = await stripe.subscriptions.retrieve(id);
    expect(items.data[0]?.price.id).toBe(prices.pro.id);
    expect((await latestInvoice(stripe, id)).id).toBe(before.id);
  });

  test("pending_if_incomplete takes no metadata", async () => {
    const { id, item } = await begin("pm_card_visa");
    const fault = await faultOf(
      stripe.subscriptions.update(id, {
        items: [{ id: item, quantity: 2 }],
        metadata: { a: "b" },
        payment_behavior: "pending_if_incomplete",
      }),
    );
    expect(fault.statusCode).toBe(400);
  });

  test("a seat more waits for the next invoice, which says so beforehand", async () => {
    const { id, item, clock, start } = await begin("pm_card_visa", 4);
    await advance(stripe, clock, start + 10 * DAY);
    await stripe.subscriptions.update(id, {
      items: [{ id: item, quantity: 5 }],
      proration_behavior: "create_prorations",
    });
    const preview = await stripe.invoices.createPreview({ subscription: id });
    const left = 21 * DAY;
    const seat = Math.round((5 * 1_999 * left) / MONTH) - Math.round((4 * 1_999 * left) / MONTH);
    expect(preview.total).toBe(5 * 1_999 + seat);
    await advance(stripe, clock, start + MONTH + 2 * HOUR);
    expect(await latestInvoice(stripe, id)).toMatchObject({ status: "paid", total: preview.total });
  });

  test("a seat fewer without proration costs and gives back nothing", async () => {
    const { id, item } = await begin("pm_card_visa", 4);
    const before = await latestInvoice(stripe, id);
    const changed = await stripe.subscriptionItems.update(item, { quantity: 3, proration_behavior: "none" });
    expect(changed.quantity).toBe(3);
    expect((await latestInvoice(stripe, id)).id).toBe(before.id);
    expect((await stripe.invoices.createPreview({ subscription: id })).total).toBe(3 * 1_999);
  });

  test("a credit goes to the balance and pays the next invoice first", async () => {
    const { id, item, customer, clock, start } = await begin("pm_card_visa", 4);
    await advance(stripe, clock, start + 10 * DAY);
    await stripe.subscriptions.update(id, {
      items: [{ id: item, quantity: 1 }],
      proration_behavior: "always_invoice",
      proration_date: start + 10 * DAY,
    });
    const credit = Math.round((4 * 1_999 * 21) / 31) - Math.round((1_999 * 21) / 31);
    const invoice = await latestInvoice(stripe, id);
    expect(invoice).toMatchObject({ status: "paid", total: -credit, amount_due: 0, ending_balance: -credit });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -credit });
    await advance(stripe, clock, start + MONTH + 2 * HOUR);
    const next = await latestInvoice(stripe, id);
    expect(next).toMatchObject({ total: 1_999, amount_due: Math.max(0, 1_999 - credit) });
  });

  test("from monthly to yearly the new year begins now, less what was unused", async () => {
    const { id, item, customer, clock, start } = await begin("pm_card_visa");
    const now = start + 10 * DAY;
    await advance(stripe, clock, now);
    const items = [{ id: item, price: prices.proYearly.id }];
    const preview = await stripe.invoices.createPreview({
      customer,
      subscription: id,
      subscription_details: { items, proration_date: now },
    });
    expect(preview.amount_due).toBe(19_900 - Math.round((1_999 * 21) / 31));
    const changed = await stripe.subscriptions.update(id, { items, proration_date: now });
    expect(changed.items.data[0]).toMatchObject({
      current_period_start: now,
      current_period_end: now + 365 * DAY,
    });
    expect(await latestInvoice(stripe, id)).toMatchObject({
      status: "paid",
      amount_paid: preview.amount_due,
    });
  });

  test("the first invoice of a subscription that does not exist yet can be previewed", async () => {
    const { customer } = await makePayer(stripe, "pm_card_visa");
    const items = [{ price: prices.business.id, quantity: 3 }];
    const preview = await stripe.invoices.createPreview({ customer, subscription_details: { items } });
    const begun = await stripe.subscriptions.create({ customer, items });
    expect(await latestInvoice(stripe, begun.id)).toMatchObject({ amount_paid: preview.amount_due });
    expect((await stripe.subscriptions.list({ customer, status: "all" })).data).toHaveLength(1);
  });

  test("the billing cycle begins anew when asked to, and what was unused is given back", async () => {
    const { id, clock, start } = await begin("pm_card_visa", 2);
    const now = start + 15 * DAY + 12 * HOUR;
    await advance(stripe, clock, now);
    const changed = await stripe.subscriptions.update(id, {
      billing_cycle_anchor: { type: "now" },
      proration_behavior: "always_invoice",
      proration_date: now,
    });
    expect(changed).toMatchObject({
      billing_cycle_anchor: now,
      items: { data: [{ current_period_start: now }] },
    });
    expect(await latestInvoice(stripe, id)).toMatchObject({ total: 2 * 1_999 - 1_999, status: "paid" });
  });

  test("ending a trial at once charges the first period", async () => {
    const { customer } = await makePayer(stripe, "pm_card_visa");
    const begun = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }],
      trial_period_days: 14,
    });
    const changed = await stripe.subscriptions.update(begun.id, { trial_end: "now" });
    expect(changed.status).toBe("active");
    expect(await latestInvoice(stripe, begun.id)).toMatchObject({ status: "paid", total: 1_999 });
  });

  test("more seats in a trial cost nothing until it ends", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_visa");
    const { id, items } = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }],
      trial_period_days: 14,
    });
    const more = [{ id: items.data[0]?.id ?? "", quantity: 6 }];
    await stripe.subscriptions.update(id, { items: more, proration_behavior: "always_invoice" });
    expect(await latestInvoice(stripe, id)).toMatchObject({ total: 0 });
    expect((await stripe.invoices.createPreview({ subscription: id })).total).toBe(6 * 1_999);
    await advance(stripe, clock, start + 14 * DAY + 2 * HOUR);
    expect(await latestInvoice(stripe, id)).toMatchObject({ total: 6 * 1_999, status: "paid" });
  });

  test("nothing comes after a planned end", async () => {
    const { id } = await begin("pm_card_visa");
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    const fault = await faultOf(stripe.invoices.createPreview({ subscription: id }));
    expect(fault.code).toBe("invoice_upcoming_none");
  });

  test("a downgrade is scheduled for the period's end, can be revoked, and comes", async () => {
    const { id, item, clock, start } = await begin("pm_card_visa");
    await stripe.subscriptions.update(id, {
      items: [{ id: item, price: prices.business.id }],
      proration_behavior: "none",
    });
    const end = start + MONTH;
    const schedule = async () => {
      const made = await stripe.subscriptionSchedules.create({ from_subscription: id });
      const [now] = made.phases;
      return stripe.subscriptionSchedules.update(made.id, {
        end_behavior: "release",
        phases: [
          {
            items: [{ price: prices.business.id, quantity: 1 }],
            start_date: now?.start_date ?? 0,
            end_date: end,
          },
          {
            items: [{ price: prices.pro.id, quantity: 1 }],
            duration: { interval: "month", interval_count: 1 },
          },
        ],
      });
    };
    const first = await schedule();
    expect(first).toMatchObject({ status: "active", current_phase: { end_date: end } });
    expect((await stripe.subscriptions.retrieve(id)).schedule).toBe(first.id);
    const refused = await faultOf(stripe.subscriptions.update(id, { cancel_at_period_end: true }));
    expect(refused.statusCode).toBe(400);
    expect(await stripe.subscriptionSchedules.release(first.id)).toMatchObject({ status: "released" });
    expect((await stripe.subscriptions.retrieve(id)).schedule).toBeNull();
    const second = await schedule();
    await advance(stripe, clock, end + 2 * HOUR);
    const after = await stripe.subscriptions.retrieve(id);
    expect(after.items.data[0]?.price.id).toBe(prices.pro.id);
    expect(await latestInvoice(stripe, id)).toMatchObject({ status: "paid", total: 1_999 });
    await advance(stripe, clock, end + 29 * DAY);
    expect((await stripe.subscriptionSchedules.retrieve(second.id)).status).toBe("released");
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
  });

  test("what a meter counted in a period is billed after it, tier by tier, and previewed", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_visa");
    const event_name = `used_${crypto.randomUUID().slice(0, 8)}`;
    const meter = await stripe.billing.meters.create({
      display_name: "Used",
      event_name,
      default_aggregation: { formula: "sum" },
    });
    const product = await stripe.products.create({ name: "Calls" });
    const usage = await stripe.prices.create({
      product: product.id,
      currency: "usd",
      recurring: { interval: "month", usage_type: "metered", meter: meter.id },
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      tiers: [
        { up_to: 10, unit_amount: 0 },
        { up_to: "inf", unit_amount: 3 },
      ],
      expand: ["tiers"],
    });
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }, { price: usage.id }],
    });
    expect(await latestInvoice(stripe, id)).toMatchObject({ total: 1_999 });
    await advance(stripe, clock, start + DAY);
    const payload = { stripe_customer_id: customer, value: "25" };
    await stripe.billing.meterEvents.create({ event_name, payload, timestamp: start + DAY });
    await expect
      .poll(async () => (await stripe.invoices.createPreview({ subscription: id })).total, {
        timeout: 20_000,
      })
      .toBe(1_999 + 15 * 3);
    await advance(stripe, clock, start + MONTH + 2 * HOUR);
    expect(await latestInvoice(stripe, id)).toMatchObject({ status: "paid", total: 1_999 + 15 * 3 });
  });

  test("refused renewals are tried again, and paying the open invoice makes it active", async () => {
    const { id, customer, clock, start } = await begin("pm_card_visa");
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(stripe, clock, start + MONTH + 2 * HOUR);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("past_due");
    const invoice = await latestInvoice(stripe, id);
    expect(invoice).toMatchObject({ status: "open", attempt_count: 1 });
    expect(invoice.next_payment_attempt).toBeGreaterThan(start + MONTH);
    const payment = invoice.payments?.data[0]?.payment.payment_intent;
    const intent = await stripe.paymentIntents.retrieve(typeof payment === "string" ? payment : "");
    expect(intent.last_payment_error).toMatchObject({ code: "card_declined" });
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: good.id } });
    await advance(stripe, clock, (invoice.next_payment_attempt ?? 0) + 2 * HOUR);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
    expect((await stripe.invoices.retrieve(invoice.id)).attempt_count).toBe(2);
  });
});
