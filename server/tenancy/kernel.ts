import pg from "pg";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { tenancyMetrics } from "../platform/metrics.ts";
import type { Placement, TenantState } from "./placement.ts";
import { Tenancy } from "./tenancy.ts";

const pools = new Map<string, pg.Pool>();

/** The connection string of a shard for tenant transactions. Throws for a shard this installation does not have. */
function appUrl(shardId: string): string {
  if (shardId !== "main") throw new Error(`no such shard: ${shardId}`);
  return env().DATABASE_APP_URL;
}

/** The pool of one shard for tenant transactions; its connections are used through the kernel only. */
export function appPool(shardId: string): pg.Pool {
  let pool = pools.get(shardId);
  if (!pool) {
    const config = {
      connectionString: appUrl(shardId),
      max: env().TENANT_POOL_MAX,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      // A backend remembers the catalog of every tenant it served and never forgets: so it must end.
      maxLifetimeSeconds: 900,
      maxUses: 20_000,
      // The entry travels with the first statement: one round trip.
      pipeline: true,
      application_name: "astra-app",
    };
    pool = new pg.Pool(config);
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    pool.on("error", () => {});
    pools.set(shardId, pool);
  }
  return pool;
}

/** Reads a tenant's placement from the directory; null when there is no such tenant. */
async function findPlacement(tenantId: string): Promise<Placement | null> {
  const row = await platformDb().tenant.findUnique({ where: { id: tenantId } });
  // The column's CHECK holds the same closed set as the type.
  return row && { ...row, tenantId: row.id, state: row.state as TenantState };
}

let kernel: Tenancy | undefined;

/** The process's tenancy kernel. */
export function tenancy(): Tenancy {
  kernel ??= new Tenancy({
    masterSecret: env().TENANT_KEY_SECRET,
    lanes: env().TENANT_POOL_MAX,
    findPlacement,
    pool: appPool,
    watch: {
      ...tenancyMetrics,
      afterCommitFailed: (error) => log("tenancy").warn({ err: error }, "a callback after a commit failed"),
    },
  });
  return kernel;
}

/** Ends the kernel and its connections; for the end of a process. */
export async function closeTenancy(): Promise<void> {
  await kernel?.close();
  kernel = undefined;
  await Promise.all([...pools.values()].map((pool) => pool.end()));
  pools.clear();
}

/**
 * Refuses a login that isolation cannot stand on, naming every reason: one with more rights than to enter
 * tenants, one whose bound values reach the server's log (the key is one), or one outside UTC.
 */
export async function assertSafeLogin(shardId: string, pool = appPool(shardId)): Promise<void> {
  const { rows } = await pool.query<{ problem: string }>(`
    WITH r AS (SELECT * FROM pg_roles WHERE rolname = current_user),
    other AS (SELECT m.oid, m.rolname ~ '^tenant_[0-9a-z]{26}$' AS tenant FROM pg_roles m, r
      WHERE m.oid <> r.oid AND pg_has_role(r.oid, m.oid, 'MEMBER')),
    number AS (SELECT name, setting::float AS value FROM pg_settings WHERE vartype IN ('integer', 'real'))
    SELECT unnest(array_remove(ARRAY[
      CASE WHEN r.rolsuper THEN 'it is a superuser' END,
      CASE WHEN r.rolbypassrls THEN 'it bypasses row-level security' END,
      CASE WHEN r.rolreplication THEN 'it may replicate' END,
      CASE WHEN r.rolcreaterole THEN 'it may create roles' END,
      CASE WHEN r.rolcreatedb THEN 'it may create databases' END,
      CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 'it may create schemas' END,
      CASE WHEN has_database_privilege(current_database(), 'TEMP') THEN 'it may create temporary tables' END,
      CASE WHEN has_schema_privilege('public', 'USAGE') THEN 'it reaches the schema public' END,
      CASE WHEN EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid) THEN 'it owns tables' END,
      CASE WHEN EXISTS (SELECT FROM pg_namespace n WHERE n.nspowner = r.oid) THEN 'it owns schemas' END,
      CASE WHEN EXISTS (SELECT FROM pg_database d WHERE d.datdba = r.oid) THEN 'it owns a database' END,
      CASE WHEN EXISTS (SELECT FROM other WHERE NOT tenant) THEN 'it is a member of roles that are no tenant''s' END,
      CASE WHEN EXISTS (SELECT FROM other WHERE tenant AND pg_has_role(r.oid, other.oid, 'USAGE'))
        THEN 'it has tenants'' rights without entering' END,
      CASE WHEN current_setting('search_path') NOT IN ('', '""') THEN 'its search_path is not empty' END,
      CASE WHEN current_setting('TimeZone') !~ '^(Etc/)?(UTC|UCT|Universal|Zulu|GMT)$' THEN 'its time zone is not UTC' END,
      CASE WHEN current_setting('log_parameter_max_length', true) <> '0' AND (current_setting('log_statement') <> 'none'
          OR current_setting('log_duration') = 'on'
          OR EXISTS (SELECT FROM number WHERE name IN ('log_min_duration_statement', 'log_min_duration_sample') AND value >= 0)
          OR EXISTS (SELECT FROM number WHERE name = 'log_transaction_sample_rate' AND value > 0))
        THEN 'bound values would be logged (log_parameter_max_length)' END,
      CASE WHEN current_setting('log_parameter_max_length_on_error', true) <> '0'
        THEN 'bound values would be logged with errors (log_parameter_max_length_on_error)' END
    ], NULL)) AS problem FROM r`);
  if (rows.length > 0) {
    throw new Error(`DATABASE_APP_URL's login is not safe: ${rows.map((row) => row.problem).join("; ")}`);
  }
}
