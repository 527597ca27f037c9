import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { eraseOrganization } from "../organizations/erase.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  billingEntries,
  forgetJobs,
  planOfOrganization,
  runDueJobs,
  TestStripe,
  webhookSecret,
} from "../test/billing.ts";
import { listNotifications } from "../notifications/notifications.ts";
import { ListNotifications } from "../notifications/schema.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  reads,
  useUpReadyTenants,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { reconcileAll } from "./reconcile.ts";
import { syncCustomer } from "./sync.ts";
import { giveTurnBack, takeTurn } from "./turn.ts";

let made: TestStripe;
let organization: TestOrganization;
beforeAll(async () => {
  made = await TestStripe.open();
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  await forgetJobs();
});
afterAll(async () => {
  await closeConnections();
  await made.close();
});

const rowOf = ({ id }: TestOrganization) =>
  platformDb().subscription.findUnique({ where: { organizationId: id } });
const eventsOf = (customerId: string) =>
  platformDb().stripeEvent.findMany({ where: { customerId }, orderBy: { receivedAt: "asc" } });
const signal = () => new AbortController().signal;

/** What Stripe has, held against what we have. */
async function expectAsStripeHas(customer: string): Promise<void> {
  const { data } = await made.stripe.subscriptions.list({ customer, status: "all" });
  const [subscription] = data;
  const item = subscription?.items.data[0];
  expect(await rowOf(organization)).toMatchObject({
    subscriptionId: subscription?.id,
    status: subscription?.status,
    quantity: item?.quantity,
    priceLookupKey: item?.price.lookup_key,
    cancelAtPeriodEnd: subscription?.cancel_at_period_end,
  });
}

