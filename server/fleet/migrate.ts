import type pg from "pg";
import { jobs } from "../jobs/registry.ts";
import { requiredEnv } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { tenantKey } from "../tenancy/key.ts";
import { checkedSchemaName } from "../tenancy/names.ts";
import { builtInRolesChecksum, writeBuiltInRoles } from "./built-in-roles.ts";
import { pendingMigrations, readMigrations, type Migration, type MigrationPart } from "./migrations.ts";
import { asOwner, ownerPool } from "./owner.ts";

const platformLock = "5131990428571026001";
const tenantsAtOnce = 4;
const attemptsMax = 5;

export type MigrationReport = {
  migrated: number;
  current: number;
  failed: { schema: string; error: string }[];
};

/**
 * Brings the platform, the shard and every tenant on it to this version. One tenant's failure stops no
 * other. Throws when the platform or the shard itself cannot be migrated.
 */
export async function migrateAll(shardId: string): Promise<MigrationReport> {
  await migratePart(shardId, "shard");
  await migratePart(shardId, "platform");
  await asOwner(shardId, registerJobs);
  return migrateTenants(shardId);
}

/** Tells the shard which jobs this version knows; older ones stay, for rows that still wait. */
async function registerJobs(client: pg.PoolClient): Promise<void> {
  for (const [name, { scope, queue }] of Object.entries(jobs)) {
    await client.query(
      `INSERT INTO astra.jobs (name, by_tenant, queue) VALUES ($1, $2, $3)
       ON CONFLICT (name) DO UPDATE SET by_tenant = excluded.by_tenant, queue = excluded.queue`,
      [name, scope === "tenant", queue],
    );
  }
}

async function migratePart(shardId: string, part: Exclude<MigrationPart, "tenant">): Promise<void> {
  const all = await readMigrations(part);
  await asOwner(shardId, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${platformLock})`);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS astra;
      CREATE TABLE IF NOT EXISTS astra.migrations (
        part text NOT NULL, migration text NOT NULL, checksum text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (part, migration)
      );
    `);
    const applied = await client.query<{ migration: string; checksum: string }>(
      "SELECT migration, checksum FROM astra.migrations WHERE part = $1",
      [part],
    );
    for (const migration of pendingMigrations(all, applied.rows)) {
      await client.query(migration.sql);
      await client.query("INSERT INTO astra.migrations (part, migration, checksum) VALUES ($1, $2, $3)", [
        part,
        migration.name,
        migration.checksum,
      ]);
      log("migrate").info({ part, migration: migration.name }, "migration applied");
    }
    if (part === "platform") await client.query(platformGrants);
  });
}

// The platform's tables are few and known, so the grant may name the schema.
const platformGrants = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO astra_platform;
  REVOKE UPDATE, DELETE ON public.security_events FROM astra_platform;
