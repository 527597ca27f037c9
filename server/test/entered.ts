import pg from "pg";
import { platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { tenantKey } from "../tenancy/key.ts";
import { checkedSchemaName } from "../tenancy/names.ts";
import type { Placement, TenantState } from "../tenancy/placement.ts";
import { tenantProtocol } from "../tenancy/protocol.ts";
import { defaultLimits } from "../tenancy/tenancy.ts";

const patienceMs = 120_000;

/** Where an organization's rows are, as the directory says. */
export async function placementOf(organizationId: string): Promise<Placement> {
  const row = await platformDb().tenant.findUniqueOrThrow({ where: { id: organizationId } });
  // The column's CHECK holds the same closed set as the type.
  return { ...row, tenantId: row.id, state: row.state as TenantState };
}

/**
 * Runs plain SQL as a tenant: through the application's login and the kernel's own words of entry, so that
 * row-level security stands, but with time enough to fill tables. Commits.
 */
export async function entered<Result>(
  organizationId: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const placement = await placementOf(organizationId);
  const batch = tenantProtocol.enter({
    ...defaultLimits,
    placement,
    key: tenantKey(requiredEnv("TENANT_KEY_SECRET"), organizationId, placement.keyVersion),
    readOnly: false,
    accessVersion: undefined,
    statementTimeoutMs: patienceMs,
    idleTimeoutMs: patienceMs,
  });
  const client = new pg.Client({ connectionString: requiredEnv("DATABASE_APP_URL") });
  await client.connect();
  try {
    await client.query(batch.begin);
    for (const statement of batch.statements) await client.query(statement);
    const result = await work(client);
    await client.query(tenantProtocol.leave);
    return result;
  } finally {
    await client.end();
  }
}

/** The name of an organization's schema, fit to stand in SQL. */
export async function schemaOf(organizationId: string): Promise<string> {
  return checkedSchemaName((await placementOf(organizationId)).schema);
}
