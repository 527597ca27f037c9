import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { requiredEnv } from "../platform/env.ts";
import { closedFunctions } from "./closed-functions.ts";
import { setUpLogins } from "./setup.ts";

const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
await admin.connect();
afterAll(() => admin.end());

async function openToAll(names: string[]): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ $1
       AND has_function_privilege('public', p.oid, 'EXECUTE')`,
    [`^(${names.join("|")})$`],
  );
  return rows.map((row) => row.name);
}

test("set-up closes what it names, and every name means something on this server", async () => {
  for (const { names } of closedFunctions) {
    for (const name of names) {
      const found = await admin.query("SELECT FROM pg_proc WHERE proname ~ $1", [`^(${name})$`]);
      expect(found.rowCount, name).toBeGreaterThan(0);
    }
    expect(await openToAll(names)).toEqual([]);
  }
  expect(await openToAll(["sha256", "current_setting"]), "others stay open").toHaveLength(3);
});

test("those who need a closed function have it", async () => {
  const may = async (role: string, call: string) => {
    const { rows } = await admin.query<{ may: boolean }>(
      "SELECT has_function_privilege($1, $2, 'EXECUTE') AS may",
      [role, call],
    );
    return rows[0]?.may;
  };
  const enter = "set_config(text, text, boolean)";
  expect(await may("astra_app", enter)).toBe(true);
  expect(await may("astra_owner", enter)).toBe(true);
  expect(await may("astra_platform", enter)).toBe(false);
  expect(await may("pg_monitor", "pg_stat_get_activity(integer)")).toBe(true);
  expect(await may("astra_app", "pg_stat_get_activity(integer)")).toBe(false);
});

test("no login has more rights than its work needs", async () => {
  const { rows } = await admin.query(
    `SELECT rolname AS name, rolsuper OR rolbypassrls OR rolreplication OR rolcreatedb AS mighty, rolcreaterole AS roles,
       rolinherit AS inherits, has_database_privilege(rolname, current_database(), 'CREATE') AS schemas,
       has_database_privilege(rolname, current_database(), 'TEMP') AS temporary
     FROM pg_roles WHERE rolname LIKE 'astra\\_%' ORDER BY 1`,
  );
  const nothing = { mighty: false, roles: false, inherits: true, schemas: false, temporary: false };
  expect(rows).toEqual([
    { ...nothing, name: "astra_app", inherits: false },
    { ...nothing, name: "astra_owner", roles: true, schemas: true },
    { ...nothing, name: "astra_platform" },
  ]);
});

test("set-up may run again, also twice at once", async () => {
  await Promise.all([setUpLogins(), setUpLogins()]);
  const app = new pg.Client({ connectionString: requiredEnv("DATABASE_APP_URL") });
  await app.connect();
  const { rows } = await app.query(
    "SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone",
  );
  expect(rows).toEqual([{ path: '""', zone: "UTC" }]);
  await app.end();
});
