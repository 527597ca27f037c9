import { afterAll, expect, test } from "vitest";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { buildEndpoint, emitProjects } from "../test/webhooks.ts";
import { countWebhooks, fleetCounts } from "./fleet-counts.ts";

afterAll(closeConnections);

test("operators see what waits over all organizations, in counts and nothing else", async () => {
  await countWebhooks("main");
  const before = await fleetCounts();
  const [one, two] = [await buildOrganization(), await buildOrganization()];
  await buildEndpoint(one, "http://127.0.0.1:9/", { types: ["project.*"] });
  await buildEndpoint(two, "http://127.0.0.1:9/", { types: ["project.*"], state: "paused" });
  await emitProjects(one, ["Apollo", "Gemini"]);
  await emitProjects(two, ["Mercury"]);
  await countWebhooks("main");
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
