import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../dev/embedded/until.ts";
import { ownerPool } from "../../fleet/owner.ts";
import { env } from "../../platform/env.ts";
import { tenancy } from "../../tenancy/kernel.ts";
import { deleteEndpoint, rotateSecret } from "../../webhooks/endpoint-state.ts";
import { entered } from "../entered.ts";
import { buildOrganization, closeConnections, writes, type TestOrganization } from "../factories.ts";
import { startReceiver, type Received, type Receiver } from "../receiver.ts";
import {
  buildEndpoint,
  deliveriesOf,
  emitProjects,
  endpointRow,
  passTime,
  type TestEndpoint,
} from "../webhooks.ts";
import { Stage } from "./stage.ts";

const patienceMs = 90_000;
const stage = new Stage();
let organization: TestOrganization;
let receiver: Receiver;
let answer: (received: Received, response: ServerResponse) => void;

beforeAll(() => stage.open(), patienceMs);
beforeEach(async () => {
  organization = await buildOrganization();
  answer = accepting;
  receiver = await startReceiver((received, response) => answer(received, response));
});
afterEach(async () => {
  await stage.tidy();
  await receiver.close();
}, patienceMs);
afterAll(async () => {
  await closeConnections();
  await stage.close();
}, patienceMs);

const accepting = (_received: Received, response: ServerResponse) => void response.writeHead(200).end();
const refusing = (_received: Received, response: ServerResponse) => void response.writeHead(500).end();
const many = (count: number) => Array.from({ length: count }, (_, index) => `Project ${index}`);
const idsOf = (received: Received[]) => received.map(({ headers }) => String(headers["webhook-id"]));

/** How many deliveries of an organization are in each state. */
async function statesOf({ organization: { id } }: Pick<TestEndpoint, "organization">) {
  const rows = await tenancy().withTenant(
    id,
    { readOnly: true },
    (db) =>
      db.$queryRaw<{ state: string; many: number }[]>`
        SELECT state, count(*)::int AS many FROM webhook_deliveries GROUP BY state`,
  );
  return Object.fromEntries(rows.map(({ state, many: found }) => [state, found]));
}

async function reached(what: string, states: Record<string, number>): Promise<void> {
  const found = () => statesOf({ organization });
  await expect.poll(found, { message: what, timeout: patienceMs, interval: 50 }).toEqual(states);
}

/** What a worker that has died held is free after its time; nobody waits for that here. */
async function freeLeases(): Promise<void> {
  await tenancy().withTenant(
    organization.id,
    { readOnly: false },
    (db) => db.$executeRaw`UPDATE webhook_endpoints SET lease_until = now() - interval '1 second'`,
  );
  await ownerPool("main").query(
    "UPDATE astra.outbox SET lease_until = now() - interval '1 second' WHERE state = 'dispatched'",
  );
}

test("a receiver that hangs changes nothing for 99 that do not, of the same organization", async () => {
  const rounds = 8;
  const arrivals = new Map<string, number>();
  answer = (received, response) => {
    if (received.path === "/hangs") return;
    arrivals.set(received.path, performance.now());
    setTimeout(() => response.writeHead(200).end(), 10);
  };
  for (let made = 0; made < 99; made++) await buildEndpoint(organization, `${receiver.url}/${made}`);
  const hanging = await buildEndpoint(organization, `${receiver.url}/hangs`);
  const setHanging = (state: string) =>
    tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
      db.webhookEndpoint.update({ where: { id: hanging.id }, data: { state }, select: { id: true } }),
    );
  await stage.startWorker();
  const latencies: Record<"alone" | "beside", number[]> = { alone: [], beside: [] };
  // Both sides in turn, so that whatever else the machine does meets both alike; the first pair warms up.
  for (let round = -1; round < rounds; round++) {
    for (const side of ["alone", "beside"] as const) {
      await setHanging(side === "alone" ? "paused" : "active");
      arrivals.clear();
      await emitProjects(organization, ["Rocket"]);
      const from = performance.now();
      await until(() => arrivals.size === 99, { what: "99 arrivals", timeoutMs: patienceMs, everyMs: 2 });
      if (round >= 0) latencies[side].push(...[...arrivals.values()].map((at) => at - from));
    }
  }
  const p95 = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;
  expect(receiver.received.some(({ path }) => path === "/hangs")).toBe(true);
  expect(p95(latencies.beside) / p95(latencies.alone)).toBeLessThan(1.5);
}, 180_000);

test("an answer that comes after the deadline counts as none, and the event is sent again", async () => {
  let late = true;
  answer = (_received, response) => {
    if (late) setTimeout(() => response.writeHead(200).end(), 16_500);
    else response.writeHead(200).end();
  };
  const endpoint = await buildEndpoint(organization, receiver.url);
  await stage.startWorker();
  await emitProjects(organization, ["Rocket"]);
  const noted = async () => (await deliveriesOf(endpoint))[0]?.attempts === 1;
  await until(noted, { what: "the first try", timeoutMs: patienceMs, everyMs: 100 });
  const [delivery] = await deliveriesOf(endpoint);
  expect(delivery).toMatchObject({ state: "pending", error: "timeout", status: null });
  const took = delivery?.attemptRows[0]?.totalMs ?? 0;
  expect(took).toBeGreaterThan(14_900);
  expect(took).toBeLessThan(16_000);
  late = false;
  await passTime(endpoint, 400);
  await reached("the second try", { delivered: 1 });
  expect(new Set(idsOf(receiver.received)).size).toBe(1);
  expect(receiver.received).toHaveLength(2);
}, 180_000);

