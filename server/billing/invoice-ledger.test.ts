import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { forgetJobs, TestStripe } from "../test/billing.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { reconcileAll } from "./reconcile.ts";
import { syncCustomer } from "./sync.ts";

const day = 86_400;
let made: TestStripe;
let organization: TestOrganization;
let clock: string;
let now: number;
beforeAll(async () => {
  made = await TestStripe.open();
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  await forgetJobs();
  now = Math.floor(Date.now() / 1_000);
  ({ id: clock } = await made.stripe.testHelpers.testClocks.create({ frozen_time: now }));
});
afterAll(async () => {
  await closeConnections();
  await made.close();
});

/** A customer whose time the test moves. */
async function customer(): Promise<string> {
  const { id: customerId } = await made.stripe.customers.create({
    test_clock: clock,
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  await platformDb().billingCustomer.create({
    data: { organizationId: organization.id, customerId },
    select: { organizationId: true },
  });
  return customerId;
}

async function later(days: number): Promise<void> {
  now += days * day;
  await made.stripe.testHelpers.testClocks.advance(clock, { frozen_time: now });
}

const noted = () =>
  platformDb().billingInvoice.findMany({
    where: { organizationId: organization.id },
    orderBy: { createdAt: "asc" },
  });

test("what was billed is noted by what follows from events, as Stripe has it", async () => {
  const customerId = await customer();
  await made.subscribe(customerId, "astra_pro_month", 3);
  await made.settle();
  const { data } = await made.stripe.invoices.list({ customer: customerId });
  expect(await noted()).toEqual([
    {
      id: data[0]?.id,
      organizationId: organization.id,
      plan: "pro",
      status: "paid",
      currency: "usd",
      due: 4_500n,
      paid: 4_500n,
      attempts: 1,
      failed: false,
      createdAt: new Date((data[0]?.created ?? 0) * 1_000),
      paidAt: new Date((data[0]?.status_transitions.paid_at ?? 0) * 1_000),
    },
  ]);
});

test("a payment that was refused stays noted as refused after it was made", async () => {
  const customerId = await customer();
  await made.subscribe(customerId);
  await made.control("outcome", { code: "insufficient_funds", customer: customerId, times: 1 });
  await later(32);
  await made.settle();
  expect(await noted()).toMatchObject([
    { status: "paid", failed: false },
    { status: "open", failed: true, attempts: 1, paid: 0n, paidAt: null },
  ]);
  const [, open] = await noted();
  await made.stripe.invoices.pay(open?.id ?? "");
  await made.settle();
  // By its count of attempts alone nobody would see it any more: what the customer does by hand is not counted.
  expect((await noted())[1]).toMatchObject({ status: "paid", failed: true, attempts: 1, paid: 1_500n });
});

test("a change of plans is noted as the new plan's, and a trial's invoice of nothing asks for nothing", async () => {
  const customerId = await customer();
  const items = [{ price: await made.price("astra_pro_month"), quantity: 2 }];
  const { id, items: bought } = await made.stripe.subscriptions.create({
    customer: customerId,
    items,
    trial_period_days: 14,
  });
  await made.settle();
  expect(await noted()).toMatchObject([{ plan: "pro", status: "paid", due: 0n, paid: 0n, failed: false }]);
  await later(15);
  await made.stripe.subscriptions.update(id, {
    items: [{ id: bought.data[0]?.id ?? "", price: await made.price("astra_business_month") }],
    proration_behavior: "always_invoice",
  });
  await made.settle();
  expect((await noted()).map(({ plan }) => plan)).toEqual(["pro", "pro", "business"]);
});

test("what lost events left out the reconciliation makes up for, however much it is", async () => {
  const customerId = await customer();
  await made.subscribe(customerId);
  await made.settle();
  await made.deliver(false);
  for (let month = 0; month < 3; month++) await later(31);
  expect(await noted()).toHaveLength(1);
  const job = { requestId: "reconcile", signal: new AbortController().signal };
  await reconcileAll(job, { organizationId: organization.id });
  await made.deliver(true);
  const all = await noted();
  const { data } = await made.stripe.invoices.list({ customer: customerId });
  expect(all.map(({ id }) => id)).toEqual(data.map(({ id }) => id).toReversed());
  expect(all).toHaveLength(4);
  await syncCustomer(customerId, "again");
  expect(await noted()).toEqual(all);
});
