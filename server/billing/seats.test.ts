import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forgetDirectory } from "../access/directory.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { forgetJobs, runDueJobs, TestStripe } from "../test/billing.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestOrganization,
} from "../test/factories.ts";
import { reconcileAll } from "./reconcile.ts";
import { syncCustomer } from "./sync.ts";

const callerOf = createCallerFactory(appRouter);
const seatPrice = 1_500;

let made: TestStripe;
let organization: TestOrganization;
beforeAll(async () => {
  made = await TestStripe.open();
  await made.deliver(false);
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  await forgetJobs();
});
afterAll(async () => {
  await closeConnections();
  await made.close();
});

let number = 0;
const address = () => `seat-${++number}@example.test`;
const owner = () => callerOf(requestOf(organization.owner, organization.slug));

async function subscribed(lookupKey?: string): Promise<string> {
  const customer = await made.subscribed(organization, lookupKey);
  forgetDirectory(organization.id);
  await runJobs();
  return customer;
}

/** Does what is to be done now and soon. */
async function runJobs(): Promise<void> {
  // What is soon may follow from what is now.
  for (let round = 0; round < 2; round++) {
    await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
    await runDueJobs();
  }
}

async function invite(email = address()): Promise<{ outcome: string | undefined; id: string }> {
  const roles = await owner().roles.list();
  const roleId = roles.find(({ key }) => key === "viewer")?.id ?? "";
  const [result] = (await owner().invites.create({ invites: [{ email, roleId }] })).results;
  return { outcome: result?.outcome, id: result?.inviteId ?? "" };
}

/** What Stripe bills, which must be what we have written down. */
async function billedSeats(customer: string): Promise<number | undefined> {
  const { data } = await made.stripe.subscriptions.list({ customer });
  const row = await platformDb().subscription.findUnique({ where: { organizationId: organization.id } });
  const seats = data[0]?.items.data[0]?.quantity;
  expect(row?.quantity).toBe(seats);
  return seats;
}

async function takenSeats(): Promise<number | undefined> {
  const { usage } = await owner().organization.usage();
  return usage.find(({ resource }) => resource === "seats")?.used;
}

async function updatesOf(customer: string): Promise<number> {
  const { data } = await made.stripe.events.list({ type: "customer.subscription.updated", limit: 100 });
  return data.filter((event) => "customer" in event.data.object && event.data.object.customer === customer)
    .length;
}

async function nextAmount(customer: string): Promise<number> {
  const { data } = await made.stripe.subscriptions.list({ customer });
  return (await made.stripe.invoices.createPreview({ subscription: data[0]?.id ?? "" })).amount_due;
}

