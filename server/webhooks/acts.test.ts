import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { entered } from "../test/entered.ts";
import { buildOrganization, closeConnections, requestOf, type TestOrganization } from "../test/factories.ts";
import { startReceiver, type Receiver } from "../test/receiver.ts";
import { refusalOf } from "../test/refusal.ts";
import { transact } from "../tenancy/transact.ts";
import { buildEndpoint, deliver, deliveriesOf, emitProjects, workerDoor } from "../test/webhooks.ts";
import { holdEndpoint } from "./endpoints.ts";
import { runRecovery } from "./recover.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;
let receiver: Receiver;
let status = 204;
const call = () => callerOf(requestOf(organization.owner, organization.slug)).webhooks;

beforeEach(async () => {
  organization = await buildOrganization();
  status = 204;
  receiver = await startReceiver((_received, response) => void response.writeHead(status).end());
  return () => receiver.close();
});
afterAll(closeConnections);

const build = (path = "/") =>
  buildEndpoint(organization, `${receiver.url}${path}`, { types: ["project.*"], schedule: [] });
const recover = (recoveryId: string) =>
  runRecovery(workerDoor(organization), { recoveryId }, { signal: new AbortController().signal });

async function statesOf(endpoint: Awaited<ReturnType<typeof build>>): Promise<string[]> {
  return (await deliveriesOf(endpoint)).map(({ state }) => state);
}

describe("pause and resume", () => {
  test("what happens in between is held and listed, and sent when it is resumed", async () => {
    const endpoint = await build();
    await call().pause(endpointId(endpoint));
    expect(await call().get(endpointId(endpoint))).toMatchObject({
      state: "paused",
      stoppedAt: expect.any(Date),
    });
    await emitProjects(organization, ["Apollo", "Gemini"]);
    expect(await statesOf(endpoint)).toEqual(["held", "held"]);
    expect((await call().deliveries({ states: ["held"] })).total).toBe(2);
    expect((await call().undelivered()).items).toMatchObject([{ state: "held", error: null, count: 2 }]);
    const { recoveryId } = await call().resume(endpointId(endpoint));
    expect(await call().get(endpointId(endpoint))).toMatchObject({ state: "active", stoppedAt: null });
    await recover(recoveryId ?? "");
    expect(await call().recovery({ id: recoveryId ?? "" })).toMatchObject({
      state: "done",
      done: 2,
      total: 2,
    });
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["delivered", "delivered"]);
    expect(receiver.received).toHaveLength(2);
  });

  test("what happens while it is being resumed waits for that, and is sent", async () => {
    const endpoint = await build();
    await call().pause(endpointId(endpoint));
    let emitted: Promise<void> | undefined;
    await entered(organization.id, async (client) => {
      await client.query("SELECT FROM webhook_endpoints WHERE id = $1 FOR UPDATE", [endpoint.id]);
      await client.query("UPDATE webhook_endpoints SET state = 'active' WHERE id = $1", [endpoint.id]);
      emitted = emitProjects(organization, ["Apollo"]);
      const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      const waiting = "SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))";
      const count = async () => (await ownerPool("main").query(waiting, [rows[0]?.pid])).rowCount;
      await expect.poll(count, { timeout: 3_000 }).toBe(1);
    });
    await emitted;
    expect(await statesOf(endpoint)).toEqual(["pending"]);
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["delivered"]);
  });

  test("what happens while an endpoint's settings change does not wait for that", async () => {
    const endpoint = await build();
    const [held, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const change = transact(workerDoor(organization), "write", async (ctx) => {
      await holdEndpoint(ctx, endpoint.id);
      held.resolve();
      await over.promise;
    });
    await held.promise;
    await emitProjects(organization, ["Apollo"]);
    over.resolve();
    await change;
    expect(await statesOf(endpoint)).toEqual(["pending"]);
  });

  test("what another process with a clock ahead has held is sent as well", async () => {
    const endpoint = await build();
    await call().pause(endpointId(endpoint));
    await emitProjects(organization, ["Apollo"]);
    await entered(organization.id, (client) =>
      client.query("UPDATE webhook_deliveries SET created_at = now() + interval '1 minute'"),
    );
    const { recoveryId } = await call().resume(endpointId(endpoint));
    await recover(recoveryId ?? "");
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["delivered"]);
  });

  test("or left, and sent later one by one", async () => {
    const endpoint = await build();
    await call().pause(endpointId(endpoint));
    await emitProjects(organization, ["Apollo", "Gemini"]);
    expect(await call().resume({ ...endpointId(endpoint), held: "leave" })).toMatchObject({
      recoveryId: null,
    });
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["held", "held"]);
    const [first] = await deliveriesOf(endpoint);
    expect(await call().replay({ ids: [first?.id ?? ""] })).toEqual({ replayed: 1 });
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["delivered", "held"]);
  });

  test("twice change nothing more", async () => {
    const endpoint = await build();
    await call().pause(endpointId(endpoint));
    const { stoppedAt } = await call().get(endpointId(endpoint));
    await call().pause(endpointId(endpoint));
    expect((await call().get(endpointId(endpoint))).stoppedAt).toEqual(stoppedAt);
    await call().resume(endpointId(endpoint));
    expect(await call().resume(endpointId(endpoint))).toMatchObject({ recoveryId: null });
  });
});

