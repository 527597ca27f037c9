import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { forgetJobs, planOfOrganization, runDueJobs, TestStripe } from "../test/billing.ts";
import {
  buildOrganization,
  buildPerson,
  closeConnections,
  type TestOrganization,
} from "../test/factories.ts";
import { ListStripeEvents, ReplayStripeEvents } from "./schema.ts";
import { getStripeEvent, listStripeEvents, replayStripeEvents } from "./stripe-events.ts";

let made: TestStripe;
let organization: TestOrganization;
beforeAll(async () => {
  made = await TestStripe.open();
  await made.deliver(false);
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  await platformDb().stripeEvent.deleteMany();
  await forgetJobs();
});
afterAll(async () => {
  await closeConnections();
  await made.close();
});

let number = 0;
type Given = { state?: string; customerId?: string | null; minutesAgo?: number; tries?: number };

/** An event as it is kept. */
async function makeEvent(given: Given = {}): Promise<string> {
  const id = `evt_operator${++number}`;
  const at = new Date(Date.now() - (given.minutesAgo ?? 0) * 60_000);
  const { state = "unresolved", customerId = "cus_unknown", tries = 11 } = given;
  const error = state === "done" ? null : "unknown customer";
  await platformDb().stripeEvent.create({
    data: {
      id,
      type: "customer.subscription.updated",
      createdAt: at,
      receivedAt: at,
      state,
      customerId,
      tries,
      error,
    },
  });
  return id;
}

const list = (input = {}) => listStripeEvents(ListStripeEvents.parse(input));
const replay = async (input: object) => replayStripeEvents(await act(), ReplayStripeEvents.parse(input));
const act = async () => ({
  accountId: (await buildPerson()).accountId,
  request: { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" },
});
const stateOf = (id: string) =>
  platformDb().stripeEvent.findUniqueOrThrow({
    where: { id },
    select: { state: true, tries: true, error: true },
  });

describe("listStripeEvents", () => {
  test("shows what failed and whom nobody knows, the newest first, page by page", async () => {
    const customer = await made.customerOf(organization);
    const old = await makeEvent({ minutesAgo: 60 });
    const middle = await makeEvent({ state: "failed", customerId: customer, minutesAgo: 30, tries: 10 });
    const young = await makeEvent({ customerId: null });
    await makeEvent({ state: "done" });
    await makeEvent({ state: "received" });
    const first = await list({ limit: 2 });
    const { id, slug, name } = organization;
    expect(first.items).toMatchObject([
      { id: young, state: "unresolved", customerId: null, organization: null },
      { id: middle, state: "failed", tries: 10, organization: { id, slug, name } },
    ]);
    expect(first).toMatchObject({ total: 3, nextCursor: middle });
    const second = await list({ limit: 2, cursor: first.nextCursor });
    expect(second.items.map((event) => event.id)).toEqual([old]);
    expect(second.nextCursor).toBeNull();
    expect((await list({ state: "failed" })).items.map((event) => event.id)).toEqual([middle]);
  });

  test("leads back as it led on, also where events came at one moment", async () => {
    const all = [];
    for (let n = 0; n < 7; n++) all.push(await makeEvent({ minutesAgo: n < 4 ? 5 : 60 }));
    const idsOf = (page: Awaited<ReturnType<typeof list>>) => page.items.map(({ id }) => id);
    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, cursor: first.nextCursor });
    const third = await list({ limit: 2, cursor: second.nextCursor });
    const last = await list({ limit: 2, cursor: third.nextCursor });
    expect(new Set([first, second, third, last].flatMap(idsOf))).toEqual(new Set(all));
    expect(last.nextCursor).toBeNull();
    expect(idsOf(await list({ limit: 2, cursor: last.previousCursor }))).toEqual(idsOf(third));
    expect(idsOf(await list({ limit: 2, cursor: third.previousCursor }))).toEqual(idsOf(second));
    // The first page is asked for by nothing.
    expect(second.previousCursor).toBeNull();
  });
});

describe("getStripeEvent", () => {
  test("shows one that is open, and no other", async () => {
    const customer = await made.customerOf(organization);
    const id = await makeEvent({ state: "failed", customerId: customer, tries: 3 });
    const { slug } = organization;
    expect(await getStripeEvent({ id })).toMatchObject({ id, tries: 3, organization: { slug } });
    const done = await makeEvent({ state: "done" });
    await expect(getStripeEvent({ id: done })).rejects.toMatchObject({ reason: "not_found" });
  });
});

describe("replayStripeEvents", () => {
  test("has an event acted upon whose customer came to be known too late", async () => {
    const customer = await made.customerOf(organization);
    await made.subscribe(customer);
    const id = await makeEvent({ customerId: customer });
    const other = await makeEvent();
    const operator = await act();
    expect(await replayStripeEvents(operator, { ids: [id] })).toEqual({ replayed: 1 });
    expect(await stateOf(id)).toEqual({ state: "received", tries: 0, error: null });
    await runDueJobs();
    expect(await planOfOrganization(organization)).toBe("pro");
    expect(await stateOf(id)).toMatchObject({ state: "done" });
    expect(await stateOf(other)).toMatchObject({ state: "unresolved", tries: 11 });
    const noted = await platformDb().securityEvent.findFirstOrThrow({
      where: { kind: "operator.stripeEvents.replay", accountId: operator.accountId },
    });
    expect(noted).toMatchObject({ detail: { ids: [id], replayed: 1 }, requestId: operator.request.id });
  });

  test("gives one of an unknown customer all its tries anew, and keeps it", async () => {
    const id = await makeEvent();
    await replay({ ids: [id] });
    await runDueJobs();
    expect(await stateOf(id)).toEqual({ state: "unresolved", tries: 1, error: "unknown customer" });
    const { rows } = await ownerPool("main").query(
      "SELECT state FROM astra.outbox WHERE name = 'billing.take-event' AND run_at > now()",
    );
    expect(rows).toEqual([{ state: "pending" }]);
    expect((await list()).total).toBe(1);
  });

  test("takes all of a state, and what was done stays done", async () => {
    const failed = [await makeEvent({ state: "failed" }), await makeEvent({ state: "failed" })];
    const unresolved = await makeEvent();
    const done = await makeEvent({ state: "done" });
    expect(await replay({ all: { state: "failed" } })).toEqual({ replayed: 2 });
    for (const id of failed) expect(await stateOf(id)).toMatchObject({ state: "received" });
    expect(await stateOf(unresolved)).toMatchObject({ state: "unresolved" });
    await expect(replay({ ids: [done] })).rejects.toMatchObject({ reason: "not_found" });
    expect(await replay({ all: {} })).toEqual({ replayed: 1 });
    await expect(replay({ all: {} })).rejects.toMatchObject({ reason: "not_found" });
  });

  test("of one event twice at once makes one run", async () => {
    const id = await makeEvent({ state: "failed" });
    const answers = await Promise.allSettled([replay({ ids: [id] }), replay({ ids: [id] })]);
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
