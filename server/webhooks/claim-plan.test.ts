import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { entered, schemaOf } from "../test/entered.ts";
import { openExplainer } from "../test/explain.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { buildEndpoint } from "../test/webhooks.ts";
import { claimDue } from "./turn.ts";

afterAll(closeConnections);

test("what is due is found along its index, whether the planner knows how much waits or not", async () => {
  const organization = await buildOrganization();
  const { id } = await buildEndpoint(organization, "https://example.com/");
  await buildEndpoint(organization, "https://example.com/other");
  await entered(organization.id, async (client) => {
    await client.query(
      "INSERT INTO events (id, type, data) SELECT uuidv7(), 'project.created', '{}' FROM generate_series(1, 20000)",
    );
    await client.query(
      `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, next_try_at)
       SELECT uuidv7(), w.id, e.id, e.type, CASE WHEN random() < 0.5 THEN 'pending' ELSE 'delivered' END,
         CASE WHEN random() < 0.5 THEN now() + (random() - 0.5) * interval '1 hour' END
       FROM events e CROSS JOIN webhook_endpoints w`,
    );
  });
  const explainer = openExplainer(organization.owner);
  const inHand = Array.from({ length: 300 }, () => randomUUID());
  // It reads alone, and so may run where nothing can be written.
  const look = () => explainer.plansOf((ctx) => claimDue(ctx as WriteCtx, id, 100, inHand));
  for (const analyzed of [false, true]) {
    if (analyzed)
      await ownerPool("main").query(`ANALYZE ${await schemaOf(organization.id)}.webhook_deliveries`);
    const [plan] = await look();
    const reads = plan?.accesses.filter(({ table }) => table === "webhook_deliveries") ?? [];
    expect(reads.map(({ index }) => index)).toEqual([
      "webhook_deliveries_endpoint_id_next_try_at_id_idx",
      "webhook_deliveries_endpoint_id_next_try_at_id_idx",
    ]);
  }
  await explainer.close();
});