test("a receiver that is down for an hour gets everything when it is back, and nothing twice", async () => {
  // The schedule of eight tries, which begins with 5 seconds.
  const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule });
  const { url } = receiver;
  await receiver.close();
  await stage.startWorker();
  await emitProjects(organization, many(50));
  for (const [tries, seconds] of [
    [1, 7],
    [2, 400],
    [3, 2_300],
    [4, 9_000],
  ] as const) {
    const tried = async () => (await deliveriesOf(endpoint)).every(({ attempts }) => attempts === tries);
    await until(tried, { what: `try ${tries}`, timeoutMs: patienceMs, everyMs: 100 });
    expect(await statesOf(endpoint)).toEqual({ pending: 50 });
    if (tries === 4) receiver = await startReceiver(accepting, Number(new URL(url).port));
    await passTime(endpoint, seconds);
  }
  await reached("all of it", { delivered: 50 });
  expect(idsOf(receiver.received).toSorted()).toEqual([...new Set(idsOf(receiver.received))].toSorted());
  expect(receiver.received).toHaveLength(50);
  expect(await endpointRow(endpoint)).toMatchObject({
    state: "active",
    failingSince: null,
    error: "unreachable",
  });
}, 180_000);

test("a worker that is killed between the receiver's 200 and its own commit is followed by one that sends the same again", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  const answered = Promise.withResolvers<ServerResponse>();
  answer = (_received, response) => answered.resolve(response);
  const first = await stage.startWorker();
  await emitProjects(organization, ["Rocket"]);
  const response = await answered.promise;
  // Nothing can be noted while the row is held.
  await entered(organization.id, async (client) => {
    await client.query("SELECT id FROM webhook_endpoints FOR UPDATE");
    response.writeHead(200).end();
    await once(response, "close");
    await sleep(200);
    await first.kill();
  });
  expect(await statesOf(endpoint)).toEqual({ pending: 1 });
  answer = accepting;
  await freeLeases();
  await stage.startWorker();
  await reached("the second", { delivered: 1 });
  const ids = idsOf(receiver.received);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  expect(await deliveriesOf(endpoint)).toMatchObject([{ attempts: 1 }]);
}, 180_000);

test("a queue that forgets everything while 5,000 deliveries wait loses none of them", async () => {
  for (let made = 0; made < 20; made++)
    await buildEndpoint(organization, `${receiver.url}/${made}`, { concurrency: 20 });
  for (let made = 0; made < 50; made++) await emitProjects(organization, many(5));
  expect(await statesOf({ organization })).toEqual({ pending: 5_000 });
  await stage.startWorker();
  const redis = new Redis(env().REDIS_URL);
  try {
    for (const least of [50, 2_000]) {
      const enough = () => receiver.received.length >= least;
      await until(enough, { what: "deliveries", timeoutMs: patienceMs, everyMs: 5 });
      await redis.flushall();
    }
  } finally {
    redis.disconnect();
  }
  await reached("all of it", { delivered: 5_000 });
  const sent = receiver.received.map(({ path, headers }) => `${path} ${String(headers["webhook-id"])}`);
  expect(new Set(sent).size).toBe(5_000);
  expect(sent).toHaveLength(5_000);
}, 180_000);

test("while 100 deliveries wait for another try the secret is rotated: all of them verify with either", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { concurrency: 20, types: ["project.*"] });
  answer = refusing;
  await stage.startWorker();
  await emitProjects(organization, many(100));
  const tried = async () => (await deliveriesOf(endpoint)).every(({ attempts }) => attempts === 1);
  await until(tried, { what: "the first tries", timeoutMs: patienceMs, everyMs: 50 });
  const { secret: fresh } = await writes(organization.owner, rotateSecret, {
    id: endpoint.id,
    overlapHours: 24,
  });
  receiver.received.length = 0;
  answer = accepting;
  await passTime(endpoint, 400);
  await reached("the second tries", { delivered: 100 });
  for (const { body, headers } of receiver.received) {
    const asText = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    for (const secret of [endpoint.secret, fresh]) new Webhook(secret).verify(body.toString("utf8"), asText);
  }
  expect(new Set(idsOf(receiver.received)).size).toBe(100);
}, 180_000);

test("an endpoint that is deleted with deliveries on their way gets those and no more", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { concurrency: 10 });
  const open: ServerResponse[] = [];
  answer = (_received, response) => void open.push(response);
  const worker = await stage.startWorker();
  await emitProjects(organization, many(100));
  await until(() => open.length === 10, { what: "ten requests", timeoutMs: patienceMs, everyMs: 5 });
  await writes(organization.owner, deleteEndpoint, { id: endpoint.id });
  // Whoever sends has looked at the endpoint since, and so knows of it.
  const leased = async () => (await endpointRow(endpoint)).leaseUntil?.getTime();
  await expect.poll(leased, { timeout: patienceMs, interval: 50 }).not.toBe(await leased());
  for (const response of open) response.writeHead(200).end();
  await reached("what was on its way", { canceled: 90, delivered: 10 });
  await emitProjects(organization, ["late"]);
  await sleep(500);
  expect(receiver.received).toHaveLength(10);
  expect(worker.lines.filter((line) => /"level":(?:50|60)/.test(line))).toEqual([]);
  expect(await endpointRow(endpoint)).toMatchObject({ lease: null });
}, 180_000);