`;

type TenantRow = { id: string; schema: string; key_version: number };

/** Brings every tenant of a shard to this version (or to the given migrations), some at a time. */
export async function migrateTenants(shardId: string, given?: Migration[]): Promise<MigrationReport> {
  const all = given ?? (await readMigrations("tenant"));
  const tenants = await ownerPool(shardId).query<TenantRow>(
    `SELECT t.id, t.schema, max(k.key_version) AS key_version
     FROM astra.tenants t JOIN astra.tenant_keys k ON k.tenant_id = t.id GROUP BY t.id ORDER BY t.id`,
  );
  const report: MigrationReport = { migrated: 0, current: 0, failed: [] };
  const rows = tenants.rows.values();
  const work = async () => {
    for (const tenant of rows) {
      try {
        if (await migrateTenantPatiently(shardId, tenant, all)) report.migrated++;
        else report.current++;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        report.failed.push({ schema: tenant.schema, error: message });
        log("migrate").error({ tenant: tenant.id, err: error }, "a tenant could not be migrated");
      }
    }
  };
  await Promise.all(Array.from({ length: tenantsAtOnce }, work));
  return report;
}

/** A busy table is tried again with a pause that grows; never an unbounded wait for a lock. */
async function migrateTenantPatiently(
  shardId: string,
  tenant: TenantRow,
  all: Migration[],
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const progress: Progress = { migration: undefined };
    try {
      return await asOwner(shardId, (client) => migrateTenant(client, tenant, all, progress));
    } catch (error) {
      const busy =
        error instanceof Error && "code" in error && (error.code === "55P03" || error.code === "40P01");
      if (!busy || attempt >= attemptsMax) {
        if (progress.migration) await recordFailure(shardId, tenant, progress.migration, error);
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}

/** Which migration runs just now: what a failure is noted at. */
type Progress = { migration: Migration | undefined };

async function migrateTenant(
  client: pg.PoolClient,
  tenant: TenantRow,
  all: Migration[],
  progress: Progress,
): Promise<boolean> {
  const schema = checkedSchemaName(tenant.schema);
  await client.query("SET LOCAL lock_timeout = '3s'");
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [schema]);
  const there = await client.query("SELECT FROM astra.tenants WHERE id = $1", [tenant.id]);
  // Erased since the tenants were listed.
  if (there.rowCount === 0) return false;
  const applied = await client.query<{ migration: string; checksum: string }>(
    "SELECT migration, checksum FROM astra.tenant_migrations WHERE tenant_id = $1 AND state = 'applied'",
    [tenant.id],
  );
  const steps = applied.rows.filter((row) => row.migration !== builtInRolesStep);
  const rolesCurrent = applied.rows.some(
    (row) => row.migration === builtInRolesStep && row.checksum === builtInRolesChecksum,
  );
  const pending = pendingMigrations(all, steps);
  if (pending.length === 0 && rolesCurrent) return false;
  await enterAsOwner(client, tenant);
  for (const migration of pending) {
    progress.migration = migration;
    await client.query(migration.sql);
    await recordApplied(client, tenant.id, migration.name, migration.checksum);
  }
  if (!rolesCurrent) {
    await writeBuiltInRoles(client);
    await recordApplied(client, tenant.id, builtInRolesStep, builtInRolesChecksum);
  }
  await client.query("SELECT astra.harden($1)", [tenant.id]);
  return true;
}

/** The ledger's name for the rows of the built-in roles: they follow the code, not a file. */
export const builtInRolesStep = "built_in_roles";

/**
 * Makes the owner's transaction see one tenant's rows: under forced row-level security even the owner
 * sees none without the key. Throws when the guard row stays out of sight, for then nothing would be.
 */
async function enterAsOwner(client: pg.PoolClient, tenant: TenantRow): Promise<void> {
  const key = tenantKey(requiredEnv("TENANT_KEY_SECRET"), tenant.id, tenant.key_version);
  await client.query("SELECT set_config('search_path', $1, true), set_config('app.tenant_key', $2, true)", [
    tenant.schema,
    key,
  ]);
  const guard = await client.query("SELECT FROM tenant_guard");
  if (guard.rowCount !== 1) throw new Error("the tenant's key does not open its guard row");
}

/** Notes a migration as applied, in the transaction that applied it. */
export async function recordApplied(
  client: pg.ClientBase,
  tenantId: string,
  name: string,
  checksum: string,
): Promise<void> {
  await client.query(
    `INSERT INTO astra.tenant_migrations (tenant_id, migration, checksum, state) VALUES ($1, $2, $3, 'applied')
     ON CONFLICT (tenant_id, migration) DO UPDATE SET checksum = excluded.checksum, state = 'applied',
       error = NULL, attempt = astra.tenant_migrations.attempt + 1, at = now()`,
    [tenantId, name, checksum],
  );
}

async function recordFailure(
  shardId: string,
  tenant: TenantRow,
  failed: Migration,
  error: unknown,
): Promise<void> {
  await ownerPool(shardId).query(
    `INSERT INTO astra.tenant_migrations (tenant_id, migration, checksum, state, error)
     VALUES ($1, $2, $3, 'failed', $4)
     ON CONFLICT (tenant_id, migration) DO UPDATE SET state = 'failed', error = excluded.error,
       attempt = astra.tenant_migrations.attempt + 1, at = now()`,
    [tenant.id, failed.name, failed.checksum, error instanceof Error ? error.message : String(error)],
  );
}
