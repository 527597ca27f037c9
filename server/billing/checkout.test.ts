import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { platformDb } from "../platform/database.ts";
import { planOfOrganization, TestStripe } from "../test/billing.ts";
import {
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";

const callerOf = createCallerFactory(appRouter);
const pro = { plan: "pro", interval: "month" } as const;
const business = { plan: "business", interval: "month" } as const;
const minuteMs = 60_000;

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

const billing = (later = 0, { owner, slug } = organization) =>
  callerOf(requestOf(owner, slug, clockAt(new Date(Date.now() + later).toISOString()))).billing;

async function customerId({ id }: TestOrganization): Promise<string> {
  const row = await platformDb().billingCustomer.findUniqueOrThrow({ where: { organizationId: id } });
  return row.customerId ?? "";
}

async function openPages(of = organization): Promise<string[]> {
  const customer = await customerId(of);
  const { data } = await made.stripe.checkout.sessions.list({ customer, status: "open", limit: 100 });
  return data.map(({ id }) => id);
}

/** What was thrown once, thrown again. */
async function thrown(error: unknown): Promise<never> {
  throw error;
}

describe("of one organization one page at most can be paid", () => {
  test("when two plans are chosen at the same moment", async () => {
    for (let round = 0; round < 4; round++) {
      organization = await buildOrganization({ plan: "free" });
      const asked = await Promise.allSettled([
        billing().startCheckout(pro),
        billing().startCheckout(business),
        billing().startCheckout(pro),
        billing().startCheckout({ ...business, interval: "year" }),
      ]);
      const handedOut = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value.sessionId] : []));
      const open = await openPages();
      expect(open.length).toBeLessThanOrEqual(1);
      // Whoever was last has a page; none is open that nobody was led to.
      for (const id of open) expect(handedOut).toContain(id);
      const refused = asked.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      const reasons = await Promise.all(refused.map((error) => refusalOf(thrown(error))));
      expect(reasons.filter(({ reason }) => reason !== "checkout_replaced")).toEqual([]);
      const last = await billing().startCheckout(pro);
      expect(await openPages()).toEqual([last.sessionId]);
    }
  });

  test("when Stripe failed while the page of another choice was to be closed", async () => {
    const first = await billing().startCheckout(pro);
    await made.control("fail", { status: 503, count: 3, method: "POST", path: `/v1/checkout/sessions` });
    expect(await refusalOf(billing().startCheckout(business))).toMatchObject({
      reason: "stripe_unavailable",
    });
    const second = await billing().startCheckout(business);
    expect(await openPages()).toEqual([second.sessionId]);
    expect(await made.pay(first.url)).toBeNull();
    expect(await made.pay(second.url)).not.toBeNull();
  });

  test("when one was replaced while Stripe kept it waiting for its page", async () => {
    await billing().startCheckout(pro);
    // Stripe's client tries again after half a second, and after another one.
    await made.control("fail", { status: 500, count: 2, method: "POST", path: "/v1/checkout/sessions" });
    const yearly = billing().startCheckout({ ...pro, interval: "year" });
    const slow = yearly.catch((error: unknown) => error);
    await sleep(300);
    const { sessionId } = await billing().startCheckout(business);
    await slow;
    expect(await openPages()).toEqual([sessionId]);
  });

  test("when the one that another choice replaces is paid before it can be closed", async () => {
    const first = await billing().startCheckout(pro);
    await made.control("fail", { status: 500, count: 2, method: "GET", path: "/v1/checkout/sessions" });
    const second = refusalOf(billing().startCheckout(business));
    await sleep(500);
    await made.pay(first.url);
    expect(await second).toMatchObject({ reason: "already_subscribed" });
    expect(await planOfOrganization(organization)).toBe("pro");
  });

  test("when the page that another choice replaces was paid just before", async () => {
    const first = await billing().startCheckout(pro);
    await made.pay(first.url);
    expect(await refusalOf(billing().startCheckout(business))).toMatchObject({
      reason: "already_subscribed",
    });
    expect(await planOfOrganization(organization)).toBe("pro");
    expect(await openPages()).toEqual([]);
  });
});

