import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findOrganizationById } from "../access/directory.ts";
import { platformDb } from "../platform/database.ts";
import { eraseOrganization } from "../organizations/erase.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { billingEntries, forgetJobs, planOfOrganization, TestStripe } from "../test/billing.ts";
import {
  buildOrganization,
  closeConnections,
  useUpReadyTenants,
  type TestOrganization,
} from "../test/factories.ts";
import { paidFor } from "./access.ts";
import { noteChange } from "./note-change.ts";
import { reconcileAll } from "./reconcile.ts";
import { syncCustomer } from "./sync.ts";
import { takeEvent } from "./take-event.ts";

let made: TestStripe;
let organization: TestOrganization;
beforeAll(async () => {
  made = await TestStripe.open();
  await made.deliver(false);
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
});
afterAll(async () => {
  await closeConnections();
  await made.close();
});

const run = { requestId: "reconcile", signal: new AbortController().signal };
const mine = () => ({ organizationId: organization.id });

async function setPlan(plan: string): Promise<void> {
  await platformDb().organization.update({
    where: { id: organization.id },
    data: { plan },
    select: { id: true },
  });
}

test("a look that was overtaken is begun anew, as the one that overtook it may have come to nothing", async () => {
  const customer = await made.customerOf(organization);
  await made.subscribe(customer);
  // Stripe's client tries again after half a second.
  await made.control("fail", { status: 500, count: 1, method: "GET", path: "/v1/subscriptions" });
  const looking = syncCustomer(customer, "test");
  await sleep(150);
  const overtaken = await platformDb().billingCustomer.updateMany({
    where: { ...mine(), heldUntil: { not: null } },
    data: { ticket: { increment: 1 }, heldUntil: null },
  });
  expect(overtaken.count).toBe(1);
  expect(await looking).toEqual({ known: true, changed: true });
  expect(await planOfOrganization(organization)).toBe("pro");
});

describe("what a customer has", () => {
  test("is looked through to the end, however much was had before", async () => {
    const customer = await made.customerOf(organization);
    const { id } = await made.subscribe(customer, "astra_business_month");
    for (let number = 0; number < 101; number++) {
      const { id: short } = await made.subscribe(customer);
      await made.stripe.subscriptions.cancel(short);
    }
    await syncCustomer(customer, "test");
    expect(await planOfOrganization(organization)).toBe("business");
    const row = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
    expect(row.subscriptionId).toBe(id);
  });

  test("is nothing any more once the customer was deleted at Stripe", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await syncCustomer(customer, "test");
    await made.stripe.customers.del(customer);
    const error = { type: "invalid_request_error", code: "resource_missing", message: "No such customer" };
    const body = JSON.stringify({ error });
    await made.control("fail", { status: 404, method: "GET", path: "/v1/subscriptions", body });
    expect(await syncCustomer(customer, "test")).toEqual({ known: true, changed: true });
    expect(await planOfOrganization(organization)).toBe("free");
  });

  test("stays as it is when Stripe says that it never had the customer", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await syncCustomer(customer, "test");
    const customerId = `${customer}of_another_account`;
    await platformDb().billingCustomer.update({
      where: mine(),
      data: { customerId },
      select: { customerId: true },
    });
    await expect(syncCustomer(customerId, "test")).rejects.toThrow("No such customer");
    expect(await planOfOrganization(organization)).toBe("pro");
  });
});

test("a plan that somebody has set since the subscription's end stays, and a new subscription counts again", async () => {
  const customer = await made.customerOf(organization);
  const { id } = await made.subscribe(customer);
  await syncCustomer(customer, "test");
  await made.stripe.subscriptions.cancel(id);
  await syncCustomer(customer, "test");
  expect(await planOfOrganization(organization)).toBe("free");
  await setPlan("team");
  await reconcileAll(run, mine());
  expect(await planOfOrganization(organization)).toBe("team");
  // Also where the end had been planned, and its time has come.
  await platformDb().subscription.update({
    where: mine(),
    data: { cancelAt: new Date(Date.now() - 1_000) },
    select: { status: true },
  });
  const info = await findOrganizationById(organization.id);
  expect(info && paidFor(info, new Date())).toMatchObject({ plan: "team", access: "full" });
  await made.subscribe(customer);
  await syncCustomer(customer, "test");
  expect(await planOfOrganization(organization)).toBe("pro");
});

