import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { forgetJobs, runDueJobs, TestStripe } from "../test/billing.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { hoursOf, useAt, usageDoor } from "../test/usage.ts";
import { foldUsage } from "./fold.ts";
import { hourOf } from "./periods.ts";
import { identifierOf, reportUsage } from "./report.ts";
import { trimOne } from "./trim.ts";

const hourMs = 3_600_000;

let made: TestStripe;
let organization: TestOrganization;
let customer: string;
beforeAll(async () => {
  made = await TestStripe.open();
  await made.deliver(false);
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  customer = await made.customerOf(organization);
  await forgetJobs();
});
afterAll(async () => {
  await made.close();
  await closeConnections();
});

/** The hour before the present one, and others before it. */
const hourBefore = (hours = 1) => new Date(hourOf(new Date()).getTime() - hours * hourMs);
const fold = () => foldUsage(usageDoor(organization, new Date()));
const report = (now = new Date()) => reportUsage(usageDoor(organization, now));

/** What Stripe has counted for the customer in the last days. */
async function countedAtStripe(eventName = "astra_api_calls"): Promise<number> {
  const { data } = await made.stripe.billing.meters.list({ status: "active", limit: 100 });
  const meter = data.find(({ event_name }) => event_name === eventName);
  const now = Math.ceil(Date.now() / 1_000);
  const { data: sums } = await made.stripe.billing.meters.listEventSummaries(meter?.id ?? "", {
    customer,
    start_time: now - 40 * 86_400,
    end_time: now,
  });
  return sums[0]?.aggregated_value ?? 0;
}

const statesOf = async () => (await hoursOf(organization)).map(({ state }) => state);

async function rowsOf() {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.usageHour.findMany({ select: { state: true, error: true, unsureSince: true, settledAt: true } }),
  );
}

/** Has the next reports go wrong. */
const fail = (status: number, more: object = {}) =>
  made.control("fail", { status, path: "/v1/billing/meter_events", ...more });

test("every hour is told to Stripe once, by the job that adding it up asked for", async () => {
  await useAt(organization, hourBefore(2), { quantity: 5 });
  await useAt(organization, hourBefore(), { quantity: 7 });
  await useAt(organization, hourBefore(), { quantity: 3, meter: "webhook_deliveries" });
  await fold();
  expect(await statesOf()).toEqual(["waiting", "waiting", "waiting"]);
  await runDueJobs();
  expect(await statesOf()).toEqual(["sent", "sent", "sent"]);
  expect(await countedAtStripe()).toBe(12);
  expect(await countedAtStripe("astra_webhook_deliveries")).toBe(3);
  await report();
  expect(await countedAtStripe()).toBe(12);
});

test("its identifier is the same each time, short enough, and its moment lies in the hour", async () => {
  const hour = hourBefore();
  const identifier = identifierOf(organization.id, { meter: "webhook_deliveries", hour });
  expect(identifier).toBe(`${organization.id}:webhook_deliveries:${hour.toISOString().slice(0, 13)}`);
  expect(identifier.length).toBeLessThanOrEqual(100);
});

test("a worker that dies between sending and noting sends it again, and Stripe counts it once", async () => {
  await useAt(organization, hourBefore(), { quantity: 9 });
  await fold();
  // It arrives, and nobody hears of it; nor do the client's own tries.
  await fail(500, { applied: true, count: 3 });
  await expect(report()).rejects.toThrow("Stripe has not taken it");
  expect(await countedAtStripe()).toBe(9);
  expect(await rowsOf()).toMatchObject([{ state: "waiting", unsureSince: expect.any(Date) }]);
  await report();
  expect(await rowsOf()).toMatchObject([{ state: "sent", unsureSince: null, settledAt: expect.any(Date) }]);
  expect(await countedAtStripe()).toBe(9);
});

test("a worker that is killed after it has marked what it sends leaves nothing behind", async () => {
  await useAt(organization, hourBefore(), { quantity: 9 });
  await fold();
  const stop = new AbortController();
  stop.abort(new Error("killed"));
  const door = usageDoor(organization, new Date());
  await expect(reportUsage(door, { signal: stop.signal })).rejects.toThrow("killed");
  expect(await rowsOf()).toMatchObject([{ state: "waiting", unsureSince: null }]);
  await report();
  expect(await countedAtStripe()).toBe(9);
});

test("ten reports at once count once", async () => {
  for (let hours = 1; hours <= 4; hours++) await useAt(organization, hourBefore(hours), { quantity: 10 });
  await fold();
  await Promise.all(Array.from({ length: 10 }, () => report()));
  expect(await statesOf()).toEqual(["sent", "sent", "sent", "sent"]);
  expect(await countedAtStripe()).toBe(40);
});

