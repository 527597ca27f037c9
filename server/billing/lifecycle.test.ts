import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forgetDirectory } from "../access/directory.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { eraseOrganization } from "../organizations/erase.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { billingEntries, forgetJobs, planOfOrganization, runDueJobs, TestStripe } from "../test/billing.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  doorOf,
  requestOf,
  useUpReadyTenants,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { refuseUnpaid } from "./access.ts";
import { syncCustomer } from "./sync.ts";

const callerOf = createCallerFactory(appRouter);
const pro = { plan: "pro", interval: "month" } as const;
const business = { plan: "business", interval: "month" } as const;
const enterprise = { plan: "enterprise", interval: "month" } as const;
const daySeconds = 86_400;

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

const owner = () => callerOf(requestOf(organization.owner, organization.slug));
const row = () => platformDb().subscription.findUniqueOrThrow({ where: { organizationId: organization.id } });

/** As after the events of what has just happened at Stripe. */
async function look(customer: string): Promise<void> {
  await syncCustomer(customer, "test");
  forgetDirectory(organization.id);
  await runDueJobs();
}

async function advance(customer: string, days: number): Promise<void> {
  await made.control("advance", { seconds: days * daySeconds, customer });
  await look(customer);
}

describe("a smaller plan that was planned, when the payment of a greater one is refused", () => {
  async function refused(): Promise<{ customer: string; invoice: string }> {
    const customer = await made.subscribed(organization, "astra_business_month");
    forgetDirectory(organization.id);
    await owner().billing.scheduleDowngrade(pro);
    const { amount, prorationDate } = await owner().billing.previewChange(enterprise);
    await made.control("outcome", { code: "insufficient_funds", customer });
    const { state } = await owner().billing.change({ ...enterprise, amount, prorationDate });
    expect(state).toBe("payment_needed");
    expect((await row()).nextPriceLookupKey).toBe("astra_pro_month");
    const { data } = await made.stripe.invoices.list({ customer, status: "open" });
    return { customer, invoice: data[0]?.id ?? "" };
  }

  test("falls away once that is paid by the link, which stands in the log", async () => {
    const { customer, invoice } = await refused();
    await look(customer);
    const [told] = (await owner().notifications.list({})).items;
    expect(told).toMatchObject({ kind: "payment_failed", times: 1 });
    expect(told?.text).toMatch(
      /for Enterprise .* not tried again by itself\. Everything goes on as before\./,
    );
    await made.stripe.invoices.pay(invoice);
    await look(customer);
    expect(await row()).toMatchObject({ plan: "enterprise", nextPriceLookupKey: null, scheduleId: null });
    expect((await billingEntries(organization)).at(-1)?.changes).toMatchObject({
      before: { plan: "business", nextPrice: "astra_pro_month" },
      after: { plan: "enterprise", nextPrice: null },
    });
    await advance(customer, 32);
    expect(await planOfOrganization(organization)).toBe("enterprise");
  });

  test("comes as it was planned when nobody pays", async () => {
    const { customer } = await refused();
    await advance(customer, 2);
    expect(await row()).toMatchObject({ plan: "business", nextPriceLookupKey: "astra_pro_month" });
    await advance(customer, 32);
    expect(await planOfOrganization(organization)).toBe("pro");
  });

  test("stands when it was planned under the greater plan", async () => {
    const { customer, invoice } = await refused();
    await made.stripe.invoices.pay(invoice);
    await look(customer);
    await owner().billing.scheduleDowngrade(business);
    await look(customer);
    expect(await row()).toMatchObject({ plan: "enterprise", nextPriceLookupKey: "astra_business_month" });
  });
});

test("a year instead of months is charged as it was shown, and months again wait for its end", async () => {
  const customer = await made.subscribed(organization);
  forgetDirectory(organization.id);
  const yearly = { plan: "pro", interval: "year" } as const;
  const { amount, prorationDate } = await owner().billing.previewChange(yearly);
  expect(await owner().billing.change({ ...yearly, amount, prorationDate })).toMatchObject({
    state: "changed",
  });
  const { data } = await made.stripe.invoices.list({ customer });
  expect(data[0]).toMatchObject({ status: "paid", amount_paid: amount });
  expect(await row()).toMatchObject({ plan: "pro", priceLookupKey: "astra_pro_year" });
  const { at } = await owner().billing.scheduleDowngrade(pro);
  expect(at?.getTime()).toBeGreaterThan(Date.now() + 364 * daySeconds * 1_000);
  await advance(customer, 330);
  expect(await row()).toMatchObject({ priceLookupKey: "astra_pro_year" });
  await advance(customer, 40);
  expect(await row()).toMatchObject({
    plan: "pro",
    priceLookupKey: "astra_pro_month",
    nextPriceLookupKey: null,
  });
});

