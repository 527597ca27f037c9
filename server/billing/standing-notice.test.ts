import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forgetDirectory } from "../access/directory.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { TestStripe } from "../test/billing.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import type { SubscriptionFacts } from "../tenancy/context.ts";
import { billingNotice } from "./standing-notice.ts";
import { syncCustomer } from "./sync.ts";

const now = new Date("2027-03-10T12:00:00Z");
const dayMs = 86_400_000;
const days = (count: number) => new Date(now.getTime() + count * dayMs);

const active: SubscriptionFacts = {
  status: "active",
  unpaidSince: null,
  cancelAt: null,
  lastLevel: "full",
  trialEnd: null,
  cardLast4: "4242",
};
const trialing = { ...active, status: "trialing" };
const overdue = { ...active, status: "past_due" };

type Row = [state: string, facts: SubscriptionFacts | null, owner: unknown, member: unknown];
const rows: Row[] = [
  ["nothing bought", null, null, null],
  ["paid", active, null, null],
  ["a trial with four days left", { ...trialing, trialEnd: days(4) }, null, null],
  [
    "a trial that charges in three days",
    { ...trialing, trialEnd: days(3) },
    { kind: "trial_charges", at: days(3) },
    null,
  ],
  [
    "a trial without a card",
    { ...trialing, trialEnd: days(1), cardLast4: null },
    { kind: "trial_ends", at: days(1) },
    null,
  ],
  [
    "a trial that was canceled",
    { ...trialing, trialEnd: days(2), cancelAt: days(2) },
    { kind: "subscription_ends", at: days(2) },
    null,
  ],
  ["an end in eight days", { ...active, cancelAt: days(8) }, null, null],
  [
    "an end within a week",
    { ...active, cancelAt: days(7) },
    { kind: "subscription_ends", at: days(7) },
    null,
  ],
  ["an end that has come", { ...active, cancelAt: days(-1) }, null, null],
  ["ended", { ...active, status: "canceled" }, null, null],
  [
    "a payment that failed yesterday",
    { ...overdue, unpaidSince: days(-1) },
    { kind: "past_due", at: days(6) },
    { kind: "no_growth", at: null },
  ],
  [
    "a payment that failed, and an end soon",
    { ...overdue, unpaidSince: days(-1), cancelAt: days(3) },
    { kind: "past_due", at: days(6) },
    { kind: "no_growth", at: null },
  ],
  [
    "a payment that failed long ago",
    { ...overdue, unpaidSince: days(-8) },
    { kind: "unpaid", at: null },
    { kind: "read_only", at: null },
  ],
  [
    "unpaid",
    { ...active, status: "unpaid", unpaidSince: days(-1) },
    { kind: "unpaid", at: null },
    { kind: "read_only", at: null },
  ],
  ["paused", { ...active, status: "paused" }, { kind: "paused", at: null }, { kind: "read_only", at: null }],
  [
    "a status that nobody knows, after read-only",
    { ...active, status: "frozen", lastLevel: "read_only" },
    { kind: "read_only", at: null },
    { kind: "read_only", at: null },
  ],
  [
    "a status that nobody knows, after a grace",
    { ...active, status: "frozen", lastLevel: "grace" },
    { kind: "no_growth", at: null },
    { kind: "no_growth", at: null },
  ],
];

describe("billingNotice", () => {
  test.each(rows)("%s", (_, subscription, owner, member) => {
    const organization = { id: "1", slug: "acme", name: "Acme", plan: "pro", subscription };
    expect(billingNotice(organization, now, true)).toEqual(owner);
    expect(billingNotice(organization, now, false)).toEqual(member);
  });
});

describe("organization.get", () => {
  const callerOf = createCallerFactory(appRouter);
  let made: TestStripe;
  let organization: TestOrganization;
  let viewer: TestMember;

  beforeAll(async () => {
    made = await TestStripe.open();
    await made.deliver(false);
  });
  beforeEach(async () => {
    organization = await buildOrganization({ plan: "free" });
    viewer = await buildMember(organization, "viewer");
  });
  afterAll(async () => {
    await closeConnections();
    await made.close();
  });

  const noticeOf = async (member: TestMember, at: Date) => {
    const request = requestOf(member, organization.slug, clockAt(at.toISOString()));
    return (await callerOf(request).organization.get()).billingNotice;
  };
  const look = async (customer: string) => {
    await syncCustomer(customer, "test");
    forgetDirectory(organization.id);
  };

  test("says that a payment failed to those who see billing, to others only what they cannot do", async () => {
    const customer = await made.subscribed(organization);
    await made.stripe.customers.update(customer, {
      invoice_settings: { default_payment_method: "pm_card_chargeCustomerFail" },
    });
    await made.control("retries", { customer, days: [3], afterwards: "unpaid" });
    await made.control("advance", { customer, seconds: 32 * 86_400 });
    await look(customer);
    const failed = new Date();
    const until = (await noticeOf(organization.owner, failed))?.at;
    expect(until?.getTime()).toBeGreaterThan(failed.getTime() + 6 * dayMs);
    expect(await noticeOf(organization.owner, failed)).toMatchObject({ kind: "past_due" });
    expect(await noticeOf(viewer, failed)).toEqual({ kind: "no_growth", at: null });
    await made.control("advance", { customer, seconds: 4 * 86_400 });
    await look(customer);
    expect(await noticeOf(organization.owner, failed)).toEqual({ kind: "unpaid", at: null });
    expect(await noticeOf(viewer, failed)).toEqual({ kind: "read_only", at: null });
  });

  test("a trial without a card ends; with one that the portal took, it is charged", async () => {
    const { billing } = callerOf(requestOf(organization.owner, organization.slug));
    const { url, sessionId } = await billing.startCheckout({ plan: "pro", interval: "month" });
    await made.pay(url);
    await billing.confirmCheckout({ sessionId });
    const { subscription } = await billing.overview();
    const end = subscription?.trialEnd ?? now;
    const shortly = new Date(end.getTime() - 2 * dayMs);
    expect(await noticeOf(organization.owner, new Date())).toBeNull();
    expect(await noticeOf(organization.owner, shortly)).toEqual({ kind: "trial_ends", at: end });
    expect(await noticeOf(viewer, shortly)).toBeNull();
    const portal = await billing.openPortal();
    const card = new URLSearchParams({ act: "card", card: "4242424242424242" });
    await fetch(portal.url, { method: "POST", body: card, redirect: "manual" });
    const { customer } = await made.stripe.checkout.sessions.retrieve(sessionId);
    await look(typeof customer === "string" ? customer : (customer?.id ?? ""));
    expect(await noticeOf(organization.owner, shortly)).toEqual({ kind: "trial_charges", at: end });
    expect((await billing.overview()).subscription?.card).toMatchObject({ last4: "4242" });
  });
});
