import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { tenancy } from "../tenancy/kernel.ts";
import { entered } from "../test/entered.ts";
import { buildOrganization, closeConnections, writes, type TestOrganization } from "../test/factories.ts";
import { startReceiver, type Received, type Receiver } from "../test/receiver.ts";
import {
  asksFor,
  buildEndpoint,
  deliver,
  deliveriesOf,
  emitProjects,
  passTime,
  workerDoor,
  type TestEndpoint,
  requestOf,
} from "../test/webhooks.ts";
import { startRecovery } from "./acts.ts";
import { giveUpRecovery, recoverEndpoint, runRecovery } from "./recover.ts";
import { replayDeliveries } from "./replay.ts";
import { sendTest } from "./test-event.ts";
import { trimOne } from "./trim.ts";

let organization: TestOrganization;
let receiver: Receiver;
let answer: (received: Received, response: ServerResponse) => void;
beforeEach(async () => {
  organization = await buildOrganization();
  answer = (_received, response) => void response.writeHead(204).end();
  receiver = await startReceiver((received, response) => answer(received, response));
});
afterEach(() => receiver.close());
afterAll(closeConnections);

const failing = (_received: Received, response: ServerResponse) => void response.writeHead(500).end();
const working = (_received: Received, response: ServerResponse) => void response.writeHead(200).end();
const many = (count: number) => Array.from({ length: count }, (_, index) => `Project ${index}`);
const statesOf = async (endpoint: TestEndpoint) => (await deliveriesOf(endpoint)).map(({ state }) => state);
const job = { signal: new AbortController().signal };

async function setState({ id }: TestEndpoint, state: string): Promise<void> {
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.webhookEndpoint.update({ where: { id }, data: { state }, select: { id: true } }),
  );
}

async function recoveryOf(id: string) {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.webhookRecovery.findUniqueOrThrow({ where: { id } }),
  );
}

test("a delivery can be sent again, whatever became of it, with the id that it had and a schedule that begins anew", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [1] });
  answer = failing;
  await emitProjects(organization, ["dead"]);
  await deliver(endpoint);
  await passTime(endpoint, 5);
  await deliver(endpoint);
  answer = working;
  await emitProjects(organization, ["delivered"]);
  await deliver(endpoint);
  expect(await statesOf(endpoint)).toEqual(["dead", "delivered"]);
  answer = failing;
  const ids = (await deliveriesOf(endpoint)).map(({ id }) => id);
  const input = { endpointId: endpoint.id, deliveryIds: ids };
  expect(await writes(organization.owner, replayDeliveries, input)).toEqual({ replayed: 2 });
  await deliver(endpoint);
  expect(await deliveriesOf(endpoint)).toMatchObject([
    { state: "pending", attempts: 3, roundAttempts: 1 },
    { state: "pending", attempts: 2, roundAttempts: 1 },
  ]);
  const idsSent = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(idsSent).size).toBe(2);
});

test("what is asked for again while its last try is under way is sent again, whatever that try comes to", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [] });
  const [arrived, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  answer = (_received, response) => {
    arrived.resolve();
    void asked.promise.then(() => response.writeHead(500).end());
  };
  await emitProjects(organization, ["Apollo"]);
  const delivering = deliver(endpoint);
  await arrived.promise;
  const deliveryIds = (await deliveriesOf(endpoint)).map(({ id }) => id);
  await writes(organization.owner, replayDeliveries, { endpointId: endpoint.id, deliveryIds });
  answer = working;
  asked.resolve();
  await delivering;
  await deliver(endpoint);
  expect(await deliveriesOf(endpoint)).toMatchObject([
    { state: "delivered", attempts: 2, round: 1, roundAttempts: 1, error: null },
  ]);
  expect(receiver.received).toHaveLength(2);
});

test("nothing is sent again to a stopped endpoint, nor from one endpoint to another", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  const other = await buildEndpoint(organization, `${receiver.url}/other`);
  await emitProjects(organization, ["Rocket"]);
  const deliveryIds = (await deliveriesOf(endpoint)).map(({ id }) => id);
  expect(await writes(organization.owner, replayDeliveries, { endpointId: other.id, deliveryIds })).toEqual({
    replayed: 0,
  });
  await setState(endpoint, "paused");
  const paused = writes(organization.owner, replayDeliveries, { endpointId: endpoint.id, deliveryIds });
  await expect(paused).rejects.toMatchObject({ reason: "endpoint_stopped" });
  const unknown = writes(organization.owner, replayDeliveries, { endpointId: randomUUID(), deliveryIds });
  await expect(unknown).rejects.toMatchObject({ reason: "not_found" });
});

test("everything undelivered since a time is recovered, some in each transaction, and counted", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [], concurrency: 50 });
  answer = failing;
  await emitProjects(organization, many(700));
  await deliver(endpoint);
  await setState(endpoint, "paused");
  await emitProjects(organization, many(50));
  await setState(endpoint, "active");
  answer = working;
  const since = new Date(Date.now() - 3_600_000);
  const input = { endpointId: endpoint.id, since, states: ["dead", "held"] as const };
  const { id, total } = await writes(organization.owner, recoverEndpoint, input);
  expect(total).toBe(750);
  // Stopped after its first batch, it goes on where it was.
  const stopped = new AbortController();
  const first = runRecovery(workerDoor(organization), { recoveryId: id }, { signal: stopped.signal });
  stopped.abort(new Error("stopped"));
  await expect(first).rejects.toThrow("stopped");
  expect(await recoveryOf(id)).toMatchObject({ state: "running", done: 500 });
  await runRecovery(workerDoor(organization), { recoveryId: id }, job);
  expect(await recoveryOf(id)).toMatchObject({
    state: "done",
    done: 750,
    memberId: organization.owner.memberId,
  });
  receiver.received.length = 0;
  await deliver(endpoint);
  expect(receiver.received).toHaveLength(750);
  expect(new Set(await statesOf(endpoint))).toEqual(new Set(["delivered"]));
});

