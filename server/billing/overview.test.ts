import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { forgetDirectory } from "../access/directory.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { TestStripe } from "../test/billing.ts";
import { buildOrganization, closeConnections, requestOf, type TestOrganization } from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { syncCustomer } from "./sync.ts";

const callerOf = createCallerFactory(appRouter);
const pro = { plan: "pro", interval: "month" } as const;
const business = { plan: "business", interval: "month" } as const;

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

const billing = () => callerOf(requestOf(organization.owner, organization.slug)).billing;

/** What choosing each price comes to: "pro/month try". */
async function acts(): Promise<string[]> {
  const { choices } = await billing().overview();
  return choices.map(({ plan, interval, act }) => `${plan}/${interval} ${act}`);
}

test("plan and access are those of the subscription, also right after another process has written it", async () => {
  await made.subscribed(organization);
  expect(await billing().overview()).toMatchObject({ plan: "pro" });
  const { id } = organization;
  const data = { plan: "business" };
  await platformDb().organization.update({ where: { id }, data, select: { id: true } });
  await platformDb().subscription.update({ where: { organizationId: id }, data, select: { plan: true } });
  expect(await billing().overview()).toMatchObject({ ...data, subscription: data });
  expect(await billing().plans()).toMatchObject({ current: "business" });
  const unpaid = { status: "unpaid" };
  await platformDb().subscription.update({
    where: { organizationId: id },
    data: unpaid,
    select: { plan: true },
  });
  expect(await billing().overview()).toMatchObject({ access: { level: "read_only" } });
  const { projects } = callerOf(requestOf(organization.owner, organization.slug));
  expect(await refusalOf(projects.create({ name: "Late" }))).toMatchObject({ reason: "billing_read_only" });
});

test("where nothing can be bought nothing is offered", async () => {
  const former = env().STRIPE_SECRET_KEY;
  Object.assign(env(), { STRIPE_SECRET_KEY: undefined });
  try {
    expect(await billing().overview()).toMatchObject({ choices: [], mayTry: false, plan: "free" });
  } finally {
    Object.assign(env(), { STRIPE_SECRET_KEY: former });
  }
});

describe("what can be chosen", () => {
  test("is a trial or a purchase where nothing was bought", async () => {
    expect(await acts()).toEqual([
      "pro/month try",
      "pro/year try",
      "business/month try",
      "business/year try",
      "enterprise/month buy",
      "enterprise/year buy",
    ]);
    expect(await billing().overview()).toMatchObject({ subscription: null, former: null, portal: false });
  });

  test("is a change at once or at the end of what is paid, as the change itself decides", async () => {
    await made.subscribed(organization, "astra_business_year");
    expect(await acts()).toEqual([
      "pro/month later",
      "pro/year later",
      "business/month later",
      "business/year current",
      "enterprise/month later",
      "enterprise/year now",
    ]);
    await billing().scheduleDowngrade(pro);
    expect(await acts()).toContain("pro/month planned");
    const { choices } = await billing().overview();
    const previews = await Promise.allSettled(
      choices.map(({ plan, interval }) => billing().previewChange({ plan, interval })),
    );
    expect(previews.map(({ status }) => status === "fulfilled")).toEqual(
      choices.map(({ act }) => act === "now"),
    );
  });

  test("is a purchase without a trial after an end, and what ended is told", async () => {
    const customer = await made.subscribed(organization);
    const { data } = await made.stripe.subscriptions.list({ customer });
    for (const { id } of data) await made.stripe.subscriptions.cancel(id);
    await syncCustomer(customer, "test");
    forgetDirectory(organization.id);
    expect(await billing().overview()).toMatchObject({
      plan: "free",
      subscription: null,
      former: { plan: "pro", endedAt: expect.any(Date) },
      portal: true,
    });
  });
});

describe("what Stripe alone knows", () => {
  test("is the price of a seat and the next invoice", async () => {
    await made.subscribed(organization);
    expect(await billing().overview()).toMatchObject({
      subscription: { price: { amount: 1_500, currency: "usd" }, openInvoice: null, pendingPlan: null },
      nextInvoice: { amount: 1_500, currency: "usd", at: expect.any(Date) },
      complete: true,
    });
    await billing().cancel();
    expect(await billing().overview()).toMatchObject({ nextInvoice: null, complete: true });
  });

  test("is the invoice that waits for its payment, and the plan that waits with it", async () => {
    const customer = await made.subscribed(organization);
    const { amount, prorationDate } = await billing().previewChange(business);
    await made.control("outcome", { code: "insufficient_funds", customer });
    const { payUrl } = await billing().change({ ...business, amount, prorationDate });
    expect((await billing().overview()).subscription).toMatchObject({
      plan: "pro",
      openInvoice: { amount, currency: "usd", url: payUrl },
      pendingPlan: { ...business, until: expect.any(Date) },
    });
  });

  test("is missing where it does not answer, and all that we know is there", async () => {
    await made.subscribed(organization);
    await made.control("fail", { status: 500, count: 2, path: "/v1/subscriptions" });
    await made.control("fail", { status: 500, count: 2, path: "/v1/invoices" });
    expect(await billing().overview()).toMatchObject({
      plan: "pro",
      subscription: { status: "active", price: null, seats: 1 },
      nextInvoice: null,
      complete: false,
    });
  });
});
