import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closedFunctions, closeFunctionsSql } from "../../fleet/closed-functions.ts";
import { ids } from "./canaries.ts";
import { planted } from "./core-facts.ts";
import { describeThroughDoors } from "./doors.ts";
import { asAdmin, type Kernel, type Neighbour } from "./world.ts";

/** What one typed statement may answer. `refused` names the SQLSTATE, or the kernel's own reason. */
type Typed = { name: string; sql: (a: Neighbour, b: Neighbour) => string; refused?: string; rows?: unknown };

/** Each must be refused, or show nothing of the neighbour. */
const attacks: Typed[] = [
  {
    name: "names the neighbour's table",
    sql: (_, b) => `SELECT * FROM ${b.schema}.projects`,
    refused: "42501",
  },
  {
    name: "UNION with the neighbour's table",
    sql: (_, b) => `SELECT name FROM projects UNION ALL SELECT name FROM ${b.schema}.projects`,
    refused: "42501",
  },
  {
    name: "a sub-select of the neighbour's table",
    sql: (_, b) => `SELECT (SELECT max(name) FROM ${b.schema}.members)`,
    refused: "42501",
  },
  {
    name: "data-modifying WITH on the neighbour's table",
    sql: (_, b) => `WITH gone AS (DELETE FROM ${b.schema}.projects RETURNING name) SELECT * FROM gone`,
    refused: "42501",
  },
  { name: "the platform's tables", sql: () => "SELECT * FROM public.accounts", refused: "42501" },
  { name: "the register of tenants", sql: () => "SELECT * FROM astra.tenants", refused: "42501" },
  { name: "the register of keys", sql: () => "SELECT * FROM astra.tenant_keys", refused: "42501" },
  { name: "everybody's jobs", sql: () => "SELECT * FROM astra.outbox", refused: "42501" },
  {
    name: "a job written by hand",
    sql: (_, b) => `INSERT INTO astra.outbox (tenant_id, name, payload)
      VALUES ('${b.placement.tenantId}', 'directory.sync-profile', '{}')`,
    refused: "42501",
  },
  {
    name: "a platform's job",
    sql: () => "SELECT astra.enqueue_platform('mail.account', '{}', NULL, 'x', false)",
    refused: "42501",
  },
  {
    name: "a job that no tenant may ask for",
    sql: () => "SELECT astra.enqueue('mail.account', '{}', NULL, 'x')",
    refused: "AT003",
  },
  { name: "hardening", sql: (_, b) => `SELECT astra.harden('${b.placement.tenantId}')`, refused: "42501" },
  {
    name: "claiming jobs",
    sql: () => "SELECT astra.claim_due('default', gen_random_uuid(), 9, 9, 9)",
    refused: "42501",
  },
  {
    name: "entering the neighbour from within",
    sql: (_, b) => `SELECT astra.enter('${b.schema}', '${b.schema}', 'no', '0', '0', '0', '1/active', false)`,
    refused: "42501",
  },
  {
    name: "the neighbour's role",
    sql: (_, b) => `SELECT set_config('role', '${b.schema}', true)`,
    refused: "42501",
  },
  { name: "no role", sql: () => "SELECT set_config('role', 'none', true)", refused: "42501" },
  { name: "the owner's role", sql: () => "SELECT set_config('role', 'astra_owner', true)", refused: "42501" },
  {
    name: "another path for this scope",
    sql: (_, b) => `SELECT set_config('search_path', '${b.schema}', true)`,
    refused: "42501",
  },
  {
    name: "another path for the next scope",
    sql: (_, b) => `SELECT set_config('search_path', '${b.schema}', false)`,
    refused: "42501",
  },
  { name: "another key", sql: () => "SELECT set_config('app.tenant_key', 'x', true)", refused: "42501" },
  { name: "no limits", sql: () => "SELECT set_config('statement_timeout', '0', true)", refused: "42501" },
  {
    name: "settings as a table",
    sql: () => "UPDATE pg_settings SET setting = '0' WHERE name = 'statement_timeout'",
    refused: "42501",
  },
  { name: "what others are doing", sql: () => "SELECT * FROM pg_stat_activity", refused: "42501" },
  {
    name: "what one other is doing",
    sql: () => "SELECT pg_stat_get_backend_activity(i) FROM generate_series(1, 50) i",
    refused: "42501",
  },
  { name: "locks", sql: () => "SELECT * FROM pg_locks", refused: "42501" },
  {
    name: "counters of the neighbour's tables",
    sql: () => "SELECT * FROM pg_stat_user_tables",
    refused: "42501",
  },
  {
    name: "counters of its own transaction",
    sql: () => "SELECT pg_stat_get_xact_tuples_returned(oid) FROM pg_class",
    refused: "42501",
  },
  { name: "the planner's statistics", sql: () => "SELECT * FROM pg_statistic", refused: "42501" },
  {
    name: "the planner's statistics as a view",
    sql: (_, b) => `SELECT tablename FROM pg_stats WHERE schemaname = '${b.schema}'`,
    rows: [],
  },
  { name: "passwords", sql: () => "SELECT * FROM pg_authid", refused: "42501" },
  {
    name: "the neighbour's columns",
    sql: (_, b) => `SELECT * FROM information_schema.columns WHERE table_schema = '${b.schema}'`,
    rows: [],
  },
  {
    name: "a text that runs as SQL",
    sql: (_, b) => `SELECT query_to_xml('SELECT * FROM ${b.schema}.projects', true, false, '')`,
    refused: "42501",
  },
  { name: "a table as XML", sql: () => "SELECT database_to_xml(true, false, '')", refused: "42501" },
  {
    name: "words of a text that runs as SQL",
    sql: (_, b) => `SELECT * FROM ts_stat('SELECT to_tsvector(name) FROM ${b.schema}.projects')`,
    refused: "42501",
  },
  { name: "ending another session", sql: () => "SELECT pg_terminate_backend(1)", refused: "42501" },
  { name: "a lock that outlives the scope", sql: () => "SELECT pg_advisory_lock(1)", refused: "42501" },
  { name: "a large object", sql: () => "SELECT lo_create(0)", refused: "42501" },
  { name: "a message to whoever listens", sql: () => "SELECT pg_notify('x', 'y')", refused: "42501" },
  { name: "a file of the server", sql: () => "SELECT pg_read_file('PG_VERSION')", refused: "42501" },
  { name: "a table made of a query", sql: () => "SELECT name INTO stolen FROM projects", refused: "42501" },
  { name: "a temporary table", sql: () => "SELECT name INTO TEMP stolen FROM projects", refused: "42501" },
  { name: "two statements in one", sql: () => "SELECT 1; SELECT 2", refused: "42601" },
  {
    name: "COMMIT behind a semicolon",
    sql: (_, b) => `SELECT 1; COMMIT; SET ROLE "${b.schema}"; SELECT * FROM ${b.schema}.projects`,
    refused: "42601",
  },
  {
    name: "EXPLAIN",
    sql: (_, b) => `EXPLAIN (ANALYZE) SELECT * FROM ${b.schema}.projects`,
    refused: "statement_refused",
  },
  { name: "a comment before a statement", sql: () => "/* /* */ */ COMMIT", refused: "statement_refused" },
  ...[
    "COMMIT",
    "ROLLBACK",
    "RESET ALL",
    "DISCARD ALL",
    "SET ROLE NONE",
    "DO $$BEGIN END$$",
    "LISTEN x",
    "COPY projects TO STDOUT",
    "PREPARE x AS SELECT 1",
    "EXECUTE x",
    "DECLARE x CURSOR FOR SELECT 1",
    "CREATE TEMP TABLE x (y int)",
    "LOCK TABLE projects",
    "TRUNCATE projects",
    "GRANT ALL ON projects TO PUBLIC",
    "VACUUM",
    "CALL x()",
    "SAVEPOINT x",
    "MERGE INTO projects USING tasks ON true WHEN MATCHED THEN DELETE",
    ";COMMIT",
    "\u0000SELECT 1",
    "",
  ].map((sql): Typed => ({
    name: `${JSON.stringify(sql)} as a statement`,
    sql: () => sql,
    refused: "statement_refused",
  })),
];