describe("an event that Stripe has signed", () => {
  test("brings the plan that was bought, with an entry and an event of the organization's own", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await made.settle();
    expect(await planOfOrganization(organization)).toBe("pro");
    await expectAsStripeHas(customer);
    const entries = await billingEntries(organization);
    expect(entries).toMatchObject([
      {
        changes: {
          before: { plan: "free", status: "none" },
          after: { plan: "pro", status: "active", seats: 1 },
        },
      },
    ]);
    const told = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
      db.event.findMany({ where: { type: "subscription.updated" }, select: { data: true } }),
    );
    expect(told).toEqual([{ data: { plan: "pro", previousPlan: "free", status: "active", seats: 1 } }]);
    expect((await eventsOf(customer)).every(({ state }) => state === "done")).toBe(true);
  });

  test("in reversed order, and in any other, ends in the state that Stripe has", async () => {
    for (const order of ["reversed", "shuffled"]) {
      organization = await buildOrganization({ plan: "free" });
      const customer = await made.customerOf(organization);
      await made.control("hold");
      const { id } = await made.subscribe(customer);
      await made.stripe.subscriptions.update(id, { cancel_at_period_end: true });
      await made.stripe.subscriptions.update(id, { cancel_at_period_end: false });
      await made.stripe.subscriptions.cancel(id);
      await made.subscribe(customer, "astra_business_year");
      await made.control("release", { order });
      await made.settle();
      await expectAsStripeHas(customer);
      expect(await planOfOrganization(organization)).toBe("business");
    }
  });

  test("of a renewal that was declined tells those who can pay, once, and until when", async () => {
    const viewer = await buildMember(organization, "viewer");
    const frozen = Math.floor(Date.now() / 1_000);
    const clock = await made.stripe.testHelpers.testClocks.create({ frozen_time: frozen });
    const { id: customerId } = await made.stripe.customers.create({
      test_clock: clock.id,
      payment_method: "pm_card_visa",
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    await platformDb().billingCustomer.create({
      data: { organizationId: organization.id, customerId },
      select: { organizationId: true },
    });
    await made.subscribe(customerId);
    await made.settle();
    await made.control("outcome", { code: "insufficient_funds", customer: customerId, times: 2 });
    await made.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: frozen + 32 * 86_400 });
    await made.settle();
    expect(await rowOf(organization)).toMatchObject({ status: "past_due" });
    const told = (member: TestMember) =>
      reads(member, listNotifications, ListNotifications.parse({})).then(({ items }) => items);
    expect(await told(organization.owner)).toMatchObject([{ kind: "payment_failed", times: 1 }]);
    expect((await told(organization.owner))[0]?.text).toMatch(/until it is made; from \d+ \w+ \d{4} nothing/);
    expect(await told(viewer)).toEqual([]);
  });

  test("25 times at once acts once", async () => {
    const customer = await made.customerOf(organization);
    await made.control("hold");
    await made.subscribe(customer);
    await made.control("release", { copies: 25 });
    await made.settle();
    const events = await eventsOf(customer);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const { rows } = await ownerPool("main").query(
      "SELECT payload->>'eventId' AS id FROM astra.outbox WHERE name = 'billing.take-event' AND state = 'done'",
    );
    expect(rows).toHaveLength(events.length + (await strangers()));
    expect(await billingEntries(organization)).toHaveLength(1);
    await expectAsStripeHas(customer);
  });

  test("that is lost is made up for by the reconciliation, which finds nothing the second time", async () => {
    const customer = await made.customerOf(organization);
    await made.settle();
    await made.deliver(false);
    const { id } = await made.subscribe(customer);
    await made.settle();
    expect(await planOfOrganization(organization)).toBe("free");
    const job = { requestId: "reconcile", signal: signal() };
    expect(await reconcileAll(job)).toMatchObject({ repaired: 1, failed: 0 });
    expect(await planOfOrganization(organization)).toBe("pro");
    expect(await reconcileAll(job)).toMatchObject({ repaired: 0, failed: 0 });
    await made.stripe.subscriptions.cancel(id);
    expect(await reconcileAll(job)).toMatchObject({ repaired: 1 });
    expect(await planOfOrganization(organization)).toBe("free");
    await made.deliver(true);
  });

  test("of a customer whom nobody knows stays unresolved, and acts once somebody does", async () => {
    const { id: customer } = await made.stripe.customers.create({ payment_method: "pm_card_visa" });
    await made.settle();
    const [event] = await eventsOf(customer);
    expect(event).toMatchObject({ state: "unresolved", tries: 1, error: "unknown customer" });
    await made.stripe.customers.update(customer, {
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    await made.subscribe(customer);
    await made.settle();
    await platformDb().billingCustomer.create({
      data: { organizationId: organization.id, customerId: customer },
    });
    await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
    await runDueJobs();
    expect(await planOfOrganization(organization)).toBe("pro");
    expect((await eventsOf(customer)).every(({ state }) => state === "done")).toBe(true);
  });

  test("that Stripe's trouble keeps from acting is seen as failed, and acts when it is over", async () => {
    const customer = await made.customerOf(organization);
    await made.settle();
    await made.deliver(false);
    await made.subscribe(customer);
    await made.deliver(true);
    await made.control("fail", { status: 404, method: "GET", path: "/v1/subscriptions" });
    await made.control("emit", { type: "customer.updated", object: customer });
    await made.settle();
    expect((await eventsOf(customer)).at(-1)).toMatchObject({ state: "failed", tries: 1 });
    expect(await planOfOrganization(organization)).toBe("free");
    await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
    await runDueJobs();
    expect((await eventsOf(customer)).at(-1)).toMatchObject({ state: "done", error: null });
    expect(await planOfOrganization(organization)).toBe("pro");
  });
});

/** Events of this test's stand-in that concern no customer of ours. */
async function strangers(): Promise<number> {
  const { rows } = await ownerPool("main").query<{ id: string }>(
    "SELECT payload->>'eventId' AS id FROM astra.outbox WHERE name = 'billing.take-event'",
  );
  const known = await platformDb().stripeEvent.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    select: { customerId: true },
  });
  const mine = await platformDb().billingCustomer.findUnique({ where: { organizationId: organization.id } });
  return known.filter(({ customerId }) => customerId !== mine?.customerId).length;
}

