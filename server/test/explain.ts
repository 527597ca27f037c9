import pg from "pg";
import { requiredEnv } from "../platform/env.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { Tenancy } from "../tenancy/tenancy.ts";
import { entered, placementOf } from "./entered.ts";
import { doorOf, type TestMember } from "./factories.ts";

/** A statement as it reached the server. */
export type Statement = { text: string; values: unknown[] };

/** What reads rows in a plan: which table, how, and by which index conditions. */
export type Access = { table: string; how: string; index: string | null; conditions: string };

export type Plan = { statement: string; accesses: Access[] };

/** Tells the plans of whatever a member reads, until it is closed. */
export type Explainer = {
  /** Every plan that the server makes, as the tenant, for the statements of a reading verb. */
  plansOf(verb: (ctx: ReadCtx) => Promise<unknown>): Promise<Plan[]>;
  close(): Promise<void>;
};

/** Opens a kernel whose one connection writes down what a verb asks of the database. */
export function openExplainer(member: TestMember): Explainer {
  let seen: Statement[] = [];
  const pool = notingPool((statement) => seen.push(statement));
  const kernel = new Tenancy({
    masterSecret: requiredEnv("TENANT_KEY_SECRET"),
    lanes: 1,
    findPlacement: placementOf,
    pool: () => pool,
  });
  const organizationId = member.organization.id;
  return {
    async plansOf(verb) {
      seen = [];
      const door = await doorOf(member);
      await kernel.withTenant(organizationId, { readOnly: true }, (db) =>
        verb({ ...door, db, afterCommit() {} }),
      );
      const statements = seen;
      return entered(organizationId, async (client) => {
        const plans: Plan[] = [];
        for (const statement of statements) plans.push(await explain(client, statement));
        return plans;
      });
    },
    async close() {
      await kernel.close();
      await pool.end();
    },
  };
}

/** The plan of one statement on a connection that has entered a tenant. */
export async function explain(client: pg.Client, { text, values }: Statement): Promise<Plan> {
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>({
    text: `EXPLAIN (FORMAT JSON) ${text}`,
    values,
  });
  const root = rows[0]?.["QUERY PLAN"][0].Plan;
  return { statement: text.replaceAll(/\s+/g, " ").trim(), accesses: root ? accessesOf(root) : [] };
}

function notingPool(note: (statement: Statement) => void): pg.Pool {
  // Not in the pool's types yet; the kernel's own pool has it as well.
  const config = { connectionString: requiredEnv("DATABASE_APP_URL"), max: 1, pipeline: true };
  const pool = new pg.Pool(config);
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const noting = (first: unknown, ...rest: unknown[]) => {
      if (isStatement(first)) note({ text: first.text, values: first.values });
      return query(first, ...rest);
    };
    // Handed on as it came, so every overload stays what it was.
    client.query = noting as typeof client.query;
  });
  return pool;
}

/** Whether this is the verb's own: entering and leaving are the kernel's. */
function isStatement(query: unknown): query is Statement {
  if (typeof query !== "object" || query === null || !("text" in query) || !("values" in query)) return false;
  if (typeof query.text !== "string") return false;
  // The end of a scope is an exchange without a statement.
  return query.text !== "" && !query.text.includes("astra.enter");
}

type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Plans?: PlanNode[];
};

function accessesOf(node: PlanNode, bitmapOf?: string): Access[] {
  const table = node["Relation Name"] ?? bitmapOf;
  const below = (node.Plans ?? []).flatMap((plan) => accessesOf(plan, table));
  // A bitmap's heap scan reads what the index scans below it have found; those name no table.
  if (!table || !node["Node Type"].includes("Scan") || node["Node Type"] === "Bitmap Heap Scan") return below;
  const own = {
    table,
    how: node["Node Type"],
    index: node["Index Name"] ?? null,
    conditions: node["Index Cond"] ?? "",
  };
  return [own, ...below];
}