describe("after Stripe has failed", () => {
  test("a page is opened that lasts as long as Stripe wants it to", async () => {
    await made.control("fail", { status: 500, count: 3, method: "POST", path: "/v1/checkout/sessions" });
    const early = billing(-40 * minuteMs).startCheckout(pro);
    expect(await refusalOf(early)).toMatchObject({ reason: "stripe_unavailable" });
    // Of the first try's hour too little is left for Stripe by now.
    expect((await billing().startCheckout(pro)).url).toMatch(/^http/);
  });

  test("a failure that Stripe remembers by its key does not come back for ever", async () => {
    await made.control("fail", {
      status: 500,
      count: 1,
      remembered: true,
      method: "POST",
      path: "/v1/customers",
    });
    expect(await refusalOf(billing().startCheckout(pro))).toMatchObject({ reason: "stripe_unavailable" });
    await made.control("fail", {
      status: 500,
      count: 1,
      remembered: true,
      method: "POST",
      path: "/v1/checkout/sessions",
    });
    expect(await refusalOf(billing().startCheckout(pro))).toMatchObject({ reason: "stripe_unavailable" });
    const { url } = await billing().startCheckout(pro);
    expect(await made.pay(url)).not.toBeNull();
  });
});

test("a page of another customer's is none of ours, though it stood with our attempt", async () => {
  const other = await buildOrganization({ plan: "free" });
  const theirs = await billing(0, other).startCheckout(pro);
  await made.pay(theirs.url);
  const { id: organizationId } = organization;
  const ours = await billing().startCheckout(pro);
  await platformDb().checkoutAttempt.update({
    where: { sessionId: theirs.sessionId },
    data: { sessionId: null },
    select: { id: true },
  });
  await platformDb().checkoutAttempt.updateMany({
    where: { organizationId, sessionId: ours.sessionId },
    data: { sessionId: theirs.sessionId },
  });
  expect(await refusalOf(billing().confirmCheckout({ sessionId: theirs.sessionId }))).toMatchObject({
    reason: "not_found",
  });
  expect(await planOfOrganization(organization)).toBe("free");
});

test("a customer that was deleted at Stripe takes the plan along, and is followed by a new one", async () => {
  const { url, sessionId } = await billing().startCheckout(pro);
  await made.pay(url);
  await billing().confirmCheckout({ sessionId });
  expect(await planOfOrganization(organization)).toBe("pro");
  const former = await customerId(organization);
  await made.stripe.customers.del(former);
  const next = await billing().startCheckout(business);
  expect(await planOfOrganization(organization)).toBe("free");
  expect(await customerId(organization)).not.toBe(former);
  await made.pay(next.url);
  await billing().confirmCheckout({ sessionId: next.sessionId });
  expect(await planOfOrganization(organization)).toBe("business");
});

describe("a trial is had once by a payer", () => {
  const trialDays = async ({ id }: TestOrganization) => {
    const where = { organizationId: id };
    const found = await platformDb().checkoutAttempt.findFirstOrThrow({ where, orderBy: { id: "desc" } });
    return found.trialDays;
  };

  test("who asks in several organizations at once after a page that came to nothing", async () => {
    await billing().startCheckout(pro);
    const others = await Promise.all(
      Array.from({ length: 4 }, () => buildOrganization({ plan: "free", owner: organization.owner })),
    );
    await Promise.all(others.map((other) => billing(180 * minuteMs, other).startCheckout(pro)));
    const days = await Promise.all(others.map(trialDays));
    expect(days.filter((count) => count > 0)).toHaveLength(1);
  });

  test("whose page closed just now, as it may have been paid in its last moment", async () => {
    await billing().startCheckout(pro);
    const other = await buildOrganization({ plan: "free", owner: organization.owner });
    await billing(61 * minuteMs, other).startCheckout(pro);
    expect(await trialDays(other)).toBe(0);
  });

  test("and who has another address since", async () => {
    const { url, sessionId } = await billing().startCheckout(pro);
    await made.pay(url);
    await billing().confirmCheckout({ sessionId });
    await platformDb().account.update({
      where: { id: organization.owner.accountId },
      data: { email: `moved-${organization.slug}@example.test` },
      select: { id: true },
    });
    const other = await buildOrganization({ plan: "free", owner: organization.owner });
    await billing(0, other).startCheckout(pro);
    expect(await trialDays(other)).toBe(0);
  });
});