describe("what is not an event that Stripe signed just now is refused, and leaves nothing", () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const event = (more: object = {}) =>
    JSON.stringify({
      id: "evt_forged",
      object: "event",
      type: "customer.updated",
      created: now(),
      livemode: false,
      data: { object: { object: "customer", id: "cus_any" } },
      ...more,
    });
  const sign = (body: string, at = now(), secret = webhookSecret) =>
    `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;

  async function send(body: string, signature: string | null): Promise<{ status: number; reason?: string }> {
    const headers = {
      "content-type": "application/json",
      ...(signature ? { "stripe-signature": signature } : {}),
    };
    const answer = await fetch(made.hookUrl, { method: "POST", body, headers });
    const read = (await answer.json()) as { reason?: string };
    return { status: answer.status, ...(read.reason ? { reason: read.reason } : {}) };
  }

  const badSignature = { status: 400, reason: "bad_signature" };
  test.each<[string, () => [string, string | null], object]>([
    ["unsigned", () => [event(), null], badSignature],
    ["signed with another secret", () => [event(), sign(event(), now(), "whsec_other")], badSignature],
    ["tampered with", () => [event({ type: "invoice.paid" }), sign(event())], badSignature],
    ["six minutes old", () => [event(), sign(event(), now() - 360)], badSignature],
    ["six minutes in the future", () => [event(), sign(event(), now() + 360)], badSignature],
    ["with two times", () => [event(), `${sign(event(), now() + 360)},t=${now()}`], badSignature],
    [
      "with two times, the right one first",
      () => [event(), `t=${now()},${sign(event(), now() + 360)}`],
      badSignature,
    ],
    [
      "of live mode",
      () => [event({ livemode: true }), sign(event({ livemode: true }))],
      { status: 400, reason: "other_mode" },
    ],
    ["not JSON", () => ["{", sign("{")], { status: 400, reason: "bad_request" }],
    ["no event", () => ["{}", sign("{}")], { status: 400, reason: "bad_request" }],
    ["null", () => ["null", sign("null")], { status: 400, reason: "bad_request" }],
    ["empty", () => ["", sign("")], { status: 400, reason: "bad_request" }],
    ["huge", () => [event({ more: "x".repeat(600_000) }), "t=1,v1=00"], { status: 413, reason: "too_large" }],
  ])("%s", async (_, given, answer) => {
    const [body, signature] = given();
    expect(await send(body, signature)).toEqual(answer);
    expect(await platformDb().stripeEvent.count({ where: { id: "evt_forged" } })).toBe(0);
  });

  test("of test mode where real money moves, and the other way round", async () => {
    const former = env().STRIPE_SECRET_KEY;
    Object.assign(env(), { STRIPE_SECRET_KEY: "rk_live_billing" });
    try {
      const body = event({ id: "evt_of_test" });
      expect(await send(body, sign(body))).toEqual({ status: 400, reason: "other_mode" });
      const live = event({ id: "evt_of_live", livemode: true });
      expect(await send(live, sign(live))).toEqual({ status: 200 });
    } finally {
      Object.assign(env(), { STRIPE_SECRET_KEY: former });
    }
    const noted = await platformDb().stripeEvent.findMany({ where: { id: { startsWith: "evt_of_" } } });
    expect(noted.map(({ id }) => id)).toEqual(["evt_of_live"]);
  });

  test("the same ones, signed with either secret of a rotation, are taken", async () => {
    for (const [index, secret] of ["whsec_test_former", webhookSecret].entries()) {
      const body = event({ id: `evt_good${index}` });
      expect(await send(body, sign(body, now(), secret))).toEqual({ status: 200 });
      expect(await platformDb().stripeEvent.count({ where: { id: `evt_good${index}` } })).toBe(1);
    }
  });
});

describe("syncCustomer", () => {
  test("eight times at once takes turns, and tells of one change", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await made.control("idle");
    await Promise.all(Array.from({ length: 8 }, () => syncCustomer(customer, "burst")));
    const row = await rowOf(organization);
    const turn = await platformDb().billingCustomer.findUnique({
      where: { organizationId: organization.id },
    });
    expect(turn).toMatchObject({ ticket: row?.ticket, heldUntil: null });
    expect(await billingEntries(organization)).toHaveLength(0);
    await runDueJobs();
    expect(await billingEntries(organization)).toHaveLength(1);
  });

  test("waits for no worker that died while it looked, and hears no more of it", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    const lost = await takeTurn(customer);
    const { id: organizationId } = organization;
    await platformDb().billingCustomer.updateMany({
      where: { organizationId },
      data: { heldUntil: new Date(Date.now() - 1_000) },
    });
    expect(await syncCustomer(customer, "test")).toEqual({ known: true, changed: true });
    const next = await takeTurn(customer);
    if (!lost || !next) throw new Error("there was no turn");
    expect(next.ticket).toBe(lost.ticket + 2n);
    // What the dead one would still do does not end the turn of another.
    await giveTurnBack(lost);
    const held = await platformDb().billingCustomer.findUnique({ where: { organizationId } });
    expect(held?.heldUntil).not.toBeNull();
    await giveTurnBack(next);
  });

  test("keeps the plan under a status and a price that this version does not know", async () => {
    const customer = await made.customerOf(organization);
    const { id } = await made.subscribe(customer);
    await made.settle();
    const price = await made.stripe.prices.create({
      product: "astra_pro",
      currency: "usd",
      unit_amount: 1,
      recurring: { interval: "month" },
    });
    const [item] = (await made.stripe.subscriptions.retrieve(id)).items.data;
    await made.stripe.subscriptions.update(id, { items: [{ id: item?.id ?? "", price: price.id }] });
    await made.settle();
    expect(await planOfOrganization(organization)).toBe("pro");
  });

  test("knows those who bought at a price that is sold no more by its product", async () => {
    const customer = await made.customerOf(organization);
    const former = await made.stripe.prices.create({
      product: "astra_business",
      currency: "usd",
      unit_amount: 2_500,
      recurring: { interval: "year" },
    });
    expect(former.lookup_key).toBeNull();
    const items = [{ price: former.id, quantity: 2 }];
    await made.stripe.subscriptions.create({ customer, items });
    await syncCustomer(customer, "test");
    expect(await planOfOrganization(organization)).toBe("business");
    expect(await rowOf(organization)).toMatchObject({
      plan: "business",
      priceLookupKey: "astra_business_year",
    });
  });

  test("an answer of Stripe that is none changes nothing", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await made.settle();
    await made.control("fail", { status: 404, count: 1, path: "/v1/subscriptions" });
    await expect(syncCustomer(customer, "test")).rejects.toMatchObject({ statusCode: 404 });
    expect(await planOfOrganization(organization)).toBe("pro");
  });
});

test("the subscription of an erased organization is canceled at Stripe, and nothing brings it back", async () => {
  await useUpReadyTenants();
  organization = await buildOrganization({ plan: "free" });
  const customer = await made.customerOf(organization);
  const { id } = await made.subscribe(customer);
  await made.settle();
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.profile.update({ where: { id: 1 }, data: { deletionAt: new Date(0) }, select: { id: true } }),
  );
  await eraseOrganization(organization.id);
  await runDueJobs();
  expect((await made.stripe.subscriptions.retrieve(id)).status).toBe("canceled");
  const late = await made.subscribe(customer);
  await made.settle();
  expect((await made.stripe.subscriptions.retrieve(late.id)).status).toBe("canceled");
  expect(await rowOf(organization)).toBeNull();
});
