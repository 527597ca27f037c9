import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { getBillingReport } from "./billing-report.ts";
import { getPaidReport } from "./fees.ts";
import { PaidMonth } from "./schema.ts";
import { listEndingTrials } from "./trials.ts";

const now = new Date("2026-11-21T12:00:00Z");
const daysFromNow = (days: number) => new Date(now.getTime() + days * 86_400_000);

afterAll(closeConnections);
beforeEach(async () => {
  await platformDb().subscription.deleteMany();
  await platformDb().billingInvoice.deleteMany();
});

type Bought = {
  status?: string;
  price?: string | null;
  seats?: number;
  trialEnd?: Date;
  cancelAt?: Date;
  collectionPaused?: boolean;
  cardLast4?: string;
};

async function bought({ status = "active", price = "astra_pro_month", seats = 1, ...rest }: Bought = {}) {
  const organization = await buildOrganization();
  const data = {
    status,
    priceLookupKey: price,
    quantity: seats,
    plan: "pro",
    ticket: 1,
    syncedAt: now,
    ...rest,
  };
  await platformDb().subscription.create({
    data: { ...data, organizationId: organization.id, subscriptionId: `sub_${randomUUID()}` },
    select: { organizationId: true },
  });
  return organization;
}

type Billed = {
  plan?: string | null;
  status?: string;
  currency?: string;
  paid?: number;
  due?: number;
  attempts?: number;
  failed?: boolean;
  at?: Date;
};

async function billed({ status = "paid", paid = 1_500, at = now, ...rest }: Billed = {}): Promise<void> {
  const settled = status === "paid" ? { paid, paidAt: at } : { paid: 0 };
  await platformDb().billingInvoice.create({
    data: {
      id: `in_${randomUUID()}`,
      organizationId: randomUUID(),
      plan: "pro",
      status,
      currency: "usd",
      due: paid,
      attempts: 1,
      createdAt: at,
      ...settled,
      ...rest,
    },
    select: { id: true },
  });
}

const paidIn = (month?: string) => getPaidReport(PaidMonth.parse(month ? { month } : {}), now);

describe("getBillingReport", () => {
  test("says what a month brings by plan: paid for, on trial and missing apart", async () => {
    await bought({ seats: 3 });
    await bought({ seats: 2, cancelAt: daysFromNow(3) });
    await bought({ price: "astra_pro_year", seats: 1 });
    await bought({ price: "astra_business_month", seats: 4, status: "trialing" });
    await bought({ price: "astra_business_month", seats: 5, status: "past_due" });
    await bought({ price: "astra_enterprise_year", seats: 7, status: "unpaid" });
    const { plans, total, ending, currency } = await getBillingReport(now);
    expect(currency).toBe("usd");
    expect(ending).toBe(1);
    const [pro, business, enterprise] = plans;
    expect(pro).toMatchObject({
      plan: "pro",
      // Five seats at 15.00, and one at 150.00 a year.
      live: { subscriptions: 3, seats: 6, monthly: 8_750 },
      trial: { subscriptions: 0, monthly: 0 },
      pastDue: { subscriptions: 0, monthly: 0 },
    });
    expect(business).toMatchObject({ trial: { seats: 4, monthly: 12_000 }, pastDue: { monthly: 15_000 } });
    expect(enterprise).toMatchObject({ live: { monthly: 0 }, pastDue: { seats: 7, monthly: 35_000 } });
    expect(total).toMatchObject({ live: { monthly: 8_750 }, pastDue: { subscriptions: 2, monthly: 50_000 } });
  });

  test("twelfths of a year are rounded once, in the sum", async () => {
    // 500.00 / 12 thrice is 125.00, and not three times 41.67.
    for (let n = 0; n < 3; n++) await bought({ price: "astra_enterprise_year", seats: 1 });
    await bought({ price: "astra_business_year", seats: 1 });
    const { plans, total } = await getBillingReport(now);
    expect(plans[2]?.live.monthly).toBe(15_000);
    expect(plans[1]?.live.monthly).toBe(2_500);
    expect(total.live.monthly).toBe(17_500);
  });

  test("counts apart what is over, paused, of a price or a state that nobody knows", async () => {
    await bought({ status: "canceled" });
    await bought({ status: "incomplete" });
    await bought({ cancelAt: daysFromNow(-1) });
    await bought({ status: "paused" });
    await bought({ collectionPaused: true });
    await bought({ status: "dormant" });
    await bought({ price: "astra_gold_month", seats: 9 });
    const report = await getBillingReport(now);
    expect(report).toMatchObject({ paused: 2, unknown: 1, unpriced: 1 });
    expect(report.total.live).toEqual({ subscriptions: 1, seats: 9, monthly: 0 });
  });

  test("says how many organizations are on each plan, and in what state", async () => {
    const { id } = await buildOrganization({ plan: "business" });
    const before = await getBillingReport(now);
    const countOf = ({ organizations }: typeof before, plan: string, status: string) =>
      organizations.find((row) => row.plan === plan && row.status === status)?.count ?? 0;
    await platformDb().subscription.create({
      data: {
        organizationId: id,
        subscriptionId: `sub_${randomUUID()}`,
        status: "active",
        plan: "business",
        ticket: 1,
        syncedAt: now,
      },
      select: { organizationId: true },
    });
    const after = await getBillingReport(now);
    expect(countOf(after, "business", "active")).toBe(countOf(before, "business", "active") + 1);
    expect(countOf(after, "business", "none")).toBe(countOf(before, "business", "none") - 1);
  });

  test("says how many payments fail: invoices that were refused at least once, of those that were tried", async () => {
    await bought();
    await bought({ status: "past_due" });
    await bought({ status: "trialing" });
    await billed();
    await billed({ failed: true });
    await billed({ status: "open", failed: true });
    // Nothing was asked for, not yet, or long ago.
    await billed({ due: 0, paid: 0 });
    await billed({ status: "draft", attempts: 0 });
    await billed({ at: daysFromNow(-31), failed: true });
    const { failures } = await getBillingReport(now);
    expect(failures).toEqual({ missing: 1, paying: 2, days: 30, tried: 3, failed: 2, recovered: 1 });
  });
});

