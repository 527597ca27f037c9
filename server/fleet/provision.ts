import { v7 as uuid } from "uuid";
import type pg from "pg";
import { platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { tenantKey, tenantKeyHash } from "../tenancy/key.ts";
import { checkedSchemaName, newSchemaName } from "../tenancy/names.ts";
import { builtInRolesChecksum, writeBuiltInRoles } from "./built-in-roles.ts";
import { builtInRolesStep, recordApplied } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";
import { asOwner, ownerPool } from "./owner.ts";

const firstEpoch = 1;
const firstKeyVersion = 1;

/**
 * Makes one tenant that waits for its organization, and answers its id. The directory row comes first:
 * whatever breaks between the two databases is found there as `provisioning` and finished later.
 */
export async function provisionTenant(shardId: string): Promise<string> {
  const tenant = await platformDb().tenant.create({
    data: { id: uuid(), shardId, schema: newSchemaName(), state: "provisioning" },
  });
  await finishProvisioning(tenant);
  return tenant.id;
}

/** Makes what a tenant in state `provisioning` lacks, and opens it. May be run again at any point. */
export async function finishProvisioning(tenant: {
  id: string;
  shardId: string;
  schema: string;
}): Promise<void> {
  await asOwner(tenant.shardId, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [tenant.schema]);
    const made = await client.query("SELECT FROM astra.tenants WHERE id = $1", [tenant.id]);
    if (made.rowCount === 0) await makeSchema(client, tenant.id, checkedSchemaName(tenant.schema));
  });
  await platformDb().tenant.updateMany({
    where: { id: tenant.id, state: "provisioning" },
    data: { state: "active" },
  });
}

async function makeSchema(client: pg.PoolClient, tenantId: string, schema: string): Promise<void> {
  const migrations = await readMigrations("tenant");
  const key = tenantKey(requiredEnv("TENANT_KEY_SECRET"), tenantId, firstKeyVersion);
  const server = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  // Before 16 a grant has no options, and the login's NOINHERIT says the same.
  const options = (server.rows[0]?.version ?? 0) >= 160_000 ? " WITH INHERIT FALSE, SET TRUE" : "";
  await client.query(
    [
      `CREATE ROLE "${schema}" NOLOGIN NOINHERIT`,
      `GRANT "${schema}" TO astra_app${options}`,
      `CREATE SCHEMA "${schema}"`,
      `GRANT USAGE ON SCHEMA "${schema}" TO "${schema}"`,
      `INSERT INTO astra.tenants (id, schema) VALUES ('${tenantId}', '${schema}')`,
      `INSERT INTO astra.tenant_keys (key_hash, tenant_id, key_version)
       VALUES ('\\x${tenantKeyHash(key)}', '${tenantId}', ${firstKeyVersion})`,
      `SET LOCAL search_path = "${schema}"`,
      ...migrations.map((migration) => migration.sql),
      `INSERT INTO tenant_guard (epoch, state, key_version) VALUES (${firstEpoch}, 'active', ${firstKeyVersion})`,
    ].join(";\n"),
  );
  // Rows are written before the walls stand: afterwards not even the owner could without the key.
  await writeBuiltInRoles(client);
  for (const migration of migrations)
    await recordApplied(client, tenantId, migration.name, migration.checksum);
  await recordApplied(client, tenantId, builtInRolesStep, builtInRolesChecksum);
  await client.query("SELECT astra.harden($1)", [tenantId]);
}

/** Finishes what was left half made and provisions until `size` tenants wait. Answers how many were made. */
export async function fillReadyPool(shardId: string, size: number): Promise<number> {
  const client = await ownerPool(shardId).connect();
  try {
    // One filler at a time: two would each see the same gap and overfill.
    await client.query(`SET lock_timeout = '60s'; SELECT pg_advisory_lock(${fillLock})`);
    await finishHalfMade(shardId);
    const ready = await platformDb().tenant.count({ where: { shardId, state: "active", claimedAt: null } });
    for (let made = ready; made < size; made++) await provisionTenant(shardId);
    return Math.max(0, size - ready);
  } finally {
    // Ends the session, and with it the lock, whatever happened above.
    client.release(true);
  }
}

/**
 * Finishes what was left half made. One that cannot be finished holds up no sign-up: it is passed over and
 * logged. Throws when there are several, for then the fault is a common one and more would only pile up.
 */
async function finishHalfMade(shardId: string): Promise<void> {
  const halfMade = await platformDb().tenant.findMany({ where: { shardId, state: "provisioning" } });
  let stuck = 0;
  for (const tenant of halfMade) {
    try {
      await finishProvisioning(tenant);
    } catch (error) {
      log("fleet").error({ tenant: tenant.id, err: error }, "a half-made tenant could not be finished");
      if (++stuck >= stuckMax) throw error;
    }
  }
}

const stuckMax = 3;
const fillLock = "5131990428571026002";
