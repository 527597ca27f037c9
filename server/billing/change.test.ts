import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findOrganizationById, forgetDirectory } from "../access/directory.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { forgetJobs, planOfOrganization, runDueJobs, TestStripe } from "../test/billing.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { fitSeats } from "./seats.ts";
import { reconcileAll } from "./reconcile.ts";
import { giveTurnBack, takeTurn } from "./turn.ts";

const callerOf = createCallerFactory(appRouter);
const pro = { plan: "pro", interval: "month" } as const;
const business = { plan: "business", interval: "month" } as const;
const enterprise = { plan: "enterprise", interval: "month" } as const;

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

const billing = () => callerOf(requestOf(organization.owner, organization.slug)).billing;

async function subscriptionOf(customer: string) {
  const { data } = await made.stripe.subscriptions.list({ customer, status: "all" });
  const [only] = data;
  if (!only) throw new Error("There is no subscription");
  return only;
}

/** Does what is to be done now and soon. */
async function runJobs(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
    await runDueJobs();
  }
}

describe("a trial goes on", () => {
  async function tried(): Promise<string> {
    const { url, sessionId } = await billing().startCheckout(business);
    await made.pay(url);
    await billing().confirmCheckout({ sessionId });
    forgetDirectory(organization.id);
    const row = await platformDb().billingCustomer.findUniqueOrThrow({
      where: { organizationId: organization.id },
    });
    return row.customerId ?? "";
  }

  test("with a smaller plan that is to follow it, and with other seats then", async () => {
    const customer = await tried();
    const { trial_end: end } = await subscriptionOf(customer);
    await billing().scheduleDowngrade(pro);
    expect(await subscriptionOf(customer)).toMatchObject({ status: "trialing", trial_end: end });
    await buildMember(organization, "viewer");
    const run = { requestId: "test", signal: new AbortController().signal };
    expect(await reconcileAll(run, { organizationId: organization.id })).toMatchObject({ seats: 1 });
    const { items, ...after } = await subscriptionOf(customer);
    expect(after).toMatchObject({ status: "trialing", trial_end: end });
    expect(items.data[0]?.quantity).toBe(2);
    const { data } = await made.stripe.invoices.list({ customer });
    expect(data.map(({ amount_paid: paid }) => paid)).toEqual([0]);
  });
});

describe("two changes at once", () => {
  test("of two greater plans end with the greater one, and cost what it costs", async () => {
    const customer = await made.subscribed(organization);
    const [smaller, greater] = await Promise.all([
      billing().previewChange(business),
      billing().previewChange(enterprise),
    ]);
    const change = (choice: typeof business | typeof enterprise, { amount, prorationDate }: typeof smaller) =>
      billing().change({ ...choice, amount, prorationDate });
    await Promise.allSettled([change(enterprise, greater), change(business, smaller)]);
    const plan = await planOfOrganization(organization);
    const { data } = await made.stripe.invoices.list({ customer });
    const paid = data
      .filter(({ billing_reason: reason }) => reason === "subscription_update")
      .reduce((sum, { amount_paid: amount }) => sum + amount, 0);
    // One was confirmed for what was shown; the other one saw that things are different by now.
    expect(paid).toBe(plan === "enterprise" ? greater.amount : smaller.amount);
  });

  test("of the plan and of the seats leave a change that waits for its payment alone", async () => {
    for (let round = 0; round < 3; round++) {
      organization = await buildOrganization({ plan: "free" });
      const customer = await made.subscribed(organization);
      forgetDirectory(organization.id);
      await runJobs();
      const { amount, prorationDate } = await billing().previewChange(business);
      const roles = await callerOf(requestOf(organization.owner, organization.slug)).roles.list();
      const roleId = roles.find(({ key }) => key === "viewer")?.id ?? "";
      await made.control("outcome", { code: "insufficient_funds", customer });
      const email = `raced-${organization.slug}@example.test`;
      const [changed] = await Promise.all([
        billing().change({ ...business, amount, prorationDate }),
        sleep(10 * round).then(async () => {
          await callerOf(requestOf(organization.owner, organization.slug)).invites.create({
            invites: [{ email, roleId }],
          });
          await runJobs();
        }),
      ]).catch((error: unknown) => [error]);
      const { pending_update: pending } = await subscriptionOf(customer);
      // Either nothing was tried, as what was shown had changed, or what was tried still waits.
      const tried = (changed as { state?: string }).state === "payment_needed";
      expect(pending !== null).toBe(tried);
    }
  });
});

