import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { lintCatalog } from "../tenancy/catalog.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { entered, schemaOf } from "../test/entered.ts";
import { closeConnections } from "../test/factories.ts";
import { migrateTenants } from "./migrate.ts";
import { readMigrations, type Migration } from "./migrations.ts";
import { ownerPool } from "./owner.ts";

const folder = await mkdtemp(path.join(tmpdir(), "astra-migrations-"));
let tenants: string[] = [];
/** What the product has; the tests add to it as later versions would. */
let today: Migration[] = [];

beforeAll(async () => {
  today = await readMigrations("tenant");
  const rows = await platformDb().tenant.findMany({ where: { state: "active" }, select: { id: true } });
  tenants = rows.map((row) => row.id);
  expectAtLeastTwo(tenants);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await closeConnections();
});

function expectAtLeastTwo(ids: string[]): void {
  if (ids.length < 2) throw new Error("the template has too few tenants for these facts");
}

/** Writes a later version's migration beside the ones that were written before it. */
async function later(name: string, sql: string): Promise<Migration[]> {
  await writeFile(path.join(folder, `${name}.sql`), sql);
  return [...today, ...(await readMigrations("tenant", folder))];
}

async function ledger(name: string) {
  const { rows } = await ownerPool("main").query<{
    tenant_id: string;
    state: string;
    attempt: number;
    error: string | null;
    at: Date;
  }>(
    "SELECT tenant_id, state, attempt, error, at FROM astra.tenant_migrations WHERE migration = $1 ORDER BY 1",
    [name],
  );
  return rows;
}

test("a second run touches nothing", async () => {
  const [name] = today.map((migration) => migration.name);
  const before = await ledger(name ?? "");
  expect(await migrateTenants("main")).toEqual({ migrated: 0, current: tenants.length, failed: [] });
  expect(await ledger(name ?? "")).toEqual(before);
});

test("a table that a later migration adds has its walls and grants by itself", async () => {
  const all = await later(
    "9001_notes",
    `CREATE TABLE notes (id int PRIMARY KEY, text text NOT NULL);
     CREATE TABLE facts (id int PRIMARY KEY);
     COMMENT ON TABLE facts IS '@grant SELECT, INSERT';
     INSERT INTO notes VALUES (1, 'made by the migration');`,
  );
  const report = await migrateTenants("main", all);
  expect(report).toEqual({ migrated: tenants.length, current: 0, failed: [] });
  expect(await lintCatalog(ownerPool("main"))).toEqual([]);
  const [a, b] = tenants as [string, string];
  await entered(a, async (client) => {
    await client.query("UPDATE notes SET text = 'changed'; INSERT INTO facts VALUES (1)");
    const notes = await client.query("SELECT text FROM notes");
    expect(notes.rows).toEqual([{ text: "changed" }]);
  });
  await entered(b, async (client) => {
    const notes = await client.query("SELECT text FROM notes");
    expect(notes.rows).toEqual([{ text: "made by the migration" }]);
    expect((await client.query("SELECT FROM facts")).rowCount).toBe(0);
  });
  const foreign = await schemaOf(b);
  const refused = (sql: string) =>
    expect(
      entered(a, (client) => client.query(sql)),
      sql,
    ).rejects.toMatchObject({ code: "42501" });
  await refused(`SELECT * FROM "${foreign}".notes`);
  await refused("UPDATE facts SET id = 2");
  await refused("DELETE FROM facts");
  const hidden = await ownerPool("main").query(`SELECT FROM "${foreign}".notes`);
  expect(hidden.rowCount, "without the key").toBe(0);
});

test("a back-fill sees the rows that it is to change", async () => {
  const [a] = tenants as [string];
  await tenancy().withTenant(a, { readOnly: false }, (db) =>
    db.project.createMany({ data: [{ name: "One" }, { name: "Two" }] }),
  );
  const all = await later("9002_backfill", "UPDATE projects SET description = 'filled in'");
  expect(await migrateTenants("main", all)).toMatchObject({ failed: [] });
  const filled = await tenancy().withTenant(a, { readOnly: true }, (db) =>
    db.project.count({ where: { description: "filled in" } }),
  );
  expect(filled).toBe(2);
});

test("one tenant's failure stops no other, and a next run tries that one alone", async () => {
  const [a, ...others] = tenants as [string, ...string[]];
  await tenancy().withTenant(a, { readOnly: false }, (db) => db.project.create({ data: { name: "poison" } }));
  const all = await later("9003_before", "CREATE TABLE before_it (id int PRIMARY KEY)");
  all.push(
    ...(
      await later("9004_strict", "ALTER TABLE projects ADD CONSTRAINT strict CHECK (name <> 'poison')")
    ).slice(-1),
  );
  const run = () => migrateTenants("main", all);
  const failed = [{ schema: await schemaOf(a), error: expect.stringContaining("violated by some row") }];
  expect(await run()).toEqual({ migrated: others.length, current: 0, failed });
  expect(await ledger("9003_before"), "of a failed tenant nothing is kept").not.toContainEqual(
    expect.objectContaining({ tenant_id: a }),
  );
  const noted = (await ledger("9004_strict")).find((row) => row.tenant_id === a);
  expect(noted).toMatchObject({ state: "failed", attempt: 1, error: expect.stringContaining("violated") });
  const settled = (await ledger("9004_strict")).filter((row) => row.tenant_id !== a);
  expect(await run()).toEqual({ migrated: 0, current: others.length, failed });
  expect((await ledger("9004_strict")).find((row) => row.tenant_id === a)).toMatchObject({ attempt: 2 });
  await tenancy().withTenant(a, { readOnly: false }, (db) =>
    db.project.deleteMany({ where: { name: "poison" } }),
  );
  expect(await run()).toEqual({ migrated: 1, current: others.length, failed: [] });
  expect((await ledger("9004_strict")).filter((row) => row.tenant_id !== a)).toEqual(settled);
  expect((await ledger("9004_strict")).map((row) => [row.state, row.error])).toEqual(
    tenants.map(() => ["applied", null]),
  );
  expect(await lintCatalog(ownerPool("main"))).toEqual([]);
});

test("two runs at once apply each migration once", async () => {
  const all = await later("9005_once", "CREATE TABLE once (id int PRIMARY KEY)");
  const [first, second] = await Promise.all([migrateTenants("main", all), migrateTenants("main", all)]);
  expect([...first.failed, ...second.failed]).toEqual([]);
  expect(first.migrated + second.migrated).toBe(tenants.length);
});

test("a migration that was changed after it ran, or that this version does not know, is refused", async () => {
  const all = await later("9006_more", "SELECT 1");
  const changed = all.map((migration) =>
    migration.name === "9001_notes" ? { ...migration, checksum: "another" } : migration,
  );
  const told = async (given: Migration[]) => {
    const { migrated, failed } = await migrateTenants("main", given);
    expect(migrated).toBe(0);
    return new Set(failed.map((failure) => failure.error));
  };
  expect(await told(changed)).toEqual(new Set(["the migration 9001_notes was changed after it ran"]));
  expect(await told(today)).toEqual(
    new Set(["the database has the migration 9001_notes, this version has not"]),
  );
});

test("a file that is not named as a migration stops the run", async () => {
  await writeFile(path.join(folder, "last.sql"), "SELECT 1");
  await expect(readMigrations("tenant", folder)).rejects.toThrow("last.sql is not named NNNN_name.sql");
});
