import pg from "pg";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
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
    watch: tenancyMetrics,
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
 * Refuses a login that isolation cannot stand on: a superuser, one that bypasses row-level security,
 * owns objects or may create them, or one whose bound values reach the server's log (the key is one).
 */
export async function assertSafeLogin(shardId: string): Promise<void> {
  const { rows } = await appPool(shardId).query<{ problem: string }>(`
    SELECT unnest(array_remove(ARRAY[
      CASE WHEN r.rolsuper THEN 'it is a superuser' END,
      CASE WHEN r.rolbypassrls THEN 'it bypasses row-level security' END,
      CASE WHEN r.rolcreaterole THEN 'it may create roles' END,
      CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 'it may create schemas' END,
      CASE WHEN has_database_privilege(current_database(), 'TEMP') THEN 'it may create temporary tables' END,
      CASE WHEN EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid) THEN 'it owns tables' END,
      CASE WHEN current_setting('search_path') NOT IN ('', '""') THEN 'its search_path is not empty' END,
      CASE WHEN current_setting('log_parameter_max_length', true) <> '0' AND current_setting('log_statement') <> 'none'
        THEN 'bound values would be logged (log_parameter_max_length)' END
    ], NULL)) AS problem FROM pg_roles r WHERE r.rolname = current_user`);
  if (rows.length > 0) {
    throw new Error(`DATABASE_APP_URL's login is not safe: ${rows.map((row) => row.problem).join("; ")}`);
  }
}
