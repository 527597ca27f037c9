import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { startReceiver, type Received, type Receiver } from "../test/receiver.ts";
import {
  asksFor,
  buildEndpoint,
  deliver,
  deliveriesOf,
  emitProjects,
  endpointRow,
  passTime,
  type TestEndpoint,
} from "../test/webhooks.ts";

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

const many = (count: number) => Array.from({ length: count }, (_, index) => `Project ${index}`);
const statesOf = async (endpoint: TestEndpoint) => (await deliveriesOf(endpoint)).map(({ state }) => state);
const count = (states: string[], one: string) => states.filter((state) => state === one).length;

async function setState({ id }: TestEndpoint, state: string): Promise<void> {
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.webhookEndpoint.update({ where: { id }, data: { state }, select: { id: true } }),
  );
}

test("no more requests are under way than the endpoint takes, and each delivery is made once", async () => {
  let open = 0;
  let most = 0;
  answer = (_received, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.writeHead(204).end();
    }, 5);
  };
  const endpoint = await buildEndpoint(organization, receiver.url, { concurrency: 7 });
  await emitProjects(organization, many(300));
  await deliver(endpoint);
  expect(most).toBe(7);
  expect(count(await statesOf(endpoint), "delivered")).toBe(300);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(300);
  expect(receiver.received).toHaveLength(300);
  // Connections are kept. One is free a moment after its answer, when the next request may have opened another.
  expect(receiver.connections()).toBeLessThanOrEqual(14);
});

test("no second has more requests than the endpoint takes, over turns as well", async () => {
  const times: number[] = [];
  answer = (_received, response) => {
    times.push(performance.now());
    response.writeHead(204).end();
  };
  const endpoint = await buildEndpoint(organization, receiver.url, { perSecond: 20 });
  await emitProjects(organization, many(30));
  await deliver(endpoint);
  await emitProjects(organization, many(10));
  await deliver(endpoint);
  expect(times).toHaveLength(40);
  // A request that was held up by the machine arrives closer to the next one.
  for (const [index, time] of times.entries())
    expect((times[index + 22] ?? Infinity) - time).toBeGreaterThan(1_000);
});

test("two that deliver to one endpoint at once send each event once, and what comes meanwhile is not forgotten", async () => {
  answer = (_received, response) => void setTimeout(() => response.writeHead(204).end(), 20);
  const endpoint = await buildEndpoint(organization, receiver.url);
  await emitProjects(organization, many(20));
  const first = deliver(endpoint);
  await sleep(10);
  await emitProjects(organization, many(20));
  await Promise.all([first, deliver(endpoint), deliver(endpoint)]);
  // What came in the last moment of a turn has asked for another one.
  while ((await asksFor(endpoint)).some(({ inSeconds }) => inSeconds <= 0)) await deliver(endpoint);
  expect(count(await statesOf(endpoint), "delivered")).toBe(40);
  expect(receiver.received).toHaveLength(40);
});

test("whoever finds another's lease comes back after it", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  const lease = "a48bfa57-2ef8-4ec1-9ec0-4bd78d44be8d";
  await tenancy().withTenant(
    organization.id,
    { readOnly: false },
    (db) =>
      db.$executeRaw`UPDATE webhook_endpoints SET lease = ${lease}::uuid, lease_until = now() + interval '20 seconds'`,
  );
  await emitProjects(organization, many(1));
  // The job that the event has asked for is the one that comes too early.
  await ownerPool("main").query("UPDATE astra.outbox SET state = 'done' WHERE tenant_id = $1", [
    organization.id,
  ]);
  for (let again = 0; again < 2; again++) await deliver(endpoint);
  expect(receiver.received).toEqual([]);
  const asks = await asksFor(endpoint);
  expect(asks).toHaveLength(1);
  expect(Math.abs((asks[0]?.inSeconds ?? 0) - 21)).toBeLessThan(2);
  await tenancy().withTenant(
    organization.id,
    { readOnly: false },
    (db) => db.$executeRaw`UPDATE webhook_endpoints SET lease_until = now() - interval '1 second'`,
  );
  await deliver(endpoint);
  expect(await statesOf(endpoint)).toEqual(["delivered"]);
  expect(await asksFor(endpoint)).toEqual([]);
});

test("what waits for an endpoint that is paused is held, and canceled when it is deleted", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  await emitProjects(organization, many(3));
  await setState(endpoint, "paused");
  await emitProjects(organization, many(2));
  await deliver(endpoint);
  expect(await statesOf(endpoint)).toEqual(["held", "held", "held", "held", "held"]);
  await setState(endpoint, "deleted");
  await emitProjects(organization, many(1));
  await deliver(endpoint);
  expect(await statesOf(endpoint)).toEqual(Array.from({ length: 5 }, () => "canceled"));
  expect(receiver.received).toEqual([]);
  expect(await endpointRow(endpoint)).toMatchObject({ lease: null });
});

test("an endpoint that is paused in the middle of a turn gets what is on its way, and no more", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { concurrency: 2 });
  let paused: Promise<void> | undefined;
  answer = (_received, response) => {
    paused ??= setState(endpoint, "paused");
    setTimeout(() => response.writeHead(204).end(), 30);
  };
  await emitProjects(organization, many(60));
  await deliver(endpoint);
  await paused;
  const states = await statesOf(endpoint);
  expect(count(states, "delivered")).toBe(receiver.received.length);
  expect(count(states, "held")).toBe(60 - receiver.received.length);
  expect(receiver.received.length).toBeLessThan(30);
});

test("deliveries of a suspended organization wait, and go out when it is active again", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  await emitProjects(organization, many(2));
  await setTenantState(organization.id, "suspended");
  await deliver(endpoint);
  await deliver(endpoint);
  expect(receiver.received).toEqual([]);
  await setTenantState(organization.id, "active");
  expect(await statesOf(endpoint)).toEqual(["pending", "pending"]);
  expect((await asksFor(endpoint)).length).toBeGreaterThan(0);
  await deliver(endpoint);
  expect(await statesOf(endpoint)).toEqual(["delivered", "delivered"]);
});

test("retries do not hold new events up, nor the other way round", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { concurrency: 1, schedule: [1] });
  answer = (_received, response) => void response.writeHead(500).end();
  await emitProjects(organization, many(100));
  await deliver(endpoint);
  await passTime(endpoint, 10);
  answer = (_received, response) => void response.writeHead(204).end();
  receiver.received.length = 0;
  await emitProjects(organization, many(100));
  await deliver(endpoint);
  const before = new Set((await deliveriesOf(endpoint)).slice(0, 100).map(({ eventId }) => eventId));
  const early = receiver.received
    .slice(0, 50)
    .filter(({ headers }) => before.has(String(headers["webhook-id"])));
  expect(early.length).toBeGreaterThan(5);
  expect(early.length).toBeLessThan(45);
  expect(count(await statesOf(endpoint), "delivered")).toBe(200);
});
