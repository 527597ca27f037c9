import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { tenancy } from "../tenancy/kernel.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { startReceiver, type Receiver } from "../test/receiver.ts";
import { buildEndpoint, deliver, emitProjects, passTime } from "../test/webhooks.ts";

let organization: TestOrganization;
let receiver: Receiver;
let status = 204;
beforeEach(async () => {
  organization = await buildOrganization();
  status = 204;
  receiver = await startReceiver((_received, response) => void response.writeHead(status).end());
});
afterEach(() => receiver.close());
afterAll(closeConnections);

async function counted(): Promise<{ records: number; deliveries: number }> {
  const rows = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.usageRecord.findMany({ where: { meter: "webhook_deliveries" }, select: { quantity: true } }),
  );
  const deliveries = rows.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  return { records: rows.length, deliveries };
}

test("what has arrived counts once for each endpoint, with one record for what is noted together", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `Project ${index}`);
  const endpoints = [
    await buildEndpoint(organization, `${receiver.url}/one`),
    await buildEndpoint(organization, `${receiver.url}/other`),
  ];
  await emitProjects(organization, names);
  for (const endpoint of endpoints) await deliver(endpoint);
  const { records, deliveries } = await counted();
  expect(deliveries).toBe(60);
  expect(records).toBeLessThan(30);
});

test("a try that fails does not count, and the one that arrives after it counts once", async () => {
  const endpoint = await buildEndpoint(organization, receiver.url);
  status = 500;
  await emitProjects(organization, ["Rocket"]);
  await deliver(endpoint);
  expect(await counted()).toEqual({ records: 0, deliveries: 0 });
  status = 204;
  await passTime(endpoint, 400);
  await deliver(endpoint);
  expect(receiver.received).toHaveLength(2);
  expect(await counted()).toEqual({ records: 1, deliveries: 1 });
});
