import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lintCatalog } from "../tenancy/catalog.ts";
import { tenantKey, tenantKeyHash } from "../tenancy/key.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { newSchemaName } from "../tenancy/names.ts";
import { dropClone, onDatabase } from "../test/database.ts";
import { closeConnections } from "../test/factories.ts";
import { migrateAll } from "./migrate.ts";
import { readMigrations, type MigrationPart } from "./migrations.ts";
import { asOwner, ownerPool } from "./owner.ts";
import { setUpLogins } from "./setup.ts";

/**
 * Migrations that have been released, with the SHA-256 of each file. Databases out there have run them:
 * a change of one would stop every start with "was changed after it ran". New ones are added below.
 */
const released: Record<MigrationPart, Record<string, string>> = {
  platform: { "0001_first_tables": "d5ca50001d60c3b29ff6d94a40b19236d572ede410b46bbb42d1f68fff8ece38" },
  shard: { "0001_astra": "333c130219ae4eb9703a1a579e5f655c8c13633260ed577131334f2c2de70c2d" },
  tenant: { "0001_first_tables": "b38f958f37eae1a1f35b6fccae80392e740df5c80eaf2802e92a1a4ffc33c985" },
};

const adminUrl = process.env["DATABASE_URL"] ?? "";
const database = `astra_yesterday_${randomUUID().slice(0, 8)}`;
const tenantId = randomUUID();
const schema = newSchemaName();
const secret = process.env["TENANT_KEY_SECRET"] ?? "";

beforeAll(async () => {
  const admin = new pg.Client({ connectionString: onDatabase(adminUrl, "postgres") });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  // Before anything connects: this file works on a database that never saw today's migrations.
  for (const name of ["DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_URL", "DATABASE_PLATFORM_URL"]) {
    process.env[name] = onDatabase(process.env[name] ?? "", database);
  }
  await setUpLogins();
  await asOwner("main", makeYesterday);
});

afterAll(async () => {
  await closeConnections();
  await dropClone(adminUrl, database);
});

async function firstOf(part: MigrationPart): Promise<string> {
  const [name] = Object.keys(released[part]);
  return readFile(path.join(import.meta.dirname, `../../prisma/${part}/migrations/${name}.sql`), "utf8");
}

/** What the first version left behind: its tables, its ledger, one organization with a project. */
async function makeYesterday(client: pg.PoolClient): Promise<void> {
  await client.query(`CREATE SCHEMA astra; CREATE TABLE astra.migrations (
    part text NOT NULL, migration text NOT NULL, checksum text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (part, migration))`);
  for (const part of ["shard", "platform"] as const) {
    const sql = await firstOf(part);
    await client.query(sql);
    await client.query("INSERT INTO astra.migrations (part, migration, checksum) VALUES ($1, $2, $3)", [
      part,
      Object.keys(released[part])[0],
      createHash("sha256").update(sql).digest("hex"),
    ]);
  }
  await client.query(
    "INSERT INTO tenants (id, shard_id, schema, state, claimed_at) VALUES ($1, 'main', $2, 'active', now())",
    [tenantId, schema],
  );
  await client.query("INSERT INTO organizations (id, slug, name) VALUES ($1, 'yesterday', 'Yesterday')", [
    tenantId,
  ]);
  await client.query("INSERT INTO organization_slugs (slug, organization_id) VALUES ('yesterday', $1)", [
    tenantId,
  ]);
  await makeYesterdaysTenant(client);
}

async function makeYesterdaysTenant(client: pg.PoolClient): Promise<void> {
  const sql = await firstOf("tenant");
  await client.query(`CREATE ROLE "${schema}" NOLOGIN NOINHERIT; GRANT "${schema}" TO astra_app WITH INHERIT FALSE, SET TRUE;
    CREATE SCHEMA "${schema}"; GRANT USAGE ON SCHEMA "${schema}" TO "${schema}"`);
  await client.query("INSERT INTO astra.tenants (id, schema) VALUES ($1, $2)", [tenantId, schema]);
  const hash = tenantKeyHash(tenantKey(secret, tenantId, 1));
  await client.query("INSERT INTO astra.tenant_keys VALUES (decode($1, 'hex'), $2, 1)", [hash, tenantId]);
  await client.query(`SET LOCAL search_path = "${schema}"; ${sql}`);
  await client.query("INSERT INTO tenant_guard (epoch, state, key_version) VALUES (1, 'active', 1)");
  await client.query("INSERT INTO projects (id, name) VALUES ($1, 'Kept')", [randomUUID()]);
  await client.query(
    "INSERT INTO astra.tenant_migrations (tenant_id, migration, checksum, state) VALUES ($1, $2, $3, 'applied')",
    [tenantId, Object.keys(released.tenant)[0], createHash("sha256").update(sql).digest("hex")],
  );
  await client.query("SELECT astra.harden($1)", [tenantId]);
}

test.each(["platform", "shard", "tenant"] as const)(
  "released migrations of the %s are as they were",
  async (part) => {
    const now = new Map((await readMigrations(part)).map(({ name, checksum }) => [name, checksum]));
    const changed = Object.entries(released[part]).filter(([name, checksum]) => now.get(name) !== checksum);
    expect(changed).toEqual([]);
  },
);

test("a database of the first version is migrated, keeps its data, and is sound", async () => {
  expect(await migrateAll("main")).toEqual({ migrated: 1, current: 0, failed: [] });
  expect(await lintCatalog(ownerPool("main"))).toEqual([]);
  const seen = await tenancy().withTenant(tenantId, { readOnly: true }, async (db) => ({
    projects: await db.project.findMany({ select: { name: true } }),
    roles: await db.role.count(),
    audit: await db.auditEntry.count(),
  }));
  expect(seen).toEqual({ projects: [{ name: "Kept" }], roles: 5, audit: 0 });
});

test("a second run touches nothing", async () => {
  expect(await migrateAll("main")).toEqual({ migrated: 0, current: 1, failed: [] });
});
