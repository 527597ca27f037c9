import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ListEvents, PollEvents } from "../events/schema.ts";
import { listEvents } from "../events/log.ts";
import { pollEvents } from "../events/poll.ts";
import { ownerPool } from "../fleet/owner.ts";
import { entered, schemaOf } from "../test/entered.ts";
import { openExplainer, type Explainer, type Plan } from "../test/explain.ts";
import { buildOrganization, closeConnections, reads, type TestMember } from "../test/factories.ts";
import { buildEndpoint } from "../test/webhooks.ts";
import { getDelivery } from "./delivery.ts";
import { endpointHealth } from "./health.ts";
import { listDeliveries, listEndpoints, listUndelivered } from "./lists.ts";
import { EndpointHealthOf, ListDeliveries, ListEndpoints } from "./schema.ts";

// Row-level security takes an index away wherever an operator is not leakproof. These tables grow with all that an
// organization does, so nothing that is asked of them may read them from front to back.
const growing = ["events", "webhook_deliveries", "webhook_attempts", "webhook_hours"];
const deliveries = 100_000;

let owner: TestMember;
let explainer: Explainer;
let endpointId: string;
let deliveryId: string;
let eventId: string;

beforeAll(async () => {
  const organization = await buildOrganization();
  ({ owner } = organization);
  const endpoints: string[] = [];
  for (let i = 0; i < 4; i++)
    endpoints.push((await buildEndpoint(organization, `http://127.0.0.1:9/${i}`)).id);
  endpointId = endpoints[0] ?? "";
  await entered(organization.id, (client) => fill(client, endpoints));
  const schema = await schemaOf(organization.id);
  for (const table of growing) await ownerPool("main").query(`VACUUM (ANALYZE) "${schema}".${table}`);
  const page = await reads(owner, listDeliveries, ListDeliveries.parse({ limit: 1 }));
  deliveryId = page.items[0]?.id ?? "";
  eventId = page.items[0]?.eventId ?? "";
  explainer = openExplainer(owner);
}, 300_000);

afterAll(async () => {
  await explainer.close();
  await closeConnections();
});

type Client = Parameters<Parameters<typeof entered>[1]>[0];

/** One event every ten seconds, each to one endpoint. One delivery in a thousand is dead, held or waits. */
async function fill(client: Client, endpoints: string[]): Promise<void> {
  await client.query(
    `INSERT INTO events (id, type, at, data)
     SELECT uuidv7(-i * interval '10 seconds'), (ARRAY['project.created', 'task.created', 'task.updated', 'member.joined'])[1 + i % 4],
       now() - i * interval '10 seconds', '{"id": "x", "name": "Apollo"}' FROM generate_series(1, $1::int) i`,
    [deliveries],
  );
  await client.query(
    "UPDATE events SET seq = n.seq FROM (SELECT id, row_number() OVER (ORDER BY id) AS seq FROM events) n WHERE n.id = events.id",
  );
  await client.query("UPDATE event_numbers SET seq = (SELECT max(seq) FROM events)");
  await client.query(
    `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, attempts, error, status, created_at, settled_at)
     SELECT uuidv7(n.at - now()), ($1::uuid[])[1 + n.i % 4], n.id, n.type, n.state, 1, n.error, 500, n.at,
       CASE WHEN n.state <> 'pending' THEN n.at END
     FROM (
       SELECT e.id, e.type, e.at, e.i,
         CASE e.i % 1000 WHEN 0 THEN 'dead' WHEN 333 THEN 'held' WHEN 666 THEN 'pending' ELSE 'delivered' END AS state,
         CASE WHEN e.i % 1000 IN (0, 666) THEN 'timeout' END AS error
       FROM (SELECT e.*, row_number() OVER (ORDER BY e.id)::int AS i FROM events e WHERE e.type <> 'organization.created') e
     ) n`,
    [endpoints],
  );
  await client.query(
    `INSERT INTO webhook_attempts (id, delivery_id, number, at, connect_ms, headers_ms, body_ms, total_ms, request_headers)
     SELECT gen_random_uuid(), d.id, 1, d.created_at, 1, 2, 3, 6, '{}' FROM webhook_deliveries d`,
  );
  await client.query(
    `INSERT INTO webhook_hours (endpoint_id, hour, delivered, failed, slow)
     SELECT e, date_trunc('hour', now()) - i * interval '1 hour', 90, 1, '{}'
     FROM unnest($1::uuid[]) e, generate_series(0, 2160) i`,
    [endpoints],
  );
}

function lost(plans: Plan[]): Plan[] {
  return plans.filter(({ accesses }) =>
    accesses.some(({ table, how }) => how.includes("Seq Scan") && growing.includes(table)),
  );
}