const endpointId = ({ id }: { id: string }) => ({ id });

describe("sending again", () => {
  test("recovers all that is dead since a time, and can be watched; one at a time", async () => {
    const endpoint = await build();
    status = 500;
    await emitProjects(organization, ["Apollo", "Gemini", "Mercury"]);
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["dead", "dead", "dead"]);
    status = 204;
    const since = new Date(Date.now() - 3_600_000);
    const started = await call().recover({ ...endpointId(endpoint), since });
    expect(started.total).toBe(3);
    const again = call().recover({ ...endpointId(endpoint), since });
    expect(await refusalOf(again)).toMatchObject({ reason: "recovery_under_way" });
    await recover(started.id);
    await deliver(endpoint);
    expect(await statesOf(endpoint)).toEqual(["delivered", "delivered", "delivered"]);
    expect((await call().recoveries(endpointId(endpoint))).items).toMatchObject([
      { id: started.id, state: "done", done: 3, requestedBy: organization.owner.name },
    ]);
    const later = await call().recover({ ...endpointId(endpoint), since: new Date(Date.now() + 60_000) });
    expect(later.total).toBe(0);
  });

  test("replays chosen ones over several endpoints, under the ids that they had", async () => {
    const [one, two] = [await build("/one"), await build("/two")];
    await emitProjects(organization, ["Apollo"]);
    for (const endpoint of [one, two]) await deliver(endpoint);
    const ids = [...(await deliveriesOf(one)), ...(await deliveriesOf(two))].map(({ id }) => id);
    expect(await call().replay({ ids: [...ids, ...ids] })).toEqual({ replayed: 2 });
    for (const endpoint of [one, two]) await deliver(endpoint);
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(await refusalOf(call().replay({ ids: [...ids, randomUUID()] }))).toMatchObject({
      reason: "not_found",
    });
    await call().pause(endpointId(two));
    expect(await refusalOf(call().replay({ ids }))).toMatchObject({ reason: "endpoint_stopped" });
    expect((await deliveriesOf(one)).map(({ state }) => state)).toEqual(["delivered"]);
  });

  test("a test event goes to its endpoint alone, and not without end", async () => {
    const [one, two] = [await build("/one"), await build("/two")];
    const { deliveryId } = await call().sendTest(endpointId(one));
    for (const endpoint of [one, two]) await deliver(endpoint);
    expect(receiver.received.map(({ path }) => path)).toEqual(["/one"]);
    expect(await call().delivery({ id: deliveryId })).toMatchObject({
      type: "webhook.test",
      state: "delivered",
    });
    for (let i = 1; i < 10; i++) await call().sendTest(endpointId(one));
    expect(await refusalOf(call().sendTest(endpointId(one)))).toMatchObject({ reason: "too_many_tests" });
    await call().sendTest(endpointId(two));
    await call().pause(endpointId(two));
    expect(await refusalOf(call().sendTest(endpointId(two)))).toMatchObject({ reason: "endpoint_stopped" });
  });

  test("what waits for a deleted endpoint is canceled, and nothing more is made for it", async () => {
    const endpoint = await build();
    await emitProjects(organization, ["Apollo"]);
    await call().delete(endpointId(endpoint));
    await deliver(endpoint);
    await emitProjects(organization, ["Gemini"]);
    expect(await statesOf(endpoint)).toEqual(["canceled"]);
    expect(receiver.received).toEqual([]);
  });
});
