import { Stripe } from "stripe";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../../api/root.ts";
import { createCallerFactory } from "../../api/trpc.ts";
import { syncCustomer } from "../../billing/sync.ts";
import { until } from "../../dev/embedded/until.ts";
import { ownerPool } from "../../fleet/owner.ts";
import { platformDb } from "../../platform/database.ts";
import { env } from "../../platform/env.ts";
import { billingEntries, planOfOrganization, TestStripe, webhookSecret } from "../billing.ts";
import { buildOrganization, closeConnections, requestOf, type TestOrganization } from "../factories.ts";
import { refusalOf } from "../refusal.ts";
import { shiftDatabaseClock } from "./effects.ts";
import { startHoldingProxy } from "./holding-proxy.ts";
import { Stage, type WorkerProcess } from "./stage.ts";

// What Stripe's events may do to us besides stands with what takes them, in server/billing/events.test.ts; here
// whole processes and stores go away.
const patienceMs = 90_000;
const business = { plan: "business", interval: "month" } as const;
const callerOf = createCallerFactory(appRouter);
const stage = new Stage();
let made: TestStripe;
let organization: TestOrganization;

beforeAll(async () => {
  await stage.open();
  made = await TestStripe.open();
}, patienceMs);
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  await ownerPool("main").query("DELETE FROM astra.outbox");
});
afterEach(() => stage.tidy(), patienceMs);
afterAll(async () => {
  await closeConnections();
  await made.close();
  await stage.close();
}, patienceMs);

const billing = () => callerOf(requestOf(organization.owner, organization.slug)).billing;

/** A worker that asks the stand-in, or whatever stands before it. */
function startWorker(apiUrl = made.standIn.url): Promise<WorkerProcess> {
  return stage.startWorker({
    env: {
      STRIPE_SECRET_KEY: env().STRIPE_SECRET_KEY ?? "",
      STRIPE_API_URL: apiUrl,
      STRIPE_WEBHOOK_SECRETS: webhookSecret,
    },
  });
}

async function onPlan(plan: string): Promise<void> {
  const there = async () => (await planOfOrganization(organization)) === plan;
  await until(there, { what: `the plan ${plan}`, timeoutMs: patienceMs, everyMs: 50 });
}

async function allSettled(customerId: string): Promise<void> {
  const settled = async () =>
    (await platformDb().stripeEvent.count({ where: { customerId, doneAt: null } })) === 0;
  await until(settled, { what: "every event done", timeoutMs: patienceMs, everyMs: 50 });
}

async function noted(): Promise<void> {
  const there = async () => (await billingEntries(organization)).length > 0;
  await until(there, { what: "an entry in the log", timeoutMs: patienceMs, everyMs: 50 });
}

test("events that arrive while Redis is away are taken, and acted upon when it is back", async () => {
  const customer = await made.customerOf(organization);
  await made.control("idle");
  await startWorker();
  await stage.killRedis();
  await made.subscribe(customer);
  // Idle only once every delivery has its 200.
  await made.control("idle");
  const log = await fetch(`${made.standIn.url}/_control/deliveries`);
  const { attempts } = (await log.json()) as { attempts: { status: number | null }[] };
  expect(attempts.length).toBeGreaterThan(0);
  expect(attempts.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await platformDb().stripeEvent.count({ where: { customerId: customer } })).toBeGreaterThan(0);
  expect(await planOfOrganization(organization)).toBe("free");
  await stage.startRedis();
  await onPlan("pro");
  await allSettled(customer);
  await noted();
  expect(await billingEntries(organization)).toHaveLength(1);
}, 180_000);

test.each([
  ["before Stripe was asked", "request"],
  ["before its answer came", "answers"],
] as const)(
  "a worker that is killed in mid-look, %s, leaves its turn to the next one, and one change is told once",
  async (_when, what) => {
    const proxy = await startHoldingProxy(Number(new URL(made.standIn.url).port));
    const first = await startWorker(`http://127.0.0.1:${proxy.port}`);
    proxy.hold("GET /v1/subscriptions", what);
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    await until(() => proxy.isHolding(), { what: "a look under way", timeoutMs: patienceMs });
    await first.kill();
    await proxy.close();
    await made.control("idle");
    expect(await planOfOrganization(organization)).toBe("free");
    const held = await platformDb().billingCustomer.findUnique({ where: { customerId: customer } });
    expect(held?.heldUntil).not.toBeNull();
    await startWorker();
    // The dead one's turn and its rows are free after their time; nobody waits for that here.
    await platformDb().billingCustomer.updateMany({
      where: { customerId: customer },
      data: { heldUntil: new Date(0) },
    });
    await shiftDatabaseClock(120);
    await onPlan("pro");
    await allSettled(customer);
    await noted();
    expect(await billingEntries(organization)).toHaveLength(1);
  },
  180_000,
);

describe.each([
  ["500", 500],
  ["404 without an envelope", 404],
] as const)("Stripe that answers %s", (_name, status) => {
  /** Also to the client's own tries again, which follow a 500. */
  const failing = (method: string, path: string) => made.control("fail", { status, method, path, count: 3 });
  const unavailable = { code: "SERVICE_UNAVAILABLE", reason: "stripe_unavailable" };

  test("changes nothing in a look", async () => {
    const customer = await made.subscribed(organization);
    const before = await platformDb().subscription.findUnique({ where: { organizationId: organization.id } });
    await failing("GET", "/v1/subscriptions");
    await expect(syncCustomer(customer, "test")).rejects.toBeInstanceOf(Stripe.errors.StripeError);
    await made.control("idle");
    expect(
      await platformDb().subscription.findUnique({ where: { organizationId: organization.id } }),
    ).toEqual(before);
    await spent("GET", "/v1/subscriptions");
    expect(await syncCustomer(customer, "test")).toEqual({ known: true, changed: false });
  });

  test("opens no page, and opens one when it is over", async () => {
    await failing("POST", "/v1/checkout/sessions");
    expect(await refusalOf(billing().startCheckout(business))).toMatchObject(unavailable);
    await spent("POST", "/v1/checkout/sessions");
    expect((await billing().startCheckout(business)).url).toMatch(/^http/);
    expect(await planOfOrganization(organization)).toBe("free");
  });

  test("changes no plan, and the same preview holds when it is over", async () => {
    await made.subscribed(organization);
    const { amount, prorationDate } = await billing().previewChange(business);
    await failing("POST", "/v1/subscriptions");
    const changing = billing().change({ ...business, amount, prorationDate });
    expect(await refusalOf(changing)).toMatchObject(unavailable);
    expect(await planOfOrganization(organization)).toBe("pro");
    await spent("POST", "/v1/subscriptions");
    expect(await billing().change({ ...business, amount, prorationDate })).toMatchObject({
      state: "changed",
    });
    expect(await planOfOrganization(organization)).toBe("business");
  });

  /** Uses up what of the failures the client did not meet: after a 404 it does not ask again. */
  async function spent(method: string, path: string): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      const answer = await fetch(`${made.standIn.url}${path}`, { method });
      await answer.body?.cancel();
      if (answer.status !== status) return;
    }
  }
});