describeThroughDoors({ plant: true }, (world) => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = world().open({ size: 1 });
  });

  /** Types statements into A on a kernel with one connection; answers the last one's rows, or the refusal. */
  async function typed(...statements: string[]): Promise<{ rows?: unknown; refused?: string }> {
    try {
      const rows = await kernel.tenancy.withTenant(
        world().a.placement.tenantId,
        { readOnly: false },
        async (db) => {
          let last: unknown;
          for (const sql of statements) last = await db.$queryRawUnsafe(sql);
          return last;
        },
      );
      return { rows };
    } catch (error) {
      return { refused: sqlState(error) };
    }
  }

  async function expectBothUntouched(): Promise<void> {
    for (const neighbour of [world().b, world().a]) {
      const names = await kernel.tenancy.withTenant(neighbour.placement.tenantId, { readOnly: true }, (db) =>
        db.project.findMany({ select: { name: true }, orderBy: { id: "asc" } }),
      );
      expect(names.map((row) => row.name)).toEqual(planted(neighbour));
    }
  }

  describe("typed into a tenant:", () => {
    test("a plain SELECT shows the tenant's own rows", async () => {
      const { rows } = await typed("SELECT name FROM projects ORDER BY id");
      expect(rows).toEqual(planted(world().a).map((name) => ({ name })));
    });

    test.each(attacks)("$name", async ({ sql, refused, rows }) => {
      const answer = await typed(sql(world().a, world().b));
      expect(answer).toEqual(refused === undefined ? { rows } : { refused });
      await expectBothUntouched();
    });

    test("its own jobs are accepted and closed, the neighbour's are not", async () => {
      const enqueue = "SELECT astra.enqueue('directory.sync-profile', '{}', '-infinity', 'typed') AS id";
      const mine = (await typed(enqueue)).rows as { id: string }[];
      const theirs = await kernel.tenancy.withTenant(
        world().b.placement.tenantId,
        { readOnly: false },
        (db) => db.$queryRawUnsafe<{ id: string }[]>(enqueue),
      );
      const close = (id: string | undefined) => typed(`SELECT astra.complete('${id}') AS closed`);
      expect(await close(mine[0]?.id)).toEqual({ rows: [{ closed: true }] });
      expect(await close(theirs[0]?.id)).toEqual({ rows: [{ closed: false }] });
      // The same by the hand-over, as a worker does it; the version before does it as above.
      const closeBegun = async (id: string | undefined) => {
        await asAdmin(`UPDATE astra.outbox SET state = 'dispatched', dispatches = 1 WHERE id = '${id}'`);
        return typed(`SELECT astra.complete('${id}', 1) AS closed`);
      };
      expect(await closeBegun(theirs[0]?.id)).toEqual({ rows: [{ closed: false }] });
      expect(await closeBegun(mine[0]?.id)).toEqual({ rows: [{ closed: true }] });
      await asAdmin(`UPDATE astra.outbox SET state = 'pending' WHERE id = '${theirs[0]?.id}'`);
      const rows = await asAdmin(
        "SELECT tenant_id, state, run_at >= created_at AS due_later FROM astra.outbox WHERE request_id = 'typed' ORDER BY state",
      );
      expect(rows).toEqual([
        { tenant_id: world().a.placement.tenantId, state: "done", due_later: true },
        { tenant_id: world().b.placement.tenantId, state: "pending", due_later: true },
      ]);
      await asAdmin("DELETE FROM astra.outbox WHERE request_id = 'typed'");
    });

    test("of its guard row only the access version can be changed, and only its own", async () => {
      for (const change of ["state = 'suspended'", "epoch = 0", "key_version = 9", "one = false"]) {
        expect(await typed(`UPDATE tenant_guard SET ${change}`)).toEqual({ refused: "42501" });
      }
      expect(await typed("DELETE FROM tenant_guard")).toEqual({ refused: "42501" });
      const lowered = await typed("UPDATE tenant_guard SET access_version = 1 RETURNING access_version AS v");
      expect(lowered).toEqual({ rows: [{ v: 1 }] });
    });

    test("an error tells of its own rows, and never of the neighbour's", async () => {
      const oracle = (table: string, name: string) =>
        `SELECT 1 / (CASE WHEN name = '${name}' THEN 0 ELSE 1 END) FROM ${table}`;
      expect(await typed(oracle("projects", world().a.canary))).toEqual({ refused: "22012" });
      expect((await typed(oracle("projects", world().b.canary))).refused).toBeUndefined();
      expect(await typed(oracle(`${world().b.schema}.projects`, world().b.canary))).toEqual({
        refused: "42501",
      });
    });
  });

  describe("where set-up could not close PostgreSQL's functions (no superuser),", () => {
    beforeAll(() => asAdmin(openFunctionsSql()));
    afterAll(() => asAdmin(closeFunctionsSql()));

    const become = () => `SELECT set_config('role', '${world().b.schema}', true)`;

    test("a role taken by one statement still meets the key in the next", async () => {
      expect(await typed(become(), "SELECT count(*)::int AS n FROM pg_class")).toMatchObject({
        rows: [{ n: expect.any(Number) }],
      });
      for (const table of ["projects", "members", "search_tokens", "events", "tenant_guard"]) {
        const seen = await typed(become(), `SELECT * FROM ${world().b.schema}.${table}`);
        expect(seen, table).toEqual({ rows: [] });
      }
      const write = `INSERT INTO ${world().b.schema}.projects (id, name) VALUES ('${ids.project}', 'x')`;
      expect(await typed(become(), write)).toEqual({ refused: "42501" });
      expect(await typed(become(), `${write} ON CONFLICT DO NOTHING`)).toEqual({ refused: "42501" });
      await expectBothUntouched();
    });

    test("a text that runs as SQL, with the role taken in the same statement, sees no row", async () => {
      const own = await typed("SELECT query_to_xml('SELECT name FROM projects', true, false, '')::text AS x");
      expect(JSON.stringify(own)).toContain(world().a.canary);
      const theirs = await typed(
        `${become()} AS role, query_to_xml('SELECT name FROM ${world().b.schema}.projects', true, false, '')::text AS x`,
      );
      expect(JSON.stringify(theirs)).not.toContain("canary");
      expect(theirs.refused).toBeUndefined();
      await expectBothUntouched();
    });

    test.each(["true", "false"])(
      "path, key and limits set with is_local %s end with the scope",
      async (local) => {
        const sets = [
          ["search_path", world().b.schema],
          ["role", world().b.schema],
          ["app.tenant_key", "typed"],
          ["row_security", "off"],
          ["statement_timeout", "1ms"],
          ["default_transaction_read_only", "on"],
          ["TimeZone", "Asia/Tokyo"],
          ["DateStyle", "German"],
          ["client_encoding", "LATIN1"],
        ].map(([name, value]) => `set_config('${name}', '${value}', ${local})`);
        expect((await typed(`SELECT ${sets.join(", ")}`)).refused).toBeUndefined();
        await expectBothUntouched();
        const left = await kernel.pool.query(`
        SELECT current_user::text AS role, current_setting('search_path') AS path, current_setting('TimeZone') AS zone,
          current_setting('client_encoding') AS encoding, current_setting('row_security') AS security`);
        expect(left.rows).toEqual([
          { role: "astra_app", path: '""', zone: "UTC", encoding: "UTF8", security: "on" },
        ]);
      },
    );

    test("counters would tell whether a neighbour's row was found: this is why they are closed", async () => {
      const count = `(xpath('//n/text()', query_to_xml('SELECT pg_stat_get_xact_tuples_returned(''${world().b.schema}.roles_key_key''::regclass) AS n', true, true, '')))[1]::text::int`;
      const probe = (key: string) => `
        ${become()} AS role, set_config('enable_seqscan', 'off', true) AS scan, ${count} AS before,
          query_to_xml('SELECT 1 FROM ${world().b.schema}.roles WHERE key = ''${key}''', true, true, '')::text AS rows,
          ${count} AS after`;
      const found = async (key: string) => {
        const { rows } = await typed(probe(key));
        const [row] = rows as { before: number; after: number; rows: string }[];
        expect(row?.rows).toBe("");
        return (row?.after ?? 0) - (row?.before ?? 0);
      };
      expect(await found("owner")).toBe(1);
      expect(await found("nobody")).toBe(0);
      await asAdmin(closeFunctionsSql());
      expect(await typed(probe("owner"))).toEqual({ refused: "42501" });
      await asAdmin(openFunctionsSql());
    });
  });
});

/** Undoes what set-up closed, as on a server where it was not allowed to close anything. */
function openFunctionsSql(): string {
  const names = closedFunctions.flatMap((group) => group.names).join("|");
  return `DO $open$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^(${names})$'
    LOOP EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f); END LOOP; END $open$`;
}

/** The server's own code for an error, the kernel's reason, or what is left of it. */
function sqlState(error: unknown): string {
  const { reason, meta, message } = error as {
    reason?: string;
    meta?: { driverAdapterError?: { cause?: { originalCode?: string } } };
    message: string;
  };
  return meta?.driverAdapterError?.cause?.originalCode ?? reason ?? message;
}
