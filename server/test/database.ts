import pg from "pg";

/** The migrated database that each test file's own one is cloned from. */
export const TEMPLATE_DATABASE = "astra_template";

/** Closes the template: CREATE DATABASE … TEMPLATE needs that nobody is connected to it. */
export async function sealTemplate(adminUrl: string): Promise<void> {
  await withAdmin(adminUrl, (admin) =>
    admin.query(`ALTER DATABASE ${TEMPLATE_DATABASE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`),
  );
}

/**
 * Makes the database `name` as an exact copy of the template. Roles belong to the whole cluster, so a clone's
 * ready tenants share theirs with the template; tenants made inside a clone have random names and roles.
 */
export async function cloneTemplate(adminUrl: string, name: string): Promise<void> {
  await withAdmin(adminUrl, async (admin) => {
    const clone = admin.escapeIdentifier(name);
    await admin.query(`DROP DATABASE IF EXISTS ${clone} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${clone} TEMPLATE ${TEMPLATE_DATABASE}`);
    // CREATE DATABASE copies neither the grants on the database nor ALTER ROLE … IN DATABASE. Without the latter
    // a login would have the default search_path, which is less strict than in production.
    await admin.query(
      `UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = $1) WHERE datname = $2`,
      [TEMPLATE_DATABASE, name],
    );
    await admin.query(
      `INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
       SELECT clone.oid, setting.setrole, setting.setconfig
       FROM pg_db_role_setting setting
       JOIN pg_database template ON template.oid = setting.setdatabase AND template.datname = $1
       JOIN pg_database clone ON clone.datname = $2`,
      [TEMPLATE_DATABASE, name],
    );
  });
}

/** Drops a clone, cutting whatever is still connected to it. */
export async function dropClone(adminUrl: string, name: string): Promise<void> {
  await withAdmin(adminUrl, (admin) =>
    admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(name)} WITH (FORCE)`),
  );
}

/** How many sessions are open on a database, with what each did last. */
export async function openSessions(adminUrl: string, name: string): Promise<string[]> {
  return withAdmin(adminUrl, async (admin) => {
    const found = await admin.query<{ what: string }>(
      `SELECT format('%s (%s): %s', usename, state, left(query, 120)) AS what
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    return found.rows.map((row) => row.what);
  });
}

/** The same server and login, another database. */
export function onDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

async function withAdmin<Result>(
  adminUrl: string,
  act: (admin: pg.Client) => Promise<Result>,
): Promise<Result> {
  const admin = new pg.Client({ connectionString: onDatabase(adminUrl, "postgres") });
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.end();
  }
}
