import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { listNotifications } from "../notifications/notifications.ts";
import { ListNotifications } from "../notifications/schema.ts";
import { buildOrganization, closeConnections, reads, type TestOrganization } from "../test/factories.ts";
import { startReceiver, type Received, type Receiver } from "../test/receiver.ts";
import {
  asksFor,
  buildEndpoint,
  deliver,
  deliveriesOf,
  emitProjects,
  endpointRow,
  passTime,
  requestOf,
} from "../test/webhooks.ts";
import { retryAfterMs } from "./send.ts";

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

const answering = (status: number, headers: Record<string, string> = {}, body: string | Buffer = "") => {
  answer = (_received, response) => void response.writeHead(status, headers).end(body);
};
const notices = async () =>
  (await reads(organization.owner, listNotifications, ListNotifications.parse({}))).items;
const day = 86_400;

test("a try keeps times, status, headers and 16 KiB of the body", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, {
    headers: { "X-Token": "a secret", "Webhook-Id": "mine" },
  });
  answering(
    200,
    { "x-answer": "yes", "content-encoding": "gzip" },
    gzipSync("thanks \u{1F600} ".repeat(4_000)),
  );
  await emitProjects(organization, ["Rocket"]);
  await deliver(endpoint);
  const [delivery] = await deliveriesOf(endpoint);
  const [attempt] = delivery?.attemptRows ?? [];
  expect(attempt).toMatchObject({ status: 200, error: null, truncated: true });
  expect(attempt?.responseBody?.length).toBe(16_384);
  expect(JSON.parse(attempt?.responseHeaders ?? "")).toMatchObject({ "x-answer": "yes" });
  expect(attempt?.totalMs).toBeGreaterThanOrEqual((attempt?.headersMs ?? 0) + (attempt?.bodyMs ?? 0) - 2);
  const { headers } = requestOf(receiver, 0);
  expect(headers).toMatchObject({ "x-token": "a secret", "webhook-id": delivery?.eventId });
  const asked = JSON.parse(attempt?.requestHeaders ?? "") as Record<string, string | null>;
  expect(asked).toMatchObject({ "x-token": null, "webhook-id": delivery?.eventId });
  expect(JSON.stringify(asked)).not.toContain("a secret");
});

test("a thin endpoint gets what happened to whom, and no more", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { payload: "thin" });
  await emitProjects(organization, ["Rocket"]);
  await deliver(endpoint);
  const { data } = JSON.parse(requestOf(receiver, 0).body.toString("utf8")) as { data: object };
  expect(data).toEqual({ id: expect.any(String) });
});

test("a redirect is a failure and is not followed, an endless answer is cut, one that drips in time counts", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  answering(302, { location: `${receiver.url}/elsewhere` });
  await emitProjects(organization, ["moved"]);
  await deliver(endpoint);
  expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "pending", error: "redirect", status: 302 }]);
  expect(receiver.received).toHaveLength(1);

  answer = (_received, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x".repeat(4_096)), 5);
    response.on("close", () => clearInterval(timer));
  };
  await emitProjects(organization, ["endless"]);
  await deliver(endpoint);
  expect((await deliveriesOf(endpoint))[1]).toMatchObject({
    state: "delivered",
    attemptRows: [{ truncated: true }],
  });
});

const refused: [url: string, error: string][] = [
  ["https://10.0.0.1/", "blocked"],
  ["https://169.254.169.254/latest/meta-data/", "blocked"],
  ["https://2852039166/", "blocked"],
  ["https://0251.0376.0251.0376/", "blocked"],
  ["https://0xa9fea9fe/", "blocked"],
  ["https://[::ffff:169.254.169.254]/", "blocked"],
  ["https://[64:ff9b::a00:1]/", "blocked"],
  ["https://metadata.google.internal/", "blocked"],
  ["https://intranet/", "blocked"],
  ["https://example.com:22/", "blocked"],
  ["http://example.com/", "refused_url"],
  ["https://me:secret@example.com/", "refused_url"],
];

