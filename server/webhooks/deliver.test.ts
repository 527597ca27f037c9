import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { startReceiver, type Receiver } from "../test/receiver.ts";
import { isSignedBy } from "../test/streams.ts";
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

let organization: TestOrganization;
let receiver: Receiver;
let status = 204;
let answered: Record<string, string> = {};
beforeEach(async () => {
  organization = await buildOrganization();
  status = 204;
  answered = {};
  receiver = await startReceiver(
    (_received, response) => void response.writeHead(status, answered).end("thanks"),
  );
});
afterEach(() => receiver.close());
afterAll(closeConnections);

test("an event reaches each endpoint that wants its type, signed, and is noted", async () => {
  const all = await buildEndpoint(organization, `${receiver.url}/all`);
  const kind = await buildEndpoint(organization, `${receiver.url}/kind`, { types: ["project.*"] });
  const other = await buildEndpoint(organization, `${receiver.url}/other`, { types: ["member.*"] });
  await emitProjects(organization, ["Rocket"]);
  for (const endpoint of [all, kind, other]) await deliver(endpoint);

  expect(receiver.received.map(({ path }) => path)).toEqual(["/all", "/kind"]);
  const [first, second] = [requestOf(receiver, 0), requestOf(receiver, 1)];
  expect(isSignedBy(all.secret, first)).toBe(true);
  expect(isSignedBy(kind.secret, second)).toBe(true);
  const body = JSON.parse(first.body.toString("utf8")) as { id: string };
  expect(body).toMatchObject({
    type: "project.created",
    organization_id: organization.id,
    api_version: expect.any(String),
    data: { name: "Rocket" },
  });
  expect(first.headers).toMatchObject({ "content-type": "application/json", "webhook-id": body.id });
  const [delivery] = await deliveriesOf(all);
  expect(delivery).toMatchObject({
    state: "delivered",
    attempts: 1,
    status: 204,
    error: null,
    eventId: body.id,
  });
  expect(delivery?.settledAt).not.toBeNull();
  expect(delivery?.attemptRows).toMatchObject([{ number: 1, status: 204, error: null, truncated: false }]);
  expect(await deliveriesOf(other)).toEqual([]);
  expect(await asksFor(all)).toEqual([]);
  expect(await endpointRow(all)).toMatchObject({ lease: null, leaseUntil: null, failingSince: null });
});

test("a failure is tried again by the schedule, then given up; each try has the same id and body", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  status = 500;
  await emitProjects(organization, ["Rocket"]);
  for (const [tries, least, most] of [
    [1, 240, 360],
    [2, 2_880, 4_320],
  ] as const) {
    await deliver(endpoint);
    expect(await deliveriesOf(endpoint)).toMatchObject([
      { state: "pending", attempts: tries, error: "status" },
    ]);
    const [ask] = await asksFor(endpoint);
    expect(ask?.inSeconds).toBeGreaterThan(least - 10);
    expect(ask?.inSeconds).toBeLessThanOrEqual(most);
    // Nothing is due before.
    await deliver(endpoint);
    expect(receiver.received).toHaveLength(tries);
    await passTime(endpoint, most);
  }
  await deliver(endpoint);
  expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "dead", attempts: 3, status: 500 }]);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body.toString("utf8"))).size).toBe(1);
  expect(await asksFor(endpoint)).toEqual([]);
  const row = await endpointRow(endpoint);
  expect(row).toMatchObject({ error: "status", errorStatus: 500, state: "active" });
  expect(row.failingSince).not.toBeNull();
});
