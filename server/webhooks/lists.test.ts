import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { entered } from "../test/entered.ts";
import { buildOrganization, closeConnections, requestOf, type TestOrganization } from "../test/factories.ts";
import { startReceiver } from "../test/receiver.ts";
import { refusalOf } from "../test/refusal.ts";
import { buildEndpoint, deliver, emitProjects, type TestEndpoint } from "../test/webhooks.ts";
import { latencyStepsMs, type DeliveryState } from "./schema.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;
const call = () => callerOf(requestOf(organization.owner, organization.slug));

beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(closeConnections);

type Given = { state: DeliveryState; type?: string; error?: string; minutesAgo?: number };

/** Deliveries in the order given, each of an event of its own. */
async function makeDeliveries(endpoint: TestEndpoint, given: Given[]): Promise<string[]> {
  return entered(organization.id, async (client) => {
    const ids: string[] = [];
    for (const { state, type = "project.created", error = null, minutesAgo = 0 } of given) {
      const { rows } = await client.query<{ id: string }>(
        `WITH happened AS (
           INSERT INTO events (id, type, at, data) VALUES ($1, $3, now() - $6 * interval '1 minute', '{"id": "x"}')
           RETURNING id, at)
         INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, error, attempts, created_at, settled_at)
         SELECT uuidv7(-$6 * interval '1 minute'), $2, h.id, $3, $4, $5, 1, h.at, CASE WHEN $4 <> 'pending' THEN h.at END
         FROM happened h RETURNING id`,
        [randomUUID(), endpoint.id, type, state, error, minutesAgo],
      );
      ids.push(rows[0]?.id ?? "");
    }
    return ids;
  });
}

describe("deliveries", () => {
  test("are listed by what one asks for, the newest first", async () => {
    const one = await buildEndpoint(organization, "http://127.0.0.1:9/one");
    const two = await buildEndpoint(organization, "http://127.0.0.1:9/two");
    const [dead, sent, held, young] = await makeDeliveries(one, [
      { state: "dead", error: "timeout", minutesAgo: 60 },
      { state: "delivered", type: "task.created", minutesAgo: 50 },
      { state: "held", minutesAgo: 40 },
      { state: "pending", error: "status", minutesAgo: 5 },
    ]);
    const [other] = await makeDeliveries(two, [{ state: "dead", error: "tls", minutesAgo: 30 }]);
    const idsOf = async (input: object) =>
      (await call().webhooks.deliveries(input)).items.map(({ id }) => id);
    expect(await idsOf({})).toEqual([young, other, held, sent, dead]);
    expect(await idsOf({ endpointId: one.id })).toEqual([young, held, sent, dead]);
    expect(await idsOf({ states: ["dead"] })).toEqual([other, dead]);
    expect(await idsOf({ states: ["dead", "held"], endpointId: one.id })).toEqual([held, dead]);
    expect(await idsOf({ type: "task.created" })).toEqual([sent]);
    expect(await idsOf({ type: "project.*", endpointId: one.id })).toEqual([young, held, dead]);
    expect(await idsOf({ errors: ["timeout", "tls"] })).toEqual([other, dead]);
    const minutes = (count: number) => new Date(Date.now() - count * 60_000);
    expect(await idsOf({ from: minutes(45) })).toEqual([young, other, held]);
    expect(await idsOf({ from: minutes(55), to: minutes(35) })).toEqual([held, sent]);
    const [row] = (await call().webhooks.deliveries({ states: ["held"] })).items;
    expect(await idsOf({ eventId: row?.eventId })).toEqual([held]);
    expect(await idsOf({ eventId: row?.eventId, states: ["dead"] })).toEqual([]);
    expect(row?.endpoint).toEqual({ id: one.id, url: "http://127.0.0.1:9/one", description: "" });
  });

  test("page in both directions, over several states, without losing or repeating any", async () => {
    const endpoint = await buildEndpoint(organization, "http://127.0.0.1:9/");
    const states = ["dead", "held", "delivered"] as const;
    const ids = await makeDeliveries(
      endpoint,
      Array.from({ length: 11 }, (_, i) => ({ state: states[i % 3] ?? "dead", minutesAgo: 60 - i })),
    );
    const wanted = ids.filter((_, i) => i % 3 !== 2).toReversed();
    const seen: string[] = [];
    let previous: string | null = null;
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = await call().webhooks.deliveries({
        states: ["dead", "held"],
        limit: 3,
        ...(cursor ? { cursor } : {}),
      });
      expect(page.total).toBe(wanted.length);
      seen.push(...page.items.map(({ id }) => id));
      ({ nextCursor: cursor, previousCursor: previous } = page);
    }
    expect(seen).toEqual(wanted);
    const back = await call().webhooks.deliveries({
      states: ["dead", "held"],
      limit: 3,
      cursor: previous ?? "",
    });
    expect(back.items.map(({ id }) => id)).toEqual(wanted.slice(3, 6));
  });

  test("that did not arrive are counted by endpoint and by why", async () => {
    const endpoint = await buildEndpoint(organization, "http://127.0.0.1:9/");
    await makeDeliveries(endpoint, [
      { state: "dead", error: "timeout", minutesAgo: 3 },
      { state: "dead", error: "timeout", minutesAgo: 2 },
      { state: "held", minutesAgo: 1 },
      { state: "delivered" },
    ]);
    expect((await call().webhooks.undelivered()).items).toMatchObject([
      { endpoint: { id: endpoint.id }, state: "dead", error: "timeout", count: 2 },
      { endpoint: { id: endpoint.id }, state: "held", error: null, count: 1 },
    ]);
  });
});

