import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, expect, test } from "vitest";
import { closeOwnerPools } from "../fleet/owner.ts";
import { provisionTenant } from "../fleet/provision.ts";
import { closePlatformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { assertSafeLogin, closeTenancy } from "./kernel.ts";

const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
await admin.connect();
const database = new URL(requiredEnv("DATABASE_APP_URL")).pathname.slice(1);
// Of its own: the lint of other files would find a stranger in the role of a tenant that they share.
const tenantId = await provisionTenant("main");
const { rows } = await admin.query<{ schema: string }>("SELECT schema FROM astra.tenants WHERE id = $1", [
  tenantId,
]);
const schema = rows[0]?.schema;
// A role belongs to the whole server, so each file and run has its own.
const name = `login_${randomUUID().replaceAll("-", "")}`;
const password = randomUUID();

afterEach(async () => {
  await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
});
afterAll(async () => {
  await admin.end();
  await closeTenancy();
  await closeOwnerPools();
  await closePlatformDb();
});

/** A login like the application's, but for what `change` does to it. */
async function judge(change: string): Promise<string> {
  await admin.query(`
    CREATE ROLE ${name} LOGIN NOINHERIT PASSWORD '${password}';
    GRANT CONNECT ON DATABASE "${database}" TO ${name};
    GRANT "${schema}" TO ${name} WITH INHERIT FALSE, SET TRUE;
    ALTER ROLE ${name} SET search_path = ''; ALTER ROLE ${name} SET timezone = 'UTC';
    ALTER ROLE ${name} SET log_parameter_max_length = 0`);
  await admin.query(change.replaceAll("$name", name).replaceAll("$database", `"${database}"`));
  const url = new URL(requiredEnv("DATABASE_APP_URL"));
  url.username = name;
  url.password = password;
  const pool = new pg.Pool({ connectionString: url.href });
  try {
    await assertSafeLogin("main", pool);
    return "safe";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await pool.end();
  }
}

test("the application's own login is safe, and so is one that is made like it", async () => {
  await expect(assertSafeLogin("main")).resolves.toBeUndefined();
  expect(await judge("SELECT 1")).toBe("safe");
});

test.each([
  ["ALTER ROLE $name SUPERUSER", "it is a superuser"],
  ["ALTER ROLE $name BYPASSRLS", "it bypasses row-level security"],
  ["ALTER ROLE $name REPLICATION", "it may replicate"],
  ["ALTER ROLE $name CREATEROLE", "it may create roles"],
  ["ALTER ROLE $name CREATEDB", "it may create databases"],
  ["GRANT CREATE ON DATABASE $database TO $name", "it may create schemas"],
  ["GRANT TEMP ON DATABASE $database TO $name", "it may create temporary tables"],
  ["GRANT USAGE ON SCHEMA public TO $name", "it reaches the schema public"],
  ["CREATE TABLE owned (x int); ALTER TABLE owned OWNER TO $name", "it owns tables"],
  ["CREATE SCHEMA owned AUTHORIZATION $name", "it owns schemas"],
  ["GRANT postgres TO $name", "it is a member of roles that are no tenant's"],
  ["GRANT astra_owner TO $name", "it is a member of roles that are no tenant's"],
  ["GRANT pg_read_all_data TO $name", "it is a member of roles that are no tenant's"],
  [`GRANT "${schema}" TO $name WITH INHERIT TRUE`, "it has tenants' rights without entering"],
  ["ALTER ROLE $name SET search_path = 'public'", "its search_path is not empty"],
  ["ALTER ROLE $name SET timezone = 'Asia/Tokyo'", "its time zone is not UTC"],
  [
    "ALTER ROLE $name SET log_parameter_max_length = -1; ALTER ROLE $name SET log_statement = 'all'",
    "bound values would be logged (log_parameter_max_length)",
  ],
  [
    "ALTER ROLE $name SET log_parameter_max_length = -1; ALTER ROLE $name SET log_min_duration_statement = 1000",
    "bound values would be logged (log_parameter_max_length)",
  ],
  [
    "ALTER ROLE $name SET log_parameter_max_length_on_error = -1",
    "bound values would be logged with errors (log_parameter_max_length_on_error)",
  ],
])("after %s the process does not start: %s", async (change, reason) => {
  expect(await judge(change)).toContain(reason);
});

test("every reason is named at once", async () => {
  const told = await judge(
    "ALTER ROLE $name BYPASSRLS CREATEDB; ALTER ROLE $name SET search_path = 'public'",
  );
  expect(told).toBe(
    "DATABASE_APP_URL's login is not safe: it bypasses row-level security; it may create databases; its search_path is not empty",
  );
});
