import type { Stripe } from "stripe";
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

describe.each(sides())("subscriptions from beginning to end: $name", async (side) => {
  const stripe = await openFor(side);
  const prices = await makeCatalogue(stripe);

  const periodEnd = (subscription: Stripe.Subscription) =>
    subscription.items.data[0]?.current_period_end ?? 0;

  test("a paid one is active for a calendar month, and renews an hour after its invoice was drafted", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_visa");
    const begun = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id, quantity: 2 }],
    });
    expect(begun.status).toBe("active");
    expect(periodEnd(begun)).toBe(start + MONTH);
    const first = await latestInvoice(stripe, begun.id);
    expect(first).toMatchObject({
      status: "paid",
      total: 3_998,
      amount_paid: 3_998,
      billing_reason: "subscription_create",
    });
    await advance(stripe, clock, start + MONTH + HOUR / 2);
    expect(await latestInvoice(stripe, begun.id)).toMatchObject({
      status: "draft",
      billing_reason: "subscription_cycle",
    });
    await advance(stripe, clock, start + MONTH + 2 * HOUR);
    const renewed = await latestInvoice(stripe, begun.id);
    expect(renewed).toMatchObject({ status: "paid", total: 3_998 });
    expect(renewed.lines.data[0]?.period).toEqual({ start: start + MONTH, end: start + MONTH + 28 * DAY });
  });

  test("a first payment that is refused leaves it incomplete, or leaves nothing, as asked", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_chargeCustomerFail");
    const items = [{ price: prices.pro.id }];
    const fault = await faultOf(
      stripe.subscriptions.create({ customer, items, payment_behavior: "error_if_incomplete" }),
    );
    expect(fault).toMatchObject({ type: "StripeCardError", statusCode: 402, code: "card_declined" });
    expect((await stripe.subscriptions.list({ customer, status: "all" })).data).toHaveLength(0);
    const incomplete = await stripe.subscriptions.create({ customer, items });
    expect(incomplete.status).toBe("incomplete");
    await advance(stripe, clock, start + DAY);
    expect((await stripe.subscriptions.retrieve(incomplete.id)).status).toBe("incomplete_expired");
  });

  test("an incomplete one becomes active when its invoice is paid with another card", async () => {
    const { customer } = await makePayer(stripe, "pm_card_chargeCustomerFail");
    const begun = await stripe.subscriptions.create({ customer, items: [{ price: prices.pro.id }] });
    const invoice = await latestInvoice(stripe, begun.id);
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    expect(await stripe.invoices.pay(invoice.id, { payment_method: method.id })).toMatchObject({
      status: "paid",
    });
    expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe("active");
  });

  test("a trial begins with a paid invoice over nothing and is announced three days before its end", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_visa");
    const begun = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }],
      trial_period_days: 14,
    });
    expect(begun).toMatchObject({ status: "trialing", trial_end: start + 14 * DAY });
    expect(await latestInvoice(stripe, begun.id)).toMatchObject({ status: "paid", total: 0 });
    await advance(stripe, clock, start + 12 * DAY);
    const { data } = await stripe.events.list({ type: "customer.subscription.trial_will_end", limit: 20 });
    expect(data.some((event) => (event.data.object as Stripe.Subscription).id === begun.id)).toBe(true);
    await advance(stripe, clock, start + 14 * DAY + 2 * HOUR);
    const after = await stripe.subscriptions.retrieve(begun.id);
    expect(after.status).toBe("active");
    expect(await latestInvoice(stripe, begun.id)).toMatchObject({ status: "paid", total: 1_999 });
  });

  test.each([
    ["cancel", "canceled"],
    ["pause", "paused"],
  ] as const)("a trial without a card ends by %s", async (missing_payment_method, status) => {
    const { customer, clock, start } = await makePayer(stripe, null);
    const begun = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method } },
    });
    await advance(stripe, clock, start + 7 * DAY + 2 * HOUR);
    expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe(status);
  });

  test("a paused one runs again once there is a card", async () => {
    const { customer, clock, start } = await makePayer(stripe, null);
    const begun = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: "pause" } },
    });
    await advance(stripe, clock, start + 8 * DAY);
    await stripe.customers.update(customer, {
      invoice_settings: {
        default_payment_method: (await stripe.paymentMethods.attach("pm_card_visa", { customer })).id,
      },
    });
    const resumed = await stripe.subscriptions.resume(begun.id);
    expect(resumed.status).toBe("active");
    expect(resumed.items.data[0]?.current_period_start).toBe(start + 8 * DAY);
  });

  test("a trial whose card is refused at the end is past due", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_chargeCustomerFail");
    const begun = await stripe.subscriptions.create({
      customer,
      items: [{ price: prices.pro.id }],
      trial_period_days: 7,
    });
    await advance(stripe, clock, start + 7 * DAY + 2 * HOUR);
    expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe("past_due");
    const invoice = await latestInvoice(stripe, begun.id);
    expect(invoice).toMatchObject({ status: "open", attempted: true, attempt_count: 1 });
    const fault = await faultOf(stripe.invoices.pay(invoice.id));
    expect(fault).toMatchObject({ type: "StripeCardError", code: "card_declined" });
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await stripe.invoices.pay(invoice.id, { payment_method: method.id });
    expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe("active");
  });

  test("an end is planned, taken back, planned for a moment, and comes", async () => {
    const { customer, clock, start } = await makePayer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: prices.pro.id }] });
    const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ cancel_at_period_end: true, cancel_at: start + MONTH, status: "active" });
    const kept = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect(kept).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
    const planned = await stripe.subscriptions.update(id, {
      cancel_at: start + 20 * DAY,
      proration_behavior: "none",
    });
    expect(planned).toMatchObject({ cancel_at: start + 20 * DAY, cancel_at_period_end: false });
    await advance(stripe, clock, start + 21 * DAY);
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended).toMatchObject({ status: "canceled", ended_at: start + 20 * DAY });
    expect((await faultOf(stripe.subscriptions.cancel(id))).statusCode).toBe(404);
  });

  test("an end planned for the period's moves with the period, one planned for a moment does not", async () => {
    const { customer, start } = await makePayer(stripe, "pm_card_visa");
    const items = [{ price: prices.pro.id }];
    const moving = await stripe.subscriptions.create({ customer, items, cancel_at_period_end: true });
    const fixed = await stripe.subscriptions.create({ customer, items, cancel_at: start + MONTH });
    for (const { id, items: bought } of [moving, fixed])
      await stripe.subscriptions.update(id, {
        items: [{ id: bought.data[0]?.id ?? "", price: prices.proYearly.id }],
        proration_behavior: "none",
      });
    expect((await stripe.subscriptions.retrieve(moving.id)).cancel_at).toBe(start + 365 * DAY);
    expect((await stripe.subscriptions.retrieve(fixed.id)).cancel_at).toBe(start + MONTH);
  });

  test("canceling the schedule cancels its subscription", async () => {
    const { customer } = await makePayer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: prices.pro.id }] });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
    const canceled = await stripe.subscriptionSchedules.cancel(schedule.id);
    expect(canceled).toMatchObject({ status: "canceled", subscription: null, current_phase: null });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("canceled");
  });

  test("deleting the customer ends what they paid for", async () => {
    const { customer } = await makePayer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: prices.pro.id }] });
    await stripe.customers.del(customer);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("canceled");
  });
});