test.each([
  ["at the period's end", { cancel_at_period_end: true }],
  ["at a moment", { cancel_at: Math.floor(Date.now() / 1_000) + 10 * daySeconds }],
])("an end that somebody set at Stripe, %s, is understood, taken back, and comes", async (_, end) => {
  const customer = await made.subscribed(organization);
  const { subscriptionId } = await row();
  await made.stripe.subscriptions.update(subscriptionId, end);
  await look(customer);
  const { cancelAt, cancelAtPeriodEnd } = await row();
  expect(cancelAt).not.toBeNull();
  expect(cancelAtPeriodEnd).toBe("cancel_at_period_end" in end);
  await owner().billing.resume();
  expect(await row()).toMatchObject({ cancelAt: null, cancelAtPeriodEnd: false });
  const { cancel_at: at, cancel_at_period_end: atEnd } =
    await made.stripe.subscriptions.retrieve(subscriptionId);
  expect([at, atEnd]).toEqual([null, false]);
  await made.stripe.subscriptions.update(subscriptionId, end);
  await advance(customer, 32);
  expect(await planOfOrganization(organization)).toBe("free");
});

test("a first payment that never comes gives nothing, takes nothing, and leaves the way to another", async () => {
  const customer = await made.customerOf(organization, "pm_card_chargeCustomerFail");
  const items = [{ price: await made.price("astra_pro_month"), quantity: 1 }];
  await made.stripe.subscriptions.create({ customer, items, payment_behavior: "allow_incomplete" });
  await look(customer);
  expect(await row()).toMatchObject({ status: "incomplete" });
  expect(await planOfOrganization(organization)).toBe("free");
  await owner().projects.create({ name: "Goes on" });
  expect((await owner().billing.startCheckout(business)).url).toMatch(/^http/);
  await advance(customer, 2);
  expect(await row()).toMatchObject({ status: "incomplete_expired" });
  expect(await planOfOrganization(organization)).toBe("free");
});

test("what is paused is read-only until it runs again, which is paid for", async () => {
  const { id: customer } = await made.stripe.customers.create();
  const { id: organizationId } = organization;
  await platformDb().billingCustomer.create({ data: { organizationId, customerId: customer } });
  await made.stripe.subscriptions.create({
    customer,
    items: [{ price: await made.price("astra_pro_month"), quantity: 1 }],
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method: "pause" } },
  });
  await advance(customer, 8);
  expect(await row()).toMatchObject({ status: "paused", plan: "pro" });
  expect(await refusalOf(owner().projects.create({ name: "Not now" }))).toMatchObject({
    reason: "billing_read_only",
  });
  // There is nothing to pay with yet.
  expect(await refusalOf(owner().billing.resume())).not.toBeNull();
  const { id: card } = await made.stripe.paymentMethods.attach("pm_card_visa", { customer });
  await made.stripe.customers.update(customer, { invoice_settings: { default_payment_method: card } });
  await owner().billing.resume();
  forgetDirectory(organization.id);
  expect(await row()).toMatchObject({ status: "active", plan: "pro" });
  await owner().projects.create({ name: "Now" });
  const { data } = await made.stripe.invoices.list({ customer });
  expect(data[0]).toMatchObject({ status: "paid", amount_paid: 1_500 });
});