test("an address that is not to be reached is refused at each try as well, and nothing tells what stands there", async () => {
  const endpoints = [];
  for (const [url] of refused) endpoints.push(await buildEndpoint(organization, url));
  await emitProjects(organization, ["Rocket"]);
  for (const [index, endpoint] of endpoints.entries()) {
    await deliver(endpoint);
    const [delivery] = await deliveriesOf(endpoint);
    expect(delivery, refused[index]?.[0]).toMatchObject({
      state: "pending",
      error: refused[index]?.[1],
      status: null,
    });
    expect(delivery?.attemptRows).toMatchObject([{ responseHeaders: null, responseBody: null }]);
  }
});

test("Retry-After is honoured, in seconds and as a date, for a day at most; 429 and 503 rest the whole endpoint", async () => {
  const now = new Date("2026-01-01T00:00:00Z");
  expect(retryAfterMs("120", now)).toBe(120_000);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
  expect(retryAfterMs("Wed, 31 Dec 2025 00:01:00 GMT", now)).toBe(0);
  expect(retryAfterMs("999999999", now)).toBe(86_400_000);
  for (const nothing of [undefined, "", "soon", "-5", "1e3"])
    expect(retryAfterMs(nothing, now)).toBeLessThanOrEqual(0);

  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [1, 1] });
  answering(429, { "retry-after": "600" });
  await emitProjects(organization, ["first"]);
  await deliver(endpoint);
  await emitProjects(organization, ["second"]);
  await deliver(endpoint);
  expect(receiver.received).toHaveLength(1);
  const asks = await asksFor(endpoint);
  expect(asks).toHaveLength(1);
  expect(asks[0]?.inSeconds).toBeGreaterThan(590);
  answering(200);
  await passTime(endpoint, 601);
  await deliver(endpoint);
  expect((await deliveriesOf(endpoint)).map(({ state }) => state)).toEqual(["delivered", "delivered"]);
});

test("410 disables at once: what waits is held, whoever manages webhooks is told, and the log says so", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { concurrency: 1, types: ["project.*"] });
  answering(410);
  await emitProjects(organization, ["first", "second", "third"]);
  await deliver(endpoint);
  expect(receiver.received).toHaveLength(1);
  expect((await deliveriesOf(endpoint)).map(({ state }) => state)).toEqual(["dead", "held", "held"]);
  expect(await endpointRow(endpoint)).toMatchObject({
    state: "disabled",
    disabledFor: "gone",
    lease: null,
    version: 2,
  });
  expect(await notices()).toMatchObject([{ kind: "webhook_disabled", level: "danger" }]);
  const { rows } = await ownerPool("main").query(
    "SELECT name FROM astra.outbox WHERE tenant_id = $1 AND name = 'mail.send-tenant'",
    [organization.id],
  );
  expect(rows).toHaveLength(1);
  await emitProjects(organization, ["fourth"]);
  expect((await deliveriesOf(endpoint))[3]).toMatchObject({ state: "held", attempts: 0 });
  expect(await asksFor(endpoint)).toEqual([]);
});

test("after five days of nothing but failures an endpoint is disabled; one that once succeeds is not", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [] });
  const failOnce = async () => {
    await emitProjects(organization, ["Rocket"]);
    await deliver(endpoint);
  };
  answering(500);
  await failOnce();
  await passTime(endpoint, 4 * day);
  answering(200);
  await failOnce();
  expect(await endpointRow(endpoint)).toMatchObject({ failingSince: null });
  answering(500);
  await failOnce();
  await passTime(endpoint, 5 * day - 60);
  await failOnce();
  expect(await endpointRow(endpoint)).toMatchObject({ state: "active" });
  await passTime(endpoint, 120);
  await failOnce();
  expect(await endpointRow(endpoint)).toMatchObject({ state: "disabled", disabledFor: "failing" });
});

test("whoever manages webhooks hears once a day that an endpoint has dead letters", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url, { schedule: [] });
  answering(500);
  for (let failed = 0; failed < 3; failed++) {
    await emitProjects(organization, ["Rocket"]);
    await deliver(endpoint);
  }
  expect(await notices()).toMatchObject([{ kind: "webhook_dead_letters", times: 1 }]);
});