describe("the seats that are billed", () => {
  test("are those that are taken; ten changes at once are one at Stripe", async () => {
    const customer = await subscribed();
    const before = await updatesOf(customer);
    await Promise.all(Array.from({ length: 10 }, () => invite()));
    expect(await billedSeats(customer)).toBe(1);
    await runJobs();
    expect(await billedSeats(customer)).toBe(11);
    expect(await takenSeats()).toBe(11);
    expect(await updatesOf(customer)).toBe(before + 1);
  });

  test("follow members and invites that go", async () => {
    const member = await buildMember(organization, "viewer");
    const customer = await subscribed();
    expect(await billedSeats(customer)).toBe(2);
    const { id } = await invite();
    await runJobs();
    expect(await billedSeats(customer)).toBe(3);
    await owner().members.suspend({ id: member.memberId });
    await runJobs();
    expect(await billedSeats(customer)).toBe(2);
    await owner().invites.revoke({ id });
    await owner().members.reactivate({ id: member.memberId });
    await runJobs();
    expect(await billedSeats(customer)).toBe(2);
    await owner().members.remove({ id: member.memberId });
    await runJobs();
    expect(await billedSeats(customer)).toBe(1);
  });

  test("of somebody who goes and comes back cost nothing twice", async () => {
    const member = await buildMember(organization, "viewer");
    const customer = await subscribed();
    const before = await nextAmount(customer);
    for (let round = 0; round < 2; round++) {
      const email = round === 0 ? member.email : address();
      if (round === 0) await owner().members.remove({ id: member.memberId });
      await runJobs();
      expect(await billedSeats(customer)).toBe(1);
      const { outcome, id } = await invite(email);
      expect(outcome).toBe("invited");
      await runJobs();
      expect(await billedSeats(customer)).toBe(2);
      const after = await nextAmount(customer);
      expect(after).toBeLessThanOrEqual(before);
      // Less by the moments in between alone.
      expect(after).toBeGreaterThan(before - seatPrice / 100);
      await owner().invites.revoke({ id });
    }
  });

  test("of a year are paid for at once when there are more", async () => {
    const customer = await subscribed("astra_pro_year");
    await invite();
    await runJobs();
    expect(await billedSeats(customer)).toBe(2);
    const { data } = await made.stripe.invoices.list({ customer });
    expect(data[0]).toMatchObject({ status: "paid", billing_reason: "subscription_update" });
    expect(data[0]?.amount_paid).toBeGreaterThan(9 * seatPrice);
  });

  test("go into a planned change, and do not take it back", async () => {
    const customer = await subscribed("astra_business_month");
    const pro = { plan: "pro", interval: "month" } as const;
    await owner().billing.scheduleDowngrade(pro);
    await invite();
    await runJobs();
    expect(await billedSeats(customer)).toBe(2);
    expect((await owner().billing.overview()).subscription?.nextPlan).toMatchObject(pro);
    const { data } = await made.stripe.subscriptionSchedules.list({ customer });
    expect(data[0]?.phases.map(({ items }) => items[0]?.quantity)).toEqual([2, 2]);
  });

  test("stay what they are while a greater plan waits for its payment", async () => {
    const customer = await subscribed();
    const business = { plan: "business", interval: "month" } as const;
    const { amount, prorationDate } = await owner().billing.previewChange(business);
    await made.control("outcome", { code: "insufficient_funds", customer });
    const { payUrl } = await owner().billing.change({ ...business, amount, prorationDate });
    await invite();
    await runJobs();
    expect(await billedSeats(customer)).toBe(1);
    const { data } = await made.stripe.subscriptions.list({ customer });
    expect(data[0]?.pending_update).not.toBeNull();
    expect(payUrl).not.toBeNull();
  });

  test("that came since stand in the preview of a greater plan, which is what is charged", async () => {
    const customer = await subscribed();
    await invite();
    await runJobs();
    const business = { plan: "business", interval: "month" } as const;
    const { amount, prorationDate, seats } = await owner().billing.previewChange(business);
    expect(seats).toBe(2);
    expect(await owner().billing.change({ ...business, amount, prorationDate })).toMatchObject({
      state: "changed",
    });
    const { data } = await made.stripe.invoices.list({ customer });
    expect(data[0]).toMatchObject({ status: "paid", amount_paid: amount });
    expect(await billedSeats(customer)).toBe(2);
  });

  test("are put right by the reconciliation when their job is lost, or Stripe has another number", async () => {
    const customer = await subscribed();
    await invite();
    await forgetJobs();
    const run = { requestId: "reconcile", signal: new AbortController().signal };
    const mine = { organizationId: organization.id };
    expect(await reconcileAll(run, mine)).toEqual({ looked: 1, repaired: 0, seats: 1, failed: 0 });
    expect(await billedSeats(customer)).toBe(2);
    const { data } = await made.stripe.subscriptions.list({ customer });
    const item = data[0]?.items.data[0]?.id ?? "";
    await made.stripe.subscriptionItems.update(item, { quantity: 7 });
    expect(await reconcileAll(run, mine)).toEqual({ looked: 1, repaired: 1, seats: 1, failed: 0 });
    expect(await billedSeats(customer)).toBe(2);
    expect(await reconcileAll(run, mine)).toEqual({ looked: 1, repaired: 0, seats: 0, failed: 0 });
  });

  test("of an organization that came from a page with another number are put right by what follows", async () => {
    await buildMember(organization, "viewer");
    const customer = await made.customerOf(organization);
    await made.subscribe(customer, "astra_pro_month", 5);
    await syncCustomer(customer, "test");
    forgetDirectory(organization.id);
    await runJobs();
    expect(await billedSeats(customer)).toBe(2);
  });
});

test("of ten invites at once on three free seats three are taken, and the same number is billed", async () => {
  await buildMember(organization, "viewer");
  const outcomes = (await Promise.all(Array.from({ length: 10 }, () => invite()))).map(
    ({ outcome }) => outcome,
  );
  expect(outcomes.filter((outcome) => outcome === "invited")).toHaveLength(3);
  expect(outcomes.filter((outcome) => outcome === "no_seat")).toHaveLength(7);
  expect(await takenSeats()).toBe(5);
  expect(await billedSeats(await subscribed())).toBe(5);
});