describe("one delivery", () => {
  test("shows what was sent and answered, hides the organization's own headers, and can be sent by hand", async () => {
    const receiver = await startReceiver((_received, response) => {
      response.writeHead(500, { "x-answer": "no" }).end("It's broken");
    });
    const headers = { "X-Token": "s3cret-value" };
    const endpoint = await buildEndpoint(organization, `${receiver.url}/in?a='b'`, { headers });
    await emitProjects(organization, ["It's Apollo"]);
    await deliver(endpoint);
    await receiver.close();
    const [row] = (await call().webhooks.deliveries({ endpointId: endpoint.id })).items;
    const delivery = await call().webhooks.delivery({ id: row?.id ?? "" });
    const [sent] = receiver.received;
    expect(delivery).toMatchObject({
      state: "pending",
      attempts: 1,
      error: "status",
      status: 500,
      payload: "full",
    });
    expect(delivery.body).toBe(sent?.body.toString("utf8"));
    const [tried] = delivery.tries;
    expect(tried).toMatchObject({ number: 1, error: "status", status: 500, responseBody: "It's broken" });
    const shown = new Map(tried?.requestHeaders.map(({ name, value }) => [name, value]));
    expect(shown.get("webhook-signature")).toBe(sent?.headers["webhook-signature"]);
    expect(shown.get("x-token")).toBeNull();
    expect(tried?.responseHeaders).toContainEqual({ name: "x-answer", value: "no" });
    expect(JSON.stringify(delivery)).not.toContain("s3cret-value");
    expect(delivery.curl).toContain(`'${receiver.url}/in?a='\\''b'\\'''`);
    expect(delivery.curl).toContain("-H 'x-token: <x-token>'");
    expect(delivery.curl).toContain("It'\\''s Apollo");
  });

  test("shows the body as it was sent last, whatever form the endpoint has been given since", async () => {
    const receiver = await startReceiver((_received, response) => void response.writeHead(500).end());
    const endpoint = await buildEndpoint(organization, receiver.url);
    await emitProjects(organization, ["Apollo"]);
    const [row] = (await call().webhooks.deliveries({ endpointId: endpoint.id })).items;
    const show = () => call().webhooks.delivery({ id: row?.id ?? "" });
    await deliver(endpoint);
    await call().webhooks.update({ id: endpoint.id, payload: "thin" });
    expect(await show()).toMatchObject({ payload: "full", tries: [{ number: 1, payload: "full" }] });
    expect((await show()).body).toBe(receiver.received[0]?.body.toString("utf8"));
    await call().webhooks.replay({ ids: [row?.id ?? ""] });
    await deliver(endpoint);
    await receiver.close();
    const again = await show();
    expect(again).toMatchObject({ payload: "thin", tries: [{ payload: "thin" }, { payload: "full" }] });
    expect(again.body).toBe(receiver.received[1]?.body.toString("utf8"));
    expect(again.body).not.toContain("Apollo");
  });

  test("that is not there is not found", async () => {
    expect(await refusalOf(call().webhooks.delivery({ id: randomUUID() }))).toMatchObject({
      reason: "not_found",
    });
  });
});