describe("deliveries", () => {
  const filters: [string, () => Partial<ListDeliveries>, RegExp][] = [
    ["nothing", () => ({}), /^webhook_deliveries_pkey$/],
    ["a state", () => ({ states: ["dead"] }), /^webhook_deliveries_state_id_idx$/],
    ["states", () => ({ states: ["dead", "held"] }), /^webhook_deliveries_state_id_idx$/],
    ["an endpoint", () => ({ endpointId }), /^webhook_deliveries_endpoint_id_state_id_idx$/],
    [
      "an endpoint and a state",
      () => ({ endpointId, states: ["dead"] }),
      /^webhook_deliveries_endpoint_id_state_id_idx$/,
    ],
    ["an event", () => ({ eventId }), /^webhook_deliveries_event_id_endpoint_id_key$/],
    [
      "a stretch of time",
      () => ({ from: new Date(Date.now() - 7_200_000), to: new Date(Date.now() - 3_600_000) }),
      /^webhook_deliveries_pkey$/,
    ],
    ["a rare type", () => ({ type: "webhook.test" }), /^webhook_deliveries_type_id_idx$/],
    ["a kind of types", () => ({ type: "task.*" }), /^webhook_deliveries_type_id_idx$/],
    ["rare errors", () => ({ errors: ["tls", "gone"] }), /^webhook_deliveries_error_id_idx$/],
    [
      "a rare type and an endpoint",
      () => ({ endpointId, type: "webhook.test" }),
      /^webhook_deliveries_type_id_idx$/,
    ],
    [
      "a rare error and an endpoint",
      () => ({ endpointId, errors: ["tls"] }),
      /^webhook_deliveries_error_id_idx$/,
    ],
    [
      "a rare type of what has arrived",
      () => ({ states: ["delivered"], type: "webhook.test" }),
      /^webhook_deliveries_type_id_idx$/,
    ],
    ["a type", () => ({ type: "task.updated" }), /^webhook_deliveries_(?:type_id_idx|pkey)$/],
    [
      "an error of what is dead",
      () => ({ states: ["dead"], errors: ["timeout"] }),
      /^webhook_deliveries_state_id_idx$/,
    ],
  ];

  test.each(filters)(
    "chosen by %s are read in the order of an index, on every page",
    async (_name, input, index) => {
      const first = await reads(owner, listDeliveries, ListDeliveries.parse({ ...input(), limit: 2 }));
      const pages = [input(), ...(first.nextCursor ? [{ ...input(), cursor: first.nextCursor }] : [])];
      for (const page of pages) {
        const plans = await explainer.plansOf((ctx) => listDeliveries(ctx, ListDeliveries.parse(page)));
        expect(plans).toHaveLength(2);
        expect(lost(plans)).toEqual([]);
        expect(plans[0]?.accesses).toContainEqual(
          expect.objectContaining({ table: "webhook_deliveries", index: expect.stringMatching(index) }),
        );
      }
    },
  );

  test("are read one by one, and counted, by indexes", async () => {
    const plans = [
      ...(await explainer.plansOf((ctx) => getDelivery(ctx, { id: deliveryId }))),
      ...(await explainer.plansOf((ctx) => listUndelivered(ctx))),
      ...(await explainer.plansOf((ctx) => listEndpoints(ctx, ListEndpoints.parse({})))),
      ...(await explainer.plansOf((ctx) =>
        endpointHealth(ctx, EndpointHealthOf.parse({ id: endpointId, range: "30d" })),
      )),
    ];
    expect(plans.length).toBeGreaterThan(8);
    expect(lost(plans)).toEqual([]);
  });

  test("take no longer for the many that there are", async () => {
    const inputs = filters.map(([, input]) => ListDeliveries.parse(input()));
    const slow: number[] = [];
    for (const input of [...inputs, ...inputs]) {
      const begun = performance.now();
      await reads(owner, listDeliveries, input);
      slow.push(performance.now() - begun);
    }
    // A bound for a busy machine: a walk over all of them, sorted, takes several times as long.
    expect(Math.max(...slow)).toBeLessThan(2_000);
  });
});

test.each([
  [{}, "events_at_id_idx"],
  [{ type: "task.updated" }, "events_type_at_id_idx"],
  [{ from: new Date(Date.now() - 7_200_000) }, "events_at_id_idx"],
])("the log of events chosen by %j is read by %s", async (input, index) => {
  const plans = await explainer.plansOf((ctx) => listEvents(ctx, ListEvents.parse(input)));
  expect(lost(plans)).toEqual([]);
  expect(plans[0]?.accesses).toContainEqual(expect.objectContaining({ table: "events", index }));
});

test("whoever polls walks the numbers, and what has none is found by its own index", async () => {
  const plans = await explainer.plansOf(async (ctx) => {
    await ctx.db.event.findFirst({ where: { seq: null }, select: { id: true } });
    await pollEvents(ctx, PollEvents.parse({ after: 50_000 }));
  });
  expect(lost(plans)).toEqual([]);
  expect(plans.flatMap(({ accesses }) => accesses).map(({ index }) => index)).toContain("events_seq_key");
});
