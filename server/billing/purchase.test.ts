import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { forgetDirectory } from "../access/directory.ts";
import { platformDb } from "../platform/database.ts";
import { billingEntries, planOfOrganization, TestStripe } from "../test/billing.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { syncCustomer } from "./sync.ts";

const callerOf = createCallerFactory(appRouter);
const pro = { plan: "pro", interval: "month" } as const;
const business = { plan: "business", interval: "month" } as const;
const dayMs = 86_400_000;

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

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));
const billing = () => as(organization.owner).billing;
const sessionOf = (location: string | null) => new URL(location ?? "").searchParams.get("session_id") ?? "";

/** Lets a member of the billing role see what has just been bought. */
async function resynced(customer: string): Promise<void> {
  await syncCustomer(customer, "test");
  forgetDirectory(organization.id);
}

describe("buying", () => {
  test("leads through Stripe's page, and what was bought holds when one comes back", async () => {
    const { url, sessionId } = await billing().startCheckout(pro);
    expect(await planOfOrganization(organization)).toBe("free");
    const location = await made.pay(url);
    expect(location).toBe(
      `http://127.0.0.1:3000/${organization.slug}/billing/return?session_id=${sessionId}`,
    );
    expect(await billing().confirmCheckout({ sessionId: sessionOf(location) })).toEqual({
      checkout: "complete",
      plan: "pro",
      status: "trialing",
    });
    expect(await planOfOrganization(organization)).toBe("pro");
    const overview = await billing().overview();
    expect(overview).toMatchObject({
      plan: "pro",
      access: { level: "full", reason: "trial" },
      subscription: { status: "trialing", interval: "month", seats: 1, cancelAt: null },
      mayTry: false,
    });
    expect(await billing().invoices({})).toMatchObject({
      items: [{ total: 0, status: "paid" }],
      nextCursor: null,
    });
  });

  test("asked for ten times at once is one customer and one page", async () => {
    const pages = await Promise.all(Array.from({ length: 10 }, () => billing().startCheckout(pro)));
    expect(new Set(pages.map(({ url }) => url)).size).toBe(1);
    const customers = await made.stripe.customers.list({ limit: 100 });
    const ours = customers.data.filter(({ metadata }) => metadata.organization === organization.id);
    expect(ours).toHaveLength(1);
    expect(ours[0]?.name).toBe(organization.name);
  });

  test("in two tabs, of two plans, closes the first page; with a subscription there is none", async () => {
    const first = await billing().startCheckout(pro);
    const second = await billing().startCheckout(business);
    expect(second.url).not.toBe(first.url);
    expect(await made.pay(first.url)).toBeNull();
    expect(await made.pay(second.url)).not.toBeNull();
    // No event has come: Stripe is asked, and knows.
    expect(await refusalOf(billing().startCheckout(pro))).toMatchObject({ reason: "already_subscribed" });
    expect(await planOfOrganization(organization)).toBe("business");
  });

  test("a page that was not paid grants nothing, and neither does another organization's", async () => {
    const { sessionId } = await billing().startCheckout(pro);
    expect(await billing().confirmCheckout({ sessionId })).toEqual({
      checkout: "open",
      plan: null,
      status: null,
    });
    const other = await buildOrganization({ plan: "free" });
    const theirs = await as(other.owner).billing.startCheckout(pro);
    await made.pay(theirs.url);
    const { sessionId: foreign } = theirs;
    expect(await refusalOf(billing().confirmCheckout({ sessionId: foreign }))).toMatchObject({
      reason: "not_found",
    });
    expect(await planOfOrganization(organization)).toBe("free");
  });

  test("a trial is had once by an organization, and once by a payer", async () => {
    const trialDays = async ({ id }: TestOrganization) => {
      const where = { organizationId: id };
      const found = await platformDb().checkoutAttempt.findFirstOrThrow({ where, orderBy: { id: "desc" } });
      return found.trialDays;
    };
    const { url, sessionId } = await billing().startCheckout(pro);
    expect(await trialDays(organization)).toBe(14);
    await made.pay(url);
    await billing().confirmCheckout({ sessionId });
    const another = await buildOrganization({ plan: "free", owner: organization.owner });
    expect((await as(another.owner).billing.overview()).mayTry).toBe(false);
    await as(another.owner).billing.startCheckout(pro);
    expect(await trialDays(another)).toBe(0);
    const row = await platformDb().subscription.findUniqueOrThrow({
      where: { organizationId: organization.id },
    });
    await made.stripe.subscriptions.cancel(row.subscriptionId);
    await billing().startCheckout(pro);
    expect(await trialDays(organization)).toBe(0);
  });
});