test("whoever asks for a recovery waits for a count of no more than 1,001; its job counts the rest", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  await entered(organization.id, async (client) => {
    await client.query(
      `WITH happened AS (
         INSERT INTO events (id, type, at, data)
         SELECT uuidv7(), 'project.created', now(), '{"id": "x", "name": "y"}' FROM generate_series(1, 1600) RETURNING id, at)
       INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, created_at, settled_at)
       SELECT uuidv7(), $1, h.id, 'project.created', 'dead', h.at, h.at FROM happened h`,
      [endpoint.id],
    );
  });
  const input = { endpointId: endpoint.id, since: new Date(0), states: ["dead"] as const };
  const { id, total } = await writes(organization.owner, recoverEndpoint, input);
  expect(total).toBe(1_001);
  expect(await recoveryOf(id)).toMatchObject({ state: "waiting", done: 0, total: 1_001 });
  const stopped = new AbortController();
  const first = runRecovery(workerDoor(organization), { recoveryId: id }, { signal: stopped.signal });
  stopped.abort(new Error("stopped"));
  await expect(first).rejects.toThrow("stopped");
  expect(await recoveryOf(id)).toMatchObject({ total: 1_600 });
  await runRecovery(workerDoor(organization), { recoveryId: id }, job);
  expect(await recoveryOf(id)).toMatchObject({ state: "done", done: 1_600, total: 1_600 });
  const back = "UPDATE webhook_deliveries SET state = 'dead', settled_at = now() WHERE endpoint_id = $1";
  await entered(organization.id, (client) => client.query(back, [endpoint.id]));
  const asked = { id: endpoint.id, since: new Date(0), states: ["dead" as const] };
  await writes(organization.owner, startRecovery, asked);
  const entry = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.auditEntry.findFirstOrThrow({ where: { action: "webhooks.recover" }, select: { changes: true } }),
  );
  expect(entry.changes).toContain(`"deliveriesMoreThan":1000`);
});

test("a recovery leaves out what happened before, and fails when its endpoint stops", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [] });
  answer = failing;
  await emitProjects(organization, many(3));
  await deliver(endpoint);
  const late = {
    endpointId: endpoint.id,
    since: new Date(Date.now() + 60_000),
    through: new Date(Date.now() + 120_000),
  };
  const { id, total } = await writes(organization.owner, recoverEndpoint, { ...late, states: ["dead"] });
  expect(total).toBe(0);
  await runRecovery(workerDoor(organization), { recoveryId: id }, job);
  expect(await recoveryOf(id)).toMatchObject({ state: "done", done: 0 });
  const all = { endpointId: endpoint.id, since: new Date(0), states: ["dead"] as const };
  const second = await writes(organization.owner, recoverEndpoint, all);
  await setState(endpoint, "paused");
  await runRecovery(workerDoor(organization), { recoveryId: second.id }, job);
  expect(await recoveryOf(second.id)).toMatchObject({ state: "failed", done: 0 });
  const third = await recoveryOf(id);
  await giveUpRecovery(workerDoor(organization), { recoveryId: id });
  expect(await recoveryOf(id)).toEqual(third);
});

test("a test event goes to one endpoint alone, whatever it listens to", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { types: ["member.joined"] });
  const other = await buildEndpoint(organization, receiver.url);
  const { deliveryId, eventId } = await writes(organization.owner, sendTest, endpoint.id);
  await deliver(endpoint);
  await deliver(other);
  expect(receiver.received).toHaveLength(1);
  expect(requestOf(receiver, 0).headers["webhook-id"]).toBe(eventId);
  expect(await deliveriesOf(endpoint)).toMatchObject([
    { id: deliveryId, state: "delivered", type: "webhook.test" },
  ]);
});

test("events and what became of them go after 30 days, what waits stays, and what is due is asked for anew", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  await emitProjects(organization, ["young"]);
  await deliver(endpoint);
  await entered(organization.id, async (client) => {
    await client.query(
      `WITH happened AS (
         INSERT INTO events (id, type, at, data)
         SELECT uuidv7(-interval '31 days'), 'project.created', now() - interval '31 days', '{"id": "x", "name": "y"}'
         FROM generate_series(1, 2) RETURNING id, at)
       INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, created_at, settled_at)
       SELECT uuidv7(-interval '31 days'), $1, h.id, 'project.created', s.state, h.at,
         CASE WHEN s.state <> 'pending' THEN h.at END
       FROM (SELECT *, row_number() OVER () AS place FROM happened) h
       JOIN unnest('{delivered,pending}'::text[]) WITH ORDINALITY AS s (state, place) USING (place)`,
      [endpoint.id],
    );
  });
  expect((await statesOf(endpoint)).toSorted()).toEqual(["delivered", "delivered", "pending"]);
  // The worker's own clock is not asked: one that is far ahead removes nothing that is young.
  const ahead = { ...workerDoor(organization), clock: { now: () => new Date(Date.now() + 60 * 86_400_000) } };
  await trimOne(ahead);
  expect(await statesOf(endpoint)).toEqual(["pending", "delivered"]);
  const events = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.event.count({ where: { type: "project.created" } }),
  );
  expect(events).toBe(2);
  expect((await asksFor(endpoint)).some(({ inSeconds }) => inSeconds <= 0)).toBe(true);
});
