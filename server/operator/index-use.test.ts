import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoicesOf } from "../billing/invoice-ledger.ts";
import { ownerPool } from "../fleet/owner.ts";
import { TestStripe } from "../test/billing.ts";
import { explain, type Access, type Statement } from "../test/explain.ts";
import { closeConnections } from "../test/factories.ts";
import { getBillingReport } from "./billing-report.ts";
import { getPaidReport } from "./fees.ts";
import { ListStripeEvents, PaidMonth } from "./schema.ts";
import { getStripeEvent, listStripeEvents } from "./stripe-events.ts";
import { listEndingTrials } from "./trials.ts";

// What these tables hold grows with the years; only what is asked of all organizations at once may read all of theirs.
const growing = ["stripe_events", "billing_invoices"];
const organizations = 10_000;

let made: TestStripe;
let stop: (() => void) | undefined;
let seen: Statement[] = [];

beforeAll(async () => {
  made = await TestStripe.open();
  await fill();
  stop = noteStatements((statement) => seen.push(statement));
}, 120_000);
afterAll(async () => {
  stop?.();
  await closeConnections();
  await made.close();
});

/** A fleet of 10,000 that has paid for months, with 50,000 events of which 200 wait. */
async function fill(): Promise<void> {
  const pool = ownerPool("main");
  await pool.query(
    `INSERT INTO tenants (id, shard_id, schema, state, claimed_at)
     SELECT gen_random_uuid(), 'main', 'filled_' || n, 'active', now() FROM generate_series(1, $1::int) n`,
    [organizations],
  );
  await pool.query(`INSERT INTO organizations (id, slug, name, plan)
    SELECT id, replace(schema, '_', '-'), schema, 'pro' FROM tenants WHERE schema LIKE 'filled\\_%'`);
  await pool.query(`INSERT INTO subscriptions
      (organization_id, subscription_id, status, plan, price_lookup_key, quantity, trial_end, ticket, synced_at)
    SELECT id, 'sub_' || slug, CASE WHEN random() < 0.05 THEN 'trialing' ELSE 'active' END, 'pro', 'astra_pro_month',
      5, now() + (random() - 0.5) * interval '2 years', 1, now()
    FROM organizations WHERE slug LIKE 'filled-%'`);
  await pool.query(`INSERT INTO billing_invoices
      (id, organization_id, plan, status, currency, due, paid, attempts, created_at, paid_at)
    SELECT 'in_' || o.slug || '_' || m, o.id, 'pro', 'paid', 'usd', 7500, 7500, 1, now() - m * interval '30 days',
      now() - m * interval '30 days'
    FROM organizations o CROSS JOIN generate_series(0, 7) m WHERE o.slug LIKE 'filled-%'`);
  await pool.query(`INSERT INTO stripe_events (id, type, state, created_at, received_at)
    SELECT 'evt_' || n, 'invoice.paid', CASE n % 500 WHEN 0 THEN 'failed' WHEN 1 THEN 'unresolved' ELSE 'done' END,
      now() - n * interval '10 seconds', now() - n * interval '10 seconds' FROM generate_series(1, 50000) n`);
  for (const table of [...growing, "subscriptions", "organizations"]) await pool.query(`ANALYZE ${table}`);
}

/** Hears of every statement of this process, until it is told to stop. */
function noteStatements(note: (statement: Statement) => void): () => void {
  const prototype = pg.Client.prototype as { query: (...args: unknown[]) => unknown };
  const plain = prototype.query;
  prototype.query = function noting(this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    if (first && typeof first === "object" && "text" in first && "values" in first) note(first as Statement);
    return plain.apply(this, args);
  };
  return () => {
    prototype.query = plain;
  };
}

/** How the statements of a verb read, in the plans that the server makes for their values. */
async function accessesOf(verb: () => Promise<unknown>): Promise<Access[]> {
  seen = [];
  await verb();
  const statements = seen.filter(({ text }) => /\bFROM\b/i.test(text));
  expect(statements.length).toBeGreaterThan(0);
  const client = await ownerPool("main").connect();
  try {
    const accesses: Access[] = [];
    for (const statement of statements) {
      if (/^\s*(SELECT|WITH)/i.test(statement.text))
        accesses.push(...(await explain(client, statement)).accesses);
    }
    return accesses;
  } finally {
    client.release();
  }
}

const indexesOf = (accesses: Access[], table: string) =>
  new Set(accesses.filter((access) => access.table === table).map(({ index }) => index));

describe("with 10,000 organizations", () => {
  test("open events are found by their own index, on the first page, a later one, and of one state", async () => {
    const first = ListStripeEvents.parse({});
    const { nextCursor } = await listStripeEvents(first);
    for (const input of [{}, { cursor: nextCursor }, { state: "failed" }]) {
      const accesses = await accessesOf(() => listStripeEvents(ListStripeEvents.parse(input)));
      const used = indexesOf(accesses, "stripe_events");
      used.delete("stripe_events_pkey");
      expect(used).toEqual(new Set(["stripe_events_open_idx"]));
    }
    const one = await accessesOf(() => getStripeEvent({ id: "evt_500" }));
    expect(indexesOf(one, "stripe_events")).toEqual(new Set(["stripe_events_pkey"]));
  });

  test("the report reads of invoices and events what it is about", async () => {
    const accesses = await accessesOf(() => getBillingReport());
    expect(indexesOf(accesses, "billing_invoices")).toEqual(new Set(["billing_invoices_created_at_idx"]));
    expect(indexesOf(accesses, "stripe_events")).toEqual(new Set(["stripe_events_open_idx"]));
  });

  test("a month's paid invoices are found by the moment of their payment", async () => {
    const accesses = await accessesOf(() => getPaidReport(PaidMonth.parse({ month: lastMonth() })));
    expect(indexesOf(accesses, "billing_invoices")).toContain("billing_invoices_paid_at_idx");
  });

  test("trials that end are found by their state and end", async () => {
    const accesses = await accessesOf(() => listEndingTrials());
    expect(indexesOf(accesses, "subscriptions")).toEqual(new Set(["subscriptions_status_trial_end_idx"]));
  });

  test("an organization's invoices are found by it", async () => {
    const { id } = await made.stripe.customers.create({ name: "Filled" });
    const { rows } = await ownerPool("main").query<{ id: string }>(
      "SELECT id FROM organizations WHERE slug = 'filled-7'",
    );
    const accesses = await accessesOf(() => invoicesOf(id, rows[0]?.id ?? ""));
    expect(indexesOf(accesses, "billing_invoices")).toEqual(
      new Set(["billing_invoices_organization_id_created_at_idx"]),
    );
  });
});

function lastMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7);
}