describe("changing", () => {
  test("to a greater plan costs what was shown, to the cent", async () => {
    await made.subscribed(organization);
    const { amount, prorationDate, seats } = await billing().previewChange(business);
    expect(amount).toBeGreaterThan(0);
    expect(
      await refusalOf(billing().change({ ...business, amount: amount + 1, prorationDate })),
    ).toMatchObject({
      reason: "preview_outdated",
    });
    const answer = await billing().change({ ...business, amount, prorationDate });
    expect(answer).toEqual({ state: "changed", payUrl: null });
    expect(await planOfOrganization(organization)).toBe("business");
    const row = await platformDb().subscription.findUniqueOrThrow({
      where: { organizationId: organization.id },
    });
    expect(row.quantity).toBe(seats);
    const { data } = await made.stripe.invoices.list({ subscription: row.subscriptionId });
    expect(data[0]).toMatchObject({
      status: "paid",
      amount_paid: amount,
      billing_reason: "subscription_update",
    });
  });

  test("with a card that is declined leaves the old plan, and says where to pay", async () => {
    const customer = await made.subscribed(organization);
    const { amount, prorationDate } = await billing().previewChange(business);
    await made.control("outcome", { code: "insufficient_funds", customer });
    const { state, payUrl } = await billing().change({ ...business, amount, prorationDate });
    expect(state).toBe("payment_needed");
    expect(payUrl).toMatch(/^http/);
    expect(await planOfOrganization(organization)).toBe("pro");
  });

  test("to a smaller plan waits for the end of what is paid, and can be taken back", async () => {
    await made.subscribed(organization, "astra_business_month");
    expect(await refusalOf(billing().previewChange(pro))).toMatchObject({ reason: "same_plan" });
    const { at, over } = await billing().scheduleDowngrade(pro);
    expect(over).toEqual([]);
    expect((await billing().overview()).subscription?.nextPlan).toEqual({ ...pro, at });
    await billing().revokeDowngrade();
    expect((await billing().overview()).subscription?.nextPlan).toBeNull();
    expect(await planOfOrganization(organization)).toBe("business");
  });

  test("a card that is declined for a greater plan leaves a planned smaller one; one that pays takes it away", async () => {
    const customer = await made.subscribed(organization, "astra_business_month");
    const { at } = await billing().scheduleDowngrade(pro);
    const enterprise = { plan: "enterprise", interval: "month" } as const;
    const planned = async () => (await billing().overview()).subscription?.nextPlan;
    const first = await billing().previewChange(enterprise);
    await made.control("outcome", { code: "insufficient_funds", customer });
    const refused = await billing().change({
      ...enterprise,
      amount: first.amount,
      prorationDate: first.prorationDate,
    });
    expect(refused.state).toBe("payment_needed");
    expect(await planned()).toEqual({ ...pro, at });
    expect(await planOfOrganization(organization)).toBe("business");
    // Another moment: the same question would get the same answer of Stripe.
    const later = clockAt(new Date((first.prorationDate + 5) * 1_000).toISOString());
    const { billing: then } = callerOf(requestOf(organization.owner, organization.slug, later));
    const { amount, prorationDate } = await then.previewChange(enterprise);
    expect(await then.change({ ...enterprise, amount, prorationDate })).toMatchObject({ state: "changed" });
    expect(await planned()).toBeNull();
    expect(await planOfOrganization(organization)).toBe("enterprise");
  });

  test("an end is planned, taken back, and comes", async () => {
    const customer = await made.subscribed(organization);
    const { at } = await billing().cancel();
    expect((await billing().overview()).subscription?.cancelAt).toEqual(at);
    await billing().resume();
    expect((await billing().overview()).subscription?.cancelAt).toBeNull();
    await billing().cancel();
    const later = callerOf(
      requestOf(
        organization.owner,
        organization.slug,
        clockAt(new Date((at?.getTime() ?? 0) + 1_000).toISOString()),
      ),
    );
    // Nothing has come from Stripe, and the plan is over all the same.
    forgetDirectory(organization.id);
    expect(await later.organization.usage()).toMatchObject({ plan: "free" });
    const { subscriptionId } = await platformDb().subscription.findUniqueOrThrow({
      where: { organizationId: organization.id },
    });
    await made.stripe.subscriptions.cancel(subscriptionId);
    await resynced(customer);
    expect(await planOfOrganization(organization)).toBe("free");
  });
});

describe("a payment that is missing", () => {
  const ago = (days: number) => new Date(Date.now() - days * dayMs);

  async function owe(days: number): Promise<void> {
    await made.subscribed(organization);
    const { id: organizationId } = organization;
    await platformDb().subscription.update({
      where: { organizationId },
      data: { status: "past_due", unpaidSince: ago(days) },
      select: { status: true },
    });
    forgetDirectory(organizationId);
  }

  test("stops growth at once, and everything else goes on", async () => {
    await owe(1);
    const { projects } = as(organization.owner);
    expect(await refusalOf(projects.create({ name: "More" }))).toMatchObject({
      code: "PAYMENT_REQUIRED",
      reason: "payment_missing",
    });
    await as(organization.owner).organization.update({ name: "Still ours" });
    expect((await billing().overview()).access).toMatchObject({ level: "grace", reason: "past_due" });
  });

  test("makes it read-only after the grace, and the ways out stay open", async () => {
    const member = await buildMember(organization, "viewer");
    const suspended = await buildMember(organization, "viewer");
    await as(organization.owner).members.suspend({ id: suspended.memberId });
    await owe(8);
    const owner = as(organization.owner);
    const refused = { code: "PAYMENT_REQUIRED", reason: "billing_read_only" };
    expect(await refusalOf(owner.projects.create({ name: "More" }))).toMatchObject(refused);
    expect(await refusalOf(owner.organization.update({ name: "Another" }))).toMatchObject(refused);
    await owner.projects.list({});
    expect((await owner.billing.overview()).access).toMatchObject({ level: "read_only", reason: "overdue" });
    expect((await owner.billing.openPortal()).url).toMatch(/^http/);
    await owner.audit.export({ format: "csv" });
    expect(await refusalOf(owner.members.reactivate({ id: suspended.memberId }))).toMatchObject({
      code: "PAYMENT_REQUIRED",
      reason: "payment_missing",
    });
    await owner.members.remove({ id: member.memberId });
  });
});

test("who may only look changes nothing, and who may neither sees nothing", async () => {
  await made.subscribed(organization);
  const payer = await buildMember(organization, "billing");
  const viewer = await buildMember(organization, "viewer");
  await as(payer).billing.cancel();
  const { billing: theirs } = as(viewer);
  for (const ask of [theirs.overview, theirs.cancel, theirs.openPortal]) {
    expect(await refusalOf(ask())).toMatchObject({ reason: "missing_permission" });
  }
  expect(await billingEntries(organization, "billing.cancel")).toHaveLength(1);
});