describe("a change stands on what Stripe has", () => {
  test("not on what we knew: a plan that was released, or changed, there meanwhile", async () => {
    const customer = await made.subscribed(organization, "astra_business_month");
    await billing().scheduleDowngrade(pro);
    const [planned] = (await made.stripe.subscriptionSchedules.list({ customer })).data;
    // Somebody did it in Stripe's dashboard, and its event is lost.
    await made.stripe.subscriptionSchedules.release(planned?.id ?? "");
    expect(await refusalOf(billing().revokeDowngrade())).toMatchObject({ reason: "no_subscription" });
    const { at } = await billing().scheduleDowngrade(pro);
    expect((await billing().overview()).subscription?.nextPlan).toEqual({ ...pro, at });
    await billing().cancel();
    expect((await billing().overview()).subscription?.cancelAt).toEqual(at);
  });

  test("one that failed half way is seen as it is, and can be made again", async () => {
    await made.subscribed(organization, "astra_business_month");
    await made.control("fail", {
      status: 500,
      count: 3,
      method: "POST",
      path: "/v1/subscription_schedules/",
    });
    expect(await refusalOf(billing().scheduleDowngrade(pro))).toMatchObject({ reason: "stripe_unavailable" });
    const { at } = await billing().scheduleDowngrade(pro);
    expect((await billing().overview()).subscription?.nextPlan).toEqual({ ...pro, at });
  });

  test("and waits for whoever looks at the customer", async () => {
    const customer = await made.subscribed(organization);
    const turn = await takeTurn(customer);
    if (!turn) throw new Error("There was no turn");
    let canceled = false;
    const canceling = billing()
      .cancel()
      .then(() => {
        canceled = true;
      });
    await sleep(300);
    expect(canceled).toBe(false);
    expect((await subscriptionOf(customer)).cancel_at_period_end).toBe(false);
    await giveTurnBack(turn);
    await canceling;
    expect((await subscriptionOf(customer)).cancel_at_period_end).toBe(true);
  });
});

describe("nothing is changed", () => {
  test("for an amount that was shown too long ago, or is of a time to come", async () => {
    await made.subscribed(organization);
    const { amount, prorationDate } = await billing().previewChange(business);
    for (const seconds of [901, -5]) {
      const at = clockAt(new Date((prorationDate + seconds) * 1_000).toISOString());
      const { billing: then } = callerOf(requestOf(organization.owner, organization.slug, at));
      expect(await refusalOf(then.change({ ...business, amount, prorationDate }))).toMatchObject({
        reason: "preview_outdated",
      });
    }
    expect(await planOfOrganization(organization)).toBe("pro");
  });

  test("later for a subscription that ends, and not for one that is no smaller", async () => {
    await made.subscribed(organization, "astra_business_month");
    expect(await refusalOf(billing().scheduleDowngrade(business))).toMatchObject({ reason: "same_plan" });
    expect(await refusalOf(billing().scheduleDowngrade(enterprise))).toMatchObject({ reason: "same_plan" });
    expect(await refusalOf(billing().revokeDowngrade())).toMatchObject({ reason: "no_subscription" });
    expect(await refusalOf(billing().resume())).toMatchObject({ reason: "no_subscription" });
    await billing().cancel();
    const ending = { reason: "subscription_ending" };
    expect(await refusalOf(billing().scheduleDowngrade(pro))).toMatchObject(ending);
    expect(await refusalOf(billing().previewChange(enterprise))).toMatchObject(ending);
    await billing().resume();
    expect((await billing().scheduleDowngrade(pro)).over).toEqual([]);
  });

  test("on top of what is owed, be it that we have not heard of it", async () => {
    const customer = await made.subscribed(organization);
    const { amount, prorationDate } = await billing().previewChange(business);
    await made.control("outcome", { code: "insufficient_funds", customer, times: 1 });
    await made.control("advance", { customer, seconds: 32 * 86_400 });
    for (const refused of [
      () => billing().change({ ...business, amount, prorationDate }),
      () => billing().previewChange(business),
      () => billing().scheduleDowngrade({ plan: "pro", interval: "year" }),
    ]) {
      expect(await refusalOf(refused())).toMatchObject({ reason: "payment_missing" });
    }
    expect((await subscriptionOf(customer)).schedule).toBeNull();
    expect(await planOfOrganization(organization)).toBe("pro");
  });

  test("where nothing was bought, or where it has ended at Stripe and nobody has said so", async () => {
    expect(await refusalOf(billing().cancel())).toMatchObject({ reason: "no_subscription" });
    const customer = await made.subscribed(organization);
    await made.stripe.subscriptions.cancel((await subscriptionOf(customer)).id);
    expect(await refusalOf(billing().cancel())).toMatchObject({ reason: "no_subscription" });
    expect(await planOfOrganization(organization)).toBe("free");
  });
});

