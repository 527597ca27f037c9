import { afterAll, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { startReceiver } from "../test/receiver.ts";
import { asksFor, buildEndpoint, deliver, deliveriesOf, emitProjects } from "../test/webhooks.ts";
import { countWebhooks, fleetCounts } from "./fleet-counts.ts";

afterAll(closeConnections);

const job = { requestId: "count" };

test("operators see what waits over all organizations, in counts and nothing else", async () => {
  await countWebhooks("main", job);
  const before = await fleetCounts();
  const [one, two] = [await buildOrganization(), await buildOrganization()];
  await buildEndpoint(one, "http://127.0.0.1:9/", { types: ["project.*"] });
  await buildEndpoint(two, "http://127.0.0.1:9/", { types: ["project.*"], state: "paused" });
  await emitProjects(one, ["Apollo", "Gemini"]);
  await emitProjects(two, ["Mercury"]);
  await countWebhooks("main", job);
  const after = await fleetCounts();
  const more = (name: "organizations" | "endpoints" | "pending" | "held" | "dead") =>
    (after?.[name] ?? 0) - (before?.[name] ?? 0);
  expect(more("organizations")).toBe(2);
  expect(more("endpoints")).toBe(2);
  expect(more("pending")).toBe(2);
  expect(more("held")).toBe(1);
  expect(more("dead")).toBe(0);
  expect(after?.oldestPendingAt).toBeInstanceOf(Date);
  expect(JSON.stringify(after)).not.toMatch(new RegExp(`${one.id}|${one.name}|Apollo`));
});

test("what a dead job has left due is asked for anew on the way, once", async () => {
  const receiver = await startReceiver((_received, response) => void response.writeHead(204).end());
  const organization = await buildOrganization();
  const endpoint = await buildEndpoint(organization, receiver.url, { types: ["project.*"] });
  await emitProjects(organization, ["Apollo"]);
  // As if its worker had died at every try.
  const dead = `UPDATE astra.outbox SET state = 'dead', done_at = now(), error = 'worker died'
    WHERE name = 'webhooks.deliver' AND payload ->> 'endpointId' = $1`;
  await ownerPool("main").query(dead, [endpoint.id]);
  expect(await asksFor(endpoint)).toEqual([]);
  await countWebhooks("main", job);
  await countWebhooks("main", job);
  expect(await asksFor(endpoint)).toHaveLength(1);
  await deliver(endpoint);
  expect((await deliveriesOf(endpoint)).map(({ state }) => state)).toEqual(["delivered"]);
  await countWebhooks("main", job);
  expect(await asksFor(endpoint)).toEqual([]);
  await receiver.close();
});