test("of what is paused and ends only the end is taken back, which costs nothing", async () => {
  const { id: customer } = await made.stripe.customers.create({
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  const { id: organizationId } = organization;
  await platformDb().billingCustomer.create({ data: { organizationId, customerId: customer } });
  const { id } = await made.stripe.subscriptions.create({
    customer,
    items: [{ price: await made.price("astra_pro_month"), quantity: 1 }],
  });
  const { data: before } = await made.stripe.invoices.list({ customer });
  const end = Math.floor(Date.now() / 1_000) + 20 * daySeconds;
  const paused = { ...(await made.stripe.subscriptions.update(id, { cancel_at: end })), status: "paused" };
  const list = { object: "list", url: "/v1/subscriptions", has_more: false, data: [paused] };
  // As a customer has it whom Stripe paused.
  await made.control("fail", {
    status: 200,
    method: "GET",
    path: "/v1/subscriptions",
    body: JSON.stringify(list),
    count: 1,
  });
  await owner().billing.resume();
  expect(await made.stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at: null });
  expect((await made.stripe.invoices.list({ customer })).data).toHaveLength(before.length);
});

describe("whoever owns the organization", () => {
  const ago = (days: number) => new Date(Date.now() - days * daySeconds * 1_000);

  test.each<[string, { status: string; unpaidSince: Date | null }, string]>([
    ["paid for", { status: "active", unpaidSince: null }, "full"],
    ["in the grace after a failed payment", { status: "past_due", unpaidSince: ago(1) }, "grace"],
    ["overdue", { status: "past_due", unpaidSince: ago(8) }, "read_only"],
    ["unpaid", { status: "unpaid", unpaidSince: ago(40) }, "read_only"],
    ["paused", { status: "paused", unpaidSince: null }, "read_only"],
    ["canceled", { status: "canceled", unpaidSince: null }, "full"],
  ])("reaches billing, the members, an export and the way out where it is %s", async (_, state, level) => {
    const member = await buildMember(organization, "viewer");
    await made.subscribed(organization);
    const { id: organizationId } = organization;
    await platformDb().subscription.update({
      where: { organizationId },
      data: state,
      select: { status: true },
    });
    forgetDirectory(organizationId);
    const { billing, members, audit, organization: own, notifications } = owner();
    expect((await billing.overview()).access.level).toBe(level);
    await billing.plans();
    await billing.invoices({});
    expect((await billing.openPortal()).url).toMatch(/^http/);
    expect((await members.list()).items).toHaveLength(2);
    await members.suspend({ id: member.memberId });
    await members.remove({ id: member.memberId });
    await audit.export({ format: "csv" });
    await audit.list({});
    await own.get();
    await notifications.list({});
    await own.scheduleDeletion({ confirm: organization.slug });
    await own.cancelDeletion();
  });

  test("finds every change shut that does not lead out, and every one that does open, where it is read-only", async () => {
    const door = await doorOf(organization.owner);
    const shut = { ...door, organization: { ...door.organization, access: "read_only" as const } };
    const mutations = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
      // The router keeps its procedures by path; their declared type is that of the nested tree.
      const { type } = (procedure as unknown as { _def: { type: string } })._def;
      return type === "mutation" ? [path] : [];
    });
    const isOpen = (path: string) => {
      try {
        refuseUnpaid(shut, path);
        return true;
      } catch {
        return false;
      }
    };
    const open = mutations.filter(isOpen).toSorted((one, other) => one.localeCompare(other));
    expect(open).toEqual(
      expect.arrayContaining([
        "apiKeys.revoke",
        "audit.export",
        "audit.streams.delete",
        "audit.streams.pause",
        "billing.cancel",
        "billing.change",
        "billing.openPortal",
        "billing.startCheckout",
        "invites.revoke",
        "members.remove",
        "members.suspend",
        "organization.cancelDeletion",
        "organization.scheduleDeletion",
        "webhooks.delete",
        "webhooks.pause",
      ]),
    );
    for (const path of [
      "projects.create",
      "tasks.update",
      "invites.create",
      "roles.create",
      "apiKeys.create",
    ]) {
      expect(mutations).toContain(path);
      expect(open).not.toContain(path);
    }
    const areas = new Set(open.map((path) => path.slice(0, path.indexOf("."))));
    expect([...areas]).toEqual([
      "apiKeys",
      "audit",
      "billing",
      "invites",
      "members",
      "notifications",
      "organization",
      "webhooks",
    ]);
  });
});

test("the open checkout page of an erased organization is closed at Stripe", async () => {
  await useUpReadyTenants();
  organization = await buildOrganization({ plan: "free" });
  const { url, sessionId } = await owner().billing.startCheckout(pro);
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.profile.update({ where: { id: 1 }, data: { deletionAt: new Date(0) }, select: { id: true } }),
  );
  await eraseOrganization(organization.id);
  await runDueJobs();
  expect((await made.stripe.checkout.sessions.retrieve(sessionId)).status).toBe("expired");
  expect(await made.pay(url)).toBeNull();
});