test("what an erased organization bought is ended by the reconciliation, when the job that should is lost", async () => {
  await useUpReadyTenants();
  organization = await buildOrganization({ plan: "free" });
  const customer = await made.customerOf(organization);
  const { id } = await made.subscribe(customer);
  await syncCustomer(customer, "test");
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.profile.update({ where: { id: 1 }, data: { deletionAt: new Date(0) }, select: { id: true } }),
  );
  await eraseOrganization(organization.id);
  await forgetJobs();
  expect(await reconcileAll(run, mine())).toMatchObject({ looked: 1, failed: 0 });
  expect((await made.stripe.subscriptions.retrieve(id)).status).toBe("canceled");
  expect(await reconcileAll(run, mine())).toMatchObject({ looked: 0 });
});

/** Has Stripe answer the next look with this in each subscription. */
async function says(customer: string, words: object): Promise<void> {
  const list = await made.stripe.subscriptions.list({ customer, status: "all" });
  const data = list.data.map((one) => ({ ...one, ...words }));
  const body = JSON.stringify({ ...list, data });
  await made.control("fail", { status: 200, method: "GET", path: "/v1/subscriptions", body });
}

test("an end at the period's end counts, with its moment and without", async () => {
  const customer = await made.customerOf(organization);
  const { items } = await made.subscribe(customer);
  const end = new Date((items.data[0]?.current_period_end ?? 0) * 1_000);
  const cancelAt = async () => {
    await syncCustomer(customer, "test");
    return (await platformDb().subscription.findUniqueOrThrow({ where: mine() })).cancelAt;
  };
  await says(customer, { cancel_at_period_end: true, cancel_at: null });
  expect(await cancelAt()).toEqual(end);
  await says(customer, { cancel_at_period_end: false, cancel_at: end.getTime() / 1_000 + 5 });
  expect(await cancelAt()).toEqual(new Date(end.getTime() + 5_000));
  expect(await cancelAt()).toBeNull();
});

test("a change is noted once, however often its job runs", async () => {
  const customer = await made.customerOf(organization);
  await made.subscribe(customer);
  await syncCustomer(customer, "test");
  const { id: changeId } = await platformDb().billingChange.findFirstOrThrow({ where: mine() });
  const job = { id: "job", attempt: 1, requestId: "again", signal: run.signal };
  await Promise.all([noteChange({ changeId }, job), noteChange({ changeId }, job)]);
  await noteChange({ changeId }, job);
  expect(await billingEntries(organization)).toHaveLength(1);
  const told = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.event.count({ where: { type: "subscription.updated" } }),
  );
  expect(told).toBe(1);
});

describe("a status that this version does not know", () => {
  test("keeps the plan, and the level of access before it", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await syncCustomer(customer, "test");
    await says(customer, { status: "hibernating" });
    await syncCustomer(customer, "test");
    const row = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
    expect(row).toMatchObject({ status: "hibernating", lastLevel: "full", plan: "pro" });
    expect(await planOfOrganization(organization)).toBe("pro");
    await says(customer, { status: "unpaid" });
    await syncCustomer(customer, "test");
    await says(customer, { status: "hibernating" });
    await syncCustomer(customer, "test");
    const after = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
    expect(after).toMatchObject({ status: "hibernating", lastLevel: "read_only", plan: "pro" });
  });

  test("gives nothing to who never had anything", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer, "astra_business_month");
    await says(customer, { status: "hibernating" });
    await syncCustomer(customer, "test");
    expect(await planOfOrganization(organization)).toBe("free");
    const row = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
    expect(row).toMatchObject({ status: "hibernating", lastLevel: "read_only", plan: "free" });
  });
});

test("a greater plan that comes as somebody planned it at Stripe leaves what is planned after it", async () => {
  const customer = await made.customerOf(organization);
  const { id } = await made.subscribe(customer);
  const schedule = await made.stripe.subscriptionSchedules.create({ from_subscription: id });
  const { start_date, end_date } = schedule.phases[0] ?? { start_date: 0, end_date: 0 };
  const [pro, business] = await Promise.all(
    ["astra_pro_month", "astra_business_month"].map((key) => made.price(key)),
  );
  const duration = { interval: "month", interval_count: 1 } as const;
  await made.stripe.subscriptionSchedules.update(schedule.id, {
    phases: [
      { items: [{ price: pro ?? "", quantity: 1 }], start_date, end_date },
      { items: [{ price: business ?? "", quantity: 1 }], duration },
      { items: [{ price: pro ?? "", quantity: 1 }], duration },
    ],
  });
  const seen = async () => {
    await syncCustomer(customer, "test");
    const { plan, nextPriceLookupKey } = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
    return [plan, nextPriceLookupKey];
  };
  expect(await seen()).toEqual(["pro", "astra_business_month"]);
  await made.control("advance", { seconds: 32 * 86_400, customer });
  expect(await seen()).toEqual(["business", "astra_pro_month"]);
});