test("of an organization that is being erased nothing is changed, and what runs on is ended", async () => {
  const customer = await made.subscribed(organization, "astra_business_month");
  await platformDb().billingCustomer.update({
    where: { organizationId: organization.id },
    data: { closedAt: new Date() },
    select: { closedAt: true },
  });
  expect(await refusalOf(billing().scheduleDowngrade(pro))).toMatchObject({ reason: "no_subscription" });
  const { status, schedule } = await subscriptionOf(customer);
  expect({ status, schedule }).toEqual({ status: "canceled", schedule: null });
});

describe("seats", () => {
  const door = async () => {
    const found = await findOrganizationById(organization.id);
    if (!found) throw new Error("There is no organization");
    return systemDoor(found, { id: "test", ip: null, userAgent: null });
  };

  test("of what is not paid for at present are set once it is", async () => {
    const customer = await made.subscribed(organization);
    await buildMember(organization, "viewer");
    for (const status of ["unpaid", "paused", "incomplete"]) {
      await platformDb().subscription.update({
        where: { organizationId: organization.id },
        data: { status },
        select: { status: true },
      });
      expect(await fitSeats(await door(), "test")).toBeNull();
    }
    await platformDb().subscription.update({
      where: { organizationId: organization.id },
      data: { status: "past_due" },
      select: { status: true },
    });
    expect(await fitSeats(await door(), "test")).toEqual({ from: 1, to: 2 });
    expect((await subscriptionOf(customer)).items.data[0]?.quantity).toBe(2);
  });

  test("are not set where Stripe says what we have not heard of: that nothing is paid for", async () => {
    const customer = await made.subscribed(organization);
    await buildMember(organization, "viewer");
    const { id, ...rest } = await subscriptionOf(customer);
    const body = JSON.stringify({ ...rest, id, status: "unpaid" });
    await made.control("fail", { status: 200, method: "GET", path: `/v1/subscriptions/${id}`, body });
    expect(await fitSeats(await door(), "test")).toBeNull();
    expect((await subscriptionOf(customer)).items.data[0]?.quantity).toBe(1);
  });

  test("are not set by a run that was overtaken while Stripe kept it waiting", async () => {
    const customer = await made.subscribed(organization);
    await buildMember(organization, "viewer");
    // Stripe's client tries again after half a second.
    await made.control("fail", { status: 500, count: 1, method: "GET", path: "/v1/subscriptions/" });
    const fitting = fitSeats(await door(), "test");
    await sleep(200);
    const overtaken = await platformDb().billingCustomer.updateMany({
      where: { organizationId: organization.id, heldUntil: { not: null } },
      data: { ticket: { increment: 1 } },
    });
    expect(overtaken.count).toBe(1);
    expect(await refusalOf(fitting)).toMatchObject({ reason: "busy" });
    expect((await subscriptionOf(customer)).items.data[0]?.quantity).toBe(1);
  });
});
