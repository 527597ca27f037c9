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
  platform: {
    "0001_first_tables": "d5ca50001d60c3b29ff6d94a40b19236d572ede410b46bbb42d1f68fff8ece38",
    "0002_mail": "fa41973cd7c2b3a3cb1debb7ec2992827bc82fef5fa8a1fee9a210641d17a2d5",
    "0004_discarded_organizations": "7bc5b9e48517b04d334fd583d2eef5cb1e5fdfe615fdb69c35019c2d6aad47cc",
    "0006_account_changes": "91de98b9d9d8b504f78897c7d5b4340b48e2b8814a107a7b688b05c129eb7e87",
    "0010_refused_mails": "9953778f06a35ea6a84bbe3f7b351312d7d05b6a7269a4467b34078f5d67e115",
    "0014_billing": "dca07b3dc39943c0edec71633b6c3d769939363d8163132588c970ad10a4b948",
  },
  shard: {
    "0001_astra": "333c130219ae4eb9703a1a579e5f655c8c13633260ed577131334f2c2de70c2d",
    "0002_fair_outbox": "95d5bcba6f338889eb52bcb165a356d8551e1c777644bba48d57b170093736a2",
    "0003_audit_proof": "656a279909657755f3b5bf61872a9d35e8815151d94e6346f2928b77037f4955",
    "0004_static_guard": "8e0508dc4535ae1c3a41ed89ee197a5fb9262bcd6d1167df4874a012be9b322e",
    "0005_policy_estimate": "9aa2e02e3c0e1e992fa5e6c7cfc6350ba5a8b0d4e04c823b7e6717fc19e78103",
    "0006_lasting_jobs": "c361d1e9d9a0dec508ca362c2bb15d69ec2d31009d55cc128f30308f745ba7c1",
    "0007_light_marks": "d6fb3d69272ccbe0eb4ffd4fed73cdf794d404de9b7f573b2cfaa120c3bb1f38",
    "0008_dead_letters": "cb4c3bcf7c7b777826b4f6e0178d939faa06cdde81f170c5b5ab1c97f366c3cf",
    "0009_access": "8699a2ca8f385fb14ea64b5f07ce1b55380b1556a1b54450d7d93991848ed72b",
    "0010_fenced_tries": "ecf3f141092e8cc116e7caf6d2d66c1dd4ccbd20d2de70e71f4286f3e1233064",
    "0011_webhooks": "90db270a5bc670a82c207f1076c49701ed6b117adcae082bacdc7714da935b10",
    "0014_light_deliveries": "b31a68fc0f9771576d2451fae564cd7247f8418aa4d160f37a115837173709c6",
    "0015_copied_events": "10bfcaf29c7c53744c1d9db4ebdd6e6d420e67944d49e429070fa1702deacfa8",
  },
  tenant: {
    "0001_first_tables": "b38f958f37eae1a1f35b6fccae80392e740df5c80eaf2802e92a1a4ffc33c985",
    "0002_audit_proof": "f5283fd084f5dc9a4f368ee679f946ced689acc33285f0e6d234f03be90f2fb4",
    "0003_policy_estimate": "bd7db69841bbe661adca345d07d72960e9a292f056fcb20c936f8ea78e6c7ae3",
    "0004_audit_stream": "32bd347e82c2ab4b24555695a6a4c385f3c244a5ce2341bb4ea0e0fe83b4a683",
    "0005_notifications": "fa3d9dfb91f36ca4c2c0975a15b468e1d001585a5726f2ec03e102b9d63a8f3a",
    "0006_access": "55e82544509d1eacdbf8b0a3516da6b9eebfb730eb5cc38b9917272643c3c897",
    "0007_purge": "b59e5988578f0225954b774bfd9b10d70cda02b2dab85efae137bc49fc59e0ef",
    "0008_webhooks": "8b963a1724a8fdb1cb555d082c6c2696140f1bb4a6fbb3ca6715ab5d1ae17183",
    "0009_access_leftovers": "5550136a1aec84b543dc5b26f175db94540d4e1ec93056e7d33877dceb6168d4",
    "0010_audit_leftovers": "ee611a5d4812ac181492c1e9baa095e92596a0f8edc00e2be35986c7874b41ea",
    "0012_audit_kinds": "bcb449f664d5c14d349cf1b867af33cfb849b70c803dc15deaed070b354fcf7d",
    "0013_webhook_leftovers": "f7f84ab1e24d8b3fdd78948275eec24324dfddfa48a7329ccaf15bc9976aabfb",
  },
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
