import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { requiredEnv } from "../platform/env.ts";
import { closeFunctionsSql } from "./closed-functions.ts";

const loginNames = ["astra_owner", "astra_app", "astra_platform"] as const;
type LoginName = (typeof loginNames)[number];

const attributes: Record<LoginName, string> = {
  // Makes the tenants' roles, so it must be able to create roles; it owns every schema.
  astra_owner: "CREATEROLE INHERIT",
  // A member of every tenant's role that inherits from none: it acts as a tenant only after SET ROLE.
  astra_app: "NOCREATEROLE NOINHERIT",
  astra_platform: "NOCREATEROLE INHERIT",
};

/** Views over what other sessions do, or what an earlier user of the connection left. */
const closedViews = ["pg_stat_activity", "pg_prepared_statements", "pg_cursors", "pg_locks"];

/**
 * Creates or updates Astra's three logins, with the passwords of their connection strings, and closes
 * the database to everybody else. Runs with the administrator's DATABASE_URL; may be run again.
 */
export async function setUpLogins(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await setUpOnce();
    } catch (error) {
      // Logins belong to the whole server, and a lock to one database: a set-up of another one may be at them.
      const collided = error instanceof Error && "code" in error && error.code === "XX000";
      if (!collided || attempt >= 5) throw error;
      await sleep(100 * attempt);
    }
  }
}

async function setUpOnce(): Promise<void> {
  const urls: Record<LoginName, URL> = {
    astra_owner: new URL(requiredEnv("DATABASE_OWNER_URL")),
    astra_app: new URL(requiredEnv("DATABASE_APP_URL")),
    astra_platform: new URL(requiredEnv("DATABASE_PLATFORM_URL")),
  };
  for (const name of loginNames) {
    if (decodeURIComponent(urls[name].username) !== name) throw new Error(`the login must be named ${name}`);
  }
  const admin = new pg.Client({
    connectionString: requiredEnv("DATABASE_URL"),
    application_name: "astra-setup",
  });
  await admin.connect();
  try {
    await admin.query("BEGIN");
    // Two set-ups of one database at once take turns.
    await admin.query("SELECT pg_advisory_xact_lock(4702111234474983745)");
    for (const name of loginNames) await setUpLogin(admin, name, decodeURIComponent(urls[name].password));
    await closeDatabase(admin);
    await admin.query("COMMIT");
  } finally {
    await admin.end();
  }
}

async function setUpLogin(admin: pg.Client, name: LoginName, password: string): Promise<void> {
  const known = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  const secret = pg.escapeLiteral(password);
  const verb = known.rowCount === 0 ? "CREATE" : "ALTER";
  await admin.query(`${verb} ROLE ${name} LOGIN ${attributes[name]} NOCREATEDB PASSWORD ${secret}`);
}

async function closeDatabase(admin: pg.Client): Promise<void> {
  const state = await admin.query<{ database: string; superuser: boolean }>(
    "SELECT current_database() AS database, rolsuper AS superuser FROM pg_roles WHERE rolname = current_user",
  );
  const { database, superuser } = state.rows[0] as { database: string; superuser: boolean };
  const name = pg.escapeIdentifier(database);
  await admin.query(`
    REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${name} TO astra_owner, astra_app, astra_platform;
    GRANT CREATE ON DATABASE ${name} TO astra_owner;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO astra_owner;
    GRANT USAGE ON SCHEMA public TO astra_platform;
    ALTER ROLE astra_app SET search_path = '';
    ALTER ROLE astra_platform SET search_path = 'public';
  `);
  for (const login of loginNames) {
    // Prisma's adapter reads and writes times as if the session's zone were UTC.
    await admin.query(
      `ALTER ROLE ${login} SET timezone = 'UTC'; ALTER ROLE ${login} SET datestyle = 'ISO, MDY'`,
    );
  }
  // A statement whose client is gone (cut at its deadline) would otherwise run on, with its locks.
  await admin.query("ALTER ROLE astra_app SET client_connection_check_interval = '2s'");
  if (!superuser) return;
  for (const login of loginNames) {
    await admin.query(`
      ALTER ROLE ${login} NOBYPASSRLS NOREPLICATION NOSUPERUSER;
      ALTER ROLE ${login} SET log_parameter_max_length = 0;
      ALTER ROLE ${login} SET log_parameter_max_length_on_error = 0;
    `);
  }
  await admin.query(`
    REVOKE ALL ON ${closedViews.map((view) => `pg_catalog.${view}`).join(", ")} FROM PUBLIC;
    REVOKE UPDATE ON pg_catalog.pg_settings FROM PUBLIC;
    GRANT SELECT ON pg_catalog.pg_locks TO astra_owner, pg_monitor;
    REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
    GRANT USAGE ON LANGUAGE plpgsql, sql TO astra_owner;
  `);
  await admin.query(closeFunctionsSql());
}