test("getBillingReport tells what the last reconciliation of all organizations found", async () => {
  expect((await getBillingReport(now)).reconciled).toBeNull();
  const counts = { looked: 9, repaired: 2, seats: 1, failed: 0 };
  const run = (minutes: number, organizationId: string | null, looked: number) => {
    const beganAt = new Date(now.getTime() + minutes * 60_000);
    const data = {
      id: randomUUID(),
      beganAt,
      endedAt: beganAt,
      organizationId,
      ...counts,
      looked,
      findings: [],
    };
    return platformDb().billingReconciliation.create({ data, select: { id: true } });
  };
  await run(-60, null, 8);
  await run(-30, null, 9);
  await run(-10, randomUUID(), 1);
  const { reconciled } = await getBillingReport(now);
  expect(reconciled).toEqual({ at: new Date(now.getTime() - 30 * 60_000), ...counts });
});

describe("getPaidReport", () => {
  test("counts the fee on each invoice, by plan and currency, and in all", async () => {
    for (let n = 0; n < 3; n++) await billed({ paid: 1_500 });
    await billed({ paid: 99 });
    await billed({ plan: "business", paid: 30_000 });
    await billed({ plan: null, paid: 1_000, currency: "jpy" });
    await billed({ at: new Date("2026-10-31T23:59:59Z") });
    await billed({ at: new Date("2026-12-01T00:00:00Z") });
    const report = await paidIn();
    expect(report).toMatchObject({ month: "2026-11", rule: { basisPoints: 50, fixedHundredths: 25 } });
    expect(report.items).toEqual([
      { plan: "business", name: "Business", currency: "usd", invoices: 1, paid: 30_000, fee: 175 },
      // 7.5 and 25 are 33 on each of three, and not 97.5 or 98 on all; 0.495 and 25 are 25.
      { plan: "pro", name: "Pro", currency: "usd", invoices: 4, paid: 4_599, fee: 3 * 33 + 25 },
      // 5 yen, and a quarter of one is none.
      { plan: null, name: "No plan of ours", currency: "jpy", invoices: 1, paid: 1_000, fee: 5 },
    ]);
    expect(report.totals).toEqual([
      { currency: "usd", invoices: 5, paid: 34_599, fee: 299 },
      { currency: "jpy", invoices: 1, paid: 1_000, fee: 5 },
    ]);
  });

  test("shows the twelve months up to now, each from its first moment of UTC", async () => {
    await billed({ at: new Date("2026-10-31T23:59:59.999Z"), paid: 100 });
    await billed({ at: new Date("2026-11-01T00:00:00Z"), paid: 200 });
    await billed({ at: new Date("2025-12-01T00:00:00Z"), paid: 400 });
    await billed({ at: new Date("2025-11-30T23:59:59Z"), paid: 800 });
    const { months } = await paidIn("2026-10");
    expect(months).toHaveLength(12);
    expect(months[0]).toEqual({ month: "2025-12", paid: 400 });
    expect(months.slice(-2)).toEqual([
      { month: "2026-10", paid: 100 },
      { month: "2026-11", paid: 200 },
    ]);
    expect((await paidIn("2026-10")).items).toMatchObject([{ invoices: 1, paid: 100 }]);
    expect(PaidMonth.safeParse({ month: "2026-13" }).success).toBe(false);
  });

  test("knows no fee where there is none", async () => {
    await billed();
    const before = { ...env() };
    Object.assign(env(), { PLATFORM_FEE_PERCENT: 0, PLATFORM_FEE_FIXED: 0 });
    expect(await paidIn()).toMatchObject({ rule: null, totals: [{ paid: 1_500, fee: 0 }] });
    Object.assign(env(), before);
  });
});

test("listEndingTrials shows those of the next 14 days, the soonest first, with a card or without", async () => {
  const later = await bought({ status: "trialing", trialEnd: daysFromNow(10), seats: 3 });
  const sooner = await bought({ status: "trialing", trialEnd: daysFromNow(1), cardLast4: "4242" });
  await bought({ status: "trialing", trialEnd: daysFromNow(15) });
  await bought({ status: "trialing", trialEnd: daysFromNow(-1) });
  await bought({ status: "active", trialEnd: daysFromNow(2) });
  const { days, total, items } = await listEndingTrials(now);
  expect({ days, total }).toEqual({ days: 14, total: 2 });
  expect(items).toMatchObject([
    { organization: { slug: sooner.slug, name: sooner.name }, trialEnd: daysFromNow(1), card: true },
    { organization: { slug: later.slug }, trialEnd: daysFromNow(10), card: false, seats: 3 },
  ]);
});