describe("health", () => {
  test("tells of each hour, of the whole, and of what waits", async () => {
    const endpoint = await buildEndpoint(organization, "http://127.0.0.1:9/");
    const slow = (step: number, count: number) =>
      `{${Array.from({ length: latencyStepsMs.length + 1 }, (_, i) => (i === step ? count : 0)).join()}}`;
    await entered(organization.id, (client) =>
      client.query(
        `INSERT INTO webhook_hours (endpoint_id, hour, delivered, failed, slow) VALUES
           ($1, date_trunc('hour', now()), 94, 0, $2), ($1, date_trunc('hour', now()) - interval '2 hours', 0, 6, $3),
           ($1, date_trunc('hour', now()) - interval '25 hours', 100, 0, $2)`,
        [endpoint.id, slow(1, 94), slow(latencyStepsMs.length, 6)],
      ),
    );
    const [, dead] = await makeDeliveries(endpoint, [
      { state: "pending", minutesAgo: 9 },
      { state: "dead", error: "timeout", minutesAgo: 3 },
      { state: "held" },
    ]);
    const day = await call().webhooks.health({ id: endpoint.id });
    expect(day.hours).toHaveLength(24);
    expect(day.hours.at(-1)).toMatchObject({ delivered: 94, failed: 0, p95Ms: latencyStepsMs[1] });
    expect(day.hours.at(-2)).toMatchObject({ delivered: 0, failed: 0, p95Ms: null });
    expect(day).toMatchObject({
      delivered: 94,
      failed: 6,
      successRate: 0.94,
      p95Ms: latencyStepsMs.at(-1),
      queue: { pending: 1, held: 1, dead: 1 },
      lastErrors: [{ deliveryId: dead, error: "timeout", state: "dead" }],
    });
    expect(Date.now() - (day.oldestPendingAt?.getTime() ?? 0)).toBeGreaterThan(8 * 60_000);
    const week = await call().webhooks.health({ id: endpoint.id, range: "7d" });
    expect(week.hours).toHaveLength(168);
    expect(week).toMatchObject({ delivered: 194, failed: 6, p95Ms: latencyStepsMs[1] });
    const [row] = (await call().webhooks.list()).items;
    expect(row).toMatchObject({ queue: day.queue, lastDay: { delivered: 94, failed: 6 } });
  });
});

describe("the log of events", () => {
  test("says what happened and where it went", async () => {
    const endpoint = await buildEndpoint(organization, "http://127.0.0.1:9/", { types: ["project.created"] });
    await emitProjects(organization, ["Apollo"]);
    const { items } = await call().events.list({ type: "project.*" });
    expect(items).toMatchObject([
      { type: "project.created", deliveries: { pending: 1, delivered: 0, dead: 0, held: 0, canceled: 0 } },
    ]);
    const id = items[0]?.id ?? "";
    expect(await call().events.get({ id })).toMatchObject({
      id,
      type: "project.created",
      data: { name: "Apollo" },
    });
    const { items: deliveries } = await call().webhooks.deliveries({ eventId: id });
    expect(deliveries.map((delivery) => delivery.endpoint.id)).toEqual([endpoint.id]);
    expect((await call().events.list({ type: "task.created" })).items).toEqual([]);
    expect((await call().events.list({ to: new Date(0) })).items).toEqual([]);
    const all = await call().events.list({ limit: 1 });
    const next = await call().events.list({ limit: 1, cursor: all.nextCursor ?? "" });
    expect(next.items[0]?.id).not.toBe(all.items[0]?.id);
    expect(await refusalOf(call().events.get({ id: randomUUID() }))).toMatchObject({ reason: "not_found" });
  });
});