describe("the grace", () => {
  const dayS = 86_400;

  test("begins with the first payment that is missing, whatever is tried after it; another subscription has its own", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    const advance = (days: number) => made.control("advance", { seconds: days * dayS, customer });
    const since = async () => {
      await syncCustomer(customer, "test");
      const { status, unpaidSince } = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
      return { status, unpaidSince };
    };
    expect(await since()).toEqual({ status: "active", unpaidSince: null });
    await made.control("outcome", { code: "insufficient_funds", customer, times: 20 });
    await advance(32);
    const first = await since();
    expect(first.status).toBe("past_due");
    // Stripe's time is ahead of ours: a moment to come would begin a grace that is longer.
    expect(first.unpaidSince?.getTime()).toBeLessThanOrEqual(Date.now());
    const began = new Date(Date.now() - 3 * 86_400_000);
    await platformDb().subscription.update({
      where: mine(),
      data: { unpaidSince: began },
      select: { status: true },
    });
    await advance(1);
    expect(await since()).toEqual({ status: "past_due", unpaidSince: began });
    const { data } = await made.stripe.subscriptions.list({ customer });
    const unpaid = await made.stripe.invoices.list({ customer, status: "open" });
    await made.stripe.subscriptions.cancel(data[0]?.id ?? "");
    expect(unpaid.data).not.toEqual([]);
    // Another subscription has a grace of its own.
    await made.control("outcome", { code: "insufficient_funds", customer });
    await made.subscribe(customer).catch(() => null);
    expect((await since()).unpaidSince).toBeNull();
  });
});

test("of a first payment that never came nothing follows, and nothing is left of what was had before", async () => {
  const customer = await made.customerOf(organization);
  const price = await made.price("astra_business_month");
  const begin = () =>
    made.stripe.subscriptions.create({
      customer,
      items: [{ price }],
      payment_behavior: "default_incomplete",
    });
  await setPlan("team");
  await begin();
  await syncCustomer(customer, "test");
  expect(await planOfOrganization(organization)).toBe("team");
  const { id } = await made.subscribe(customer);
  await syncCustomer(customer, "test");
  expect(await planOfOrganization(organization)).toBe("pro");
  await made.stripe.subscriptions.cancel(id);
  // No look has seen the end: the one that waits for its first payment is all there is.
  await begin();
  await syncCustomer(customer, "test");
  const row = await platformDb().subscription.findUniqueOrThrow({ where: mine() });
  expect(row.status).toBe("incomplete");
  expect(await planOfOrganization(organization)).toBe("free");
});

test("an event that is done acts no more, however often its job runs", async () => {
  const customerId = await made.customerOf(organization);
  const now = new Date();
  const event = { id: `evt_done${organization.slug.replaceAll("-", "")}`, type: "customer.updated" };
  await platformDb().stripeEvent.create({
    data: { ...event, customerId, createdAt: now, state: "done" },
    select: { id: true },
  });
  const job = { id: "job", attempt: 1, requestId: "again", signal: run.signal };
  await takeEvent({ eventId: event.id }, job);
  const { ticket } = await platformDb().billingCustomer.findUniqueOrThrow({ where: mine() });
  expect(ticket).toBe(0n);
});

test("events that are done go after five weeks, and those from which nothing has followed stay", async () => {
  const receivedAt = new Date(Date.now() - 36 * 86_400_000);
  const event = { type: "customer.updated", createdAt: receivedAt, receivedAt };
  const states = ["done", "failed", "unresolved", "received"];
  await platformDb().stripeEvent.createMany({
    data: [
      ...states.map((state) => ({ ...event, id: `evt_old_${state}`, state })),
      { ...event, id: "evt_recent_done", state: "done", receivedAt: new Date() },
    ],
  });
  await reconcileAll(run, mine());
  const left = await platformDb().stripeEvent.findMany({
    where: { id: { startsWith: "evt_", contains: "_" }, type: "customer.updated" },
    orderBy: { id: "asc" },
  });
  const ours = left.map(({ id }) => id).filter((id) => /^evt_(old|recent)_/.test(id));
  expect(ours).toEqual(["evt_old_failed", "evt_old_received", "evt_old_unresolved", "evt_recent_done"]);
});