describe("when Stripe does not take it", () => {
  test("an outage leaves it waiting, and the job comes again", async () => {
    await useAt(organization, hourBefore(2), { quantity: 1 });
    await useAt(organization, hourBefore(), { quantity: 2 });
    await fold();
    await fail(503, { count: 3 });
    await expect(report()).rejects.toMatchObject({ reason: "stripe_unavailable" });
    // Of the second nobody was asked, so that nothing about it is unknown.
    expect(await rowsOf()).toMatchObject([
      { state: "waiting", unsureSince: expect.any(Date) },
      { state: "waiting", unsureSince: null },
    ]);
    await report();
    expect(await countedAtStripe()).toBe(3);
  });

  test("an hour that is refused stops no other, and is sent once it is not refused any more", async () => {
    await useAt(organization, hourBefore(), { quantity: 4 });
    await useAt(organization, hourBefore(), { quantity: 6, meter: "webhook_deliveries" });
    await fold();
    const { data } = await made.stripe.billing.meters.list({ status: "active", limit: 100 });
    const calls = data.find(({ event_name }) => event_name === "astra_api_calls");
    await made.stripe.billing.meters.deactivate(calls?.id ?? "");
    await expect(report()).rejects.toMatchObject({ reason: "stripe_unavailable" });
    expect(await rowsOf()).toMatchObject([
      { state: "waiting", error: "resource_missing", unsureSince: null },
      { state: "sent" },
    ]);
    await made.stripe.billing.meters.create({
      display_name: "API calls",
      event_name: "astra_api_calls",
      default_aggregation: { formula: "sum" },
    });
    await report();
    expect(await statesOf()).toEqual(["sent", "sent"]);
    expect(await countedAtStripe()).toBe(4);
  });

  test("what is too old stays as failed, and says so", async () => {
    await useAt(organization, hourBefore(24 * 36), { quantity: 4 });
    await fold();
    await report();
    expect(await rowsOf()).toMatchObject([{ state: "failed", error: "too old" }]);
    expect(await countedAtStripe()).toBe(0);
  });

  test("what may have arrived so long ago that Stripe has forgotten it is not sent twice", async () => {
    await useAt(organization, hourBefore(), { quantity: 4 });
    await fold();
    await fail(500, { applied: true, count: 3 });
    await expect(report()).rejects.toThrow("Stripe has not taken it");
    await report(new Date(Date.now() + 24 * hourMs));
    expect(await rowsOf()).toMatchObject([{ state: "failed", error: "may have arrived" }]);
    expect(await countedAtStripe()).toBe(4);
  });
});

test("what is refused after an answer was lost may have arrived all the same, and is not sent twice", async () => {
  await useAt(organization, hourBefore(), { quantity: 4 });
  await fold();
  await fail(500, { applied: true, count: 3 });
  await expect(report()).rejects.toThrow("Stripe has not taken it");
  await fail(429, { count: 1 });
  await expect(report()).rejects.toThrow("Stripe has not taken it");
  await report(new Date(Date.now() + 24 * hourMs));
  expect(await rowsOf()).toMatchObject([{ state: "failed", error: "may have arrived" }]);
  expect(await countedAtStripe()).toBe(4);
});

test("a refused meter is asked for once, however many hours wait", async () => {
  for (const hours of [1, 2, 3]) await useAt(organization, hourBefore(hours), { quantity: 4 });
  await fold();
  await fail(429, { count: 1 });
  await expect(report()).rejects.toThrow("Stripe has not taken it");
  expect(await statesOf()).toEqual(["waiting", "waiting", "waiting"]);
  await report();
  expect(await countedAtStripe()).toBe(12);
});

describe("where there is nobody to bill", () => {
  test("an hour stays unbilled, and is not sent when a customer comes", async () => {
    await platformDb().billingCustomer.deleteMany({ where: { organizationId: organization.id } });
    await useAt(organization, hourBefore(), { quantity: 4 });
    await fold();
    expect(await statesOf()).toEqual(["unbilled"]);
    customer = await made.customerOf(organization);
    await report();
    expect(await statesOf()).toEqual(["unbilled"]);
    expect(await countedAtStripe()).toBe(0);
  });

  test("what waits when the customer is closed becomes unbilled", async () => {
    await useAt(organization, hourBefore(), { quantity: 4 });
    await fold();
    const where = { organizationId: organization.id };
    await platformDb().billingCustomer.updateMany({ where, data: { closedAt: new Date() } });
    await report();
    expect(await statesOf()).toEqual(["unbilled"]);
    expect(await countedAtStripe()).toBe(0);
  });
});

test("of a suspended organization nothing is done or lost, and the round asks again when it is active", async () => {
  await useAt(organization, hourBefore(4), { quantity: 4 });
  await setTenantState(organization.id, "suspended");
  const dead = async () =>
    (await ownerPool("main").query("SELECT FROM astra.outbox WHERE error IS NOT NULL")).rowCount;
  await ownerPool("main").query("UPDATE astra.outbox SET run_at = now(), waits = false");
  await runDueJobs();
  expect(await dead()).toBe(0);
  await setTenantState(organization.id, "active");
  expect(await statesOf()).toEqual([]);
  await trimOne(usageDoor(organization, new Date()));
  await runDueJobs();
  expect(await statesOf()).toEqual(["sent"]);
  expect(await countedAtStripe()).toBe(4);
});
