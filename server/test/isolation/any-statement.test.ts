import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { asOwner } from "../../fleet/owner.ts";
import { requiredEnv } from "../../platform/env.ts";
import { ids } from "./canaries.ts";
import { coreFacts, planted, projectsOf } from "./core-facts.ts";
import { describeThroughDoors } from "./doors.ts";
import { RawSession } from "./raw-session.ts";
import { asAdmin, asOwnerSql } from "./world.ts";

// The kernel lets five kinds of statements through, one at a time. Isolation must not rest on that: here
// everything is typed that PostgreSQL understands, on a connection that entered as the kernel enters.

/** What neither a tenant's role nor the login itself may do. `$home` is the tenant's schema. */
const forbidden = [
  "CREATE TABLE $home.made (x int)",
  "CREATE TABLE public.made (x int)",
  "CREATE TABLE astra.made (x int)",
  "CREATE TEMP TABLE made (x int)",
  "CREATE SCHEMA made",
  "CREATE VIEW $home.made AS SELECT 1",
  "CREATE FUNCTION $home.made() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  "CREATE FUNCTION pg_temp.made() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  "CREATE TYPE $home.made AS ENUM ('x')",
  "CREATE SEQUENCE $home.made",
  "CREATE INDEX ON $home.projects (description)",
  "CREATE STATISTICS $home.made ON name, status FROM $home.projects",
  "CREATE POLICY made ON $home.projects USING (true)",
  "CREATE RULE made AS ON DELETE TO $home.projects DO INSTEAD NOTHING",
  "CREATE TRIGGER made BEFORE INSERT ON $home.projects EXECUTE FUNCTION astra.refuse_truncate()",
  "CREATE ROLE made",
  "CREATE EXTENSION pg_stat_statements",
  "CREATE EVENT TRIGGER made ON ddl_command_end EXECUTE FUNCTION astra.refuse_truncate()",
  "ALTER TABLE $home.projects DISABLE ROW LEVEL SECURITY",
  "ALTER TABLE $home.projects NO FORCE ROW LEVEL SECURITY",
  "ALTER TABLE $home.projects ADD COLUMN made int",
  "ALTER TABLE $home.audit_entries DISABLE TRIGGER ALL",
  "ALTER TABLE $home.projects SET SCHEMA public",
  "ALTER TABLE $home.projects OWNER TO CURRENT_ROLE",
  "ALTER POLICY tenant_key ON $home.projects USING (true)",
  "ALTER FUNCTION astra.proven_tenant() SECURITY INVOKER",
  "ALTER SCHEMA $home RENAME TO made",
  "ALTER DATABASE $database SET row_security = off",
  "ALTER ROLE astra_owner PASSWORD 'x'",
  "ALTER ROLE $home LOGIN",
  "DROP POLICY tenant_key ON $home.projects",
  "DROP TRIGGER audit_entries_keep ON $home.audit_entries",
  "DROP TABLE $home.projects",
  "DROP SCHEMA $home CASCADE",
  "DROP ROLE $home",
  "TRUNCATE $home.projects CASCADE",
  "TRUNCATE $home.audit_entries",
  "COMMENT ON TABLE $home.audit_entries IS '@grant SELECT, INSERT, UPDATE'",
  "GRANT astra_owner TO CURRENT_ROLE",
  "SET ROLE astra_owner",
  "SET ROLE pg_read_all_data",
  "SET SESSION AUTHORIZATION postgres",
  "SET session_replication_role = replica",
  "SET log_statement = 'none'",
  "COPY $home.projects TO '/tmp/made'",
  "COPY $home.projects TO PROGRAM 'cat'",
  "LOAD 'auto_explain'",
  "DO $$ BEGIN PERFORM 1; END $$",
  "REASSIGN OWNED BY astra_owner TO CURRENT_ROLE",
  "CHECKPOINT",
];

const databaseName = new URL(requiredEnv("DATABASE_APP_URL")).pathname.slice(1);

describeThroughDoors({ plant: true }, (world) => {
  afterEach(() => world().endSessions());

  describe("neither a tenant nor the login may", () => {
    let session: RawSession;
    beforeAll(async () => {
      session = await RawSession.open(world().url);
    });
    afterAll(() => session.end());

    test.each(forbidden)("%s", async (text) => {
      const sql = text.replaceAll("$home", `"${world().a.schema}"`).replace("$database", databaseName);
      const allowed = await session.within(world().a, "SELECT 1 AS x");
      expect(allowed.rows).toEqual([{ x: 1 }]);
      for (const [who, first] of [
        ["the tenant", "SELECT 1"],
        ["the login", "SET LOCAL ROLE NONE"],
      ] as const) {
        await session.enter(world().a);
        await session.say(first);
        const { code, error } = await session.say(sql);
        await session.leave();
        expect({ who, code, error }).toMatchObject({
          who,
          code: "42501",
        });
      }
    });
  });

  test("grants of what it does not own give nothing away", async () => {
    const session = await world().raw();
    await session.within(world().a, "GRANT ALL ON projects TO PUBLIC");
    await session.within(world().a, "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC");
    expect(await session.within(world().b, `SELECT * FROM "${world().a.schema}".projects`)).toMatchObject({
      code: "42501",
    });
  });

  test("audit entries are added and read, and never changed; of events only the number is given", async () => {
    const session = await world().raw();
    const changes = (table: string, id: string) => [
      `UPDATE ${table} SET at = now()`,
      `TRUNCATE ${table}`,
      `INSERT INTO ${table} (id) VALUES ('${id}') ON CONFLICT (id) DO UPDATE SET at = now()`,
    ];
    const refused = [
      ...changes("audit_entries", ids.auditEntry),
      "DELETE FROM audit_entries",
      "SELECT FROM audit_entries FOR UPDATE",
      ...changes("events", ids.event),
      "UPDATE events SET data = '{}'",
    ];
    for (const change of refused)
      expect(await session.within(world().a, change), change).toMatchObject({ code: "42501" });
    for (const [table, id] of [
      ["audit_entries", ids.auditEntry],
      ["events", ids.event],
    ]) {
      const read = await session.within(world().a, `SELECT id FROM ${table} WHERE id = '${id}'`);
      expect(read.rows).toEqual([{ id }]);
    }
    const owner = asOwnerSql(`TRUNCATE "${world().a.schema}".audit_entries`);
    await expect(owner).rejects.toThrow("append-only");
  });

  test("the platform's login reaches no tenant, and a tenant's login no platform", async () => {
    const platform = new pg.Client({ connectionString: requiredEnv("DATABASE_PLATFORM_URL") });
    await platform.connect();
    const allowed = await platform.query("SELECT count(*)::int AS n FROM accounts");
    expect(allowed.rows).toEqual([{ n: 0 }]);
    for (const sql of [
      `SELECT * FROM "${world().a.schema}".projects`,
      `SET ROLE "${world().a.schema}"`,
      "SET ROLE astra_app",
      "SELECT * FROM astra.tenant_keys",
      "SELECT * FROM astra.outbox",
    ]) {
      await expect(platform.query(sql), sql).rejects.toMatchObject({ code: "42501" });
    }
    await platform.end();
    const session = await world().raw();
    for (const first of ["SELECT 1", "SET LOCAL ROLE NONE"]) {
      expect(await session.within(world().a, first, "SELECT * FROM public.accounts")).toMatchObject({
        code: "42501",
      });
    }
  });

  test("even the owner sees no row without the key", async () => {
    const found = await asOwner("main", async (client) => {
      const count = async () => (await client.query(`SELECT FROM "${world().a.schema}".projects`)).rowCount;
      const without = await count();
      await client.query("SELECT set_config('app.tenant_key', $1, true)", [world().b.key]);
      const withAnother = await count();
      await client.query("SELECT set_config('app.tenant_key', $1, true)", [world().a.key]);
      return { without, withAnother, withIt: await count() };
    });
    expect(found).toEqual({ without: 0, withAnother: 0, withIt: 2 });
  });

  describe("with the neighbour's role stolen,", () => {
    const steal = () => `SET LOCAL ROLE "${world().b.schema}"`;
    const theirs = () => `"${world().b.schema}".projects`;

    test.each<[string, (session: RawSession) => Promise<unknown>, unknown]>([
      ["SELECT", async (s) => (await s.say(`SELECT * FROM ${theirs()}`)).rows, []],
      ["COPY", async (s) => (await s.say(`COPY ${theirs()} TO STDOUT`)).count, 0],
      [
        "a cursor",
        async (s) => {
          await s.say(`DECLARE c CURSOR FOR SELECT * FROM ${theirs()}`);
          return (await s.say("FETCH ALL FROM c")).rows;
        },
        [],
      ],
      [
        "a prepared statement",
        async (s) => {
          await s.say(`PREPARE p AS SELECT * FROM ${theirs()}`);
          return (await s.say("EXECUTE p")).rows;
        },
        [],
      ],
      [
        "a join on its own rows",
        async (s) => (await s.say(`SELECT * FROM ${theirs()} t NATURAL FULL JOIN ${theirs()} u`)).rows,
        [],
      ],
      ["SELECT … FOR UPDATE", async (s) => (await s.say(`SELECT * FROM ${theirs()} FOR UPDATE`)).rows, []],
      [
        "an error that depends on rows",
        async (s) => (await s.say(`SELECT 1 / (length(name) * 0) FROM ${theirs()}`)).code,
        undefined,
      ],
      [
        "row security switched off",
        async (s) => {
          await s.say("SET LOCAL row_security = off");
          return (await s.say(`SELECT * FROM ${theirs()}`)).code;
        },
        "42501",
      ],
      [
        "an insert that meets an existing key",
        async (s) => (await s.say(`INSERT INTO ${theirs()} (id, name) VALUES ('${ids.project}', 'x')`)).code,
        "42501",
      ],
      [
        "MERGE",
        async (s) =>
          (await s.say(`MERGE INTO ${theirs()} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE`)).count,
        0,
      ],
    ])("%s shows and changes nothing", async (_, act, expected) => {
      const session = await world().raw();
      await session.enter(world().a);
      expect(await session.say(steal())).toMatchObject({ error: undefined });
      expect(await act(session)).toEqual(expected);
      await session.leave();
      expect(await projectsOf(world(), world().b)).toEqual(planted(world().b));
    });
  });

  describe("the next user of the connection is safe when the last one typed", () => {
    test.each([
      ["COMMIT", "COMMIT"],
      [
        "COMMIT and went on by itself",
        `COMMIT; SET ROLE "$b"; SET search_path = "$b"; SET app.tenant_key = 'x'`,
      ],
      ["COMMIT AND CHAIN", "COMMIT AND CHAIN"],
      ["ROLLBACK AND CHAIN", "ROLLBACK AND CHAIN"],
      ["a cursor held over a COMMIT", "DECLARE held CURSOR WITH HOLD FOR SELECT name FROM projects; COMMIT"],
      ["SET SESSION CHARACTERISTICS", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"],
      ["DISCARD PLANS", "DISCARD PLANS"],
      ["LISTEN", "LISTEN x; NOTIFY x, 'canary'"],
      ["a savepoint that stays open", "SAVEPOINT x"],
      ["something wrong", "SELECT 1 / 0"],
      ["something wrong outside of a transaction", "COMMIT; SELECT 1 / 0"],
    ])("%s", async (_, sql) => {
      const session = await world().raw();
      await session.enter(world().a);
      await session.say(sql.replaceAll("$b", world().b.schema));
      await session.leave();
      const next = await session.within(
        world().b,
        "SELECT name, current_user::text = current_schema() AS home FROM projects ORDER BY id",
      );
      expect(next.rows).toEqual(planted(world().b).map((name) => ({ name, home: true })));
      await session.enter(world().b);
      expect(await session.attempt("FETCH ALL FROM held")).toMatchObject({ code: "34000" });
      const write = await session.say(`UPDATE projects SET name = name WHERE id = '${ids.project}'`);
      expect(write).toMatchObject({ count: 1, error: undefined });
      await session.leave();
    });
  });

  describe("what remains to who can type any statement (README, threats):", () => {
    const defaults = `ALTER ROLE astra_app IN DATABASE "${databaseName}"`;

    /** Changes what later connections of the login begin with, and proves a fact over new ones. */
    async function withDefaults(changes: string[], prove: () => Promise<void>): Promise<void> {
      const session = await world().raw();
      await session.enter(world().a);
      await session.say("SET LOCAL ROLE NONE");
      for (const change of changes) {
        expect(await session.say(`${defaults} ${change}`), change).toMatchObject({ error: undefined });
      }
      await session.leave();
      const usual = world().kernel;
      world().kernel = world().open({ size: 1, url: requiredEnv("DATABASE_APP_URL") });
      try {
        await prove();
      } finally {
        await world().shut(world().kernel);
        world().kernel = usual;
        await asAdmin(`${defaults} RESET ALL`);
        await asAdmin(`${defaults} SET search_path = ''`);
      }
    }

    test("later connections can be made to begin elsewhere, and no scope rests on where they begin", () =>
      withDefaults(
        [`SET search_path = "${world().b.schema}"`, "SET default_transaction_isolation = serializable"],
        async () => {
          for (const fact of coreFacts.slice(0, 2)) await fact.prove(world());
        },
      ));

    test("later connections can be made to begin in a tenant's role, and then enter none", () =>
      withDefaults([`SET role = "${world().b.schema}"`], async () => {
        const { tenantId } = world().a.placement;
        const entry = world().tenancy.withTenant(tenantId, { readOnly: true }, (db) => db.project.count());
        await expect(entry).rejects.toMatchObject({ reason: "tenant_guard" });
      }));

    test("with a stolen role EXPLAIN shows estimates, counts and locks of the neighbour, and no row", async () => {
      const session = await world().raw();
      await session.enter(world().a);
      await session.say(`SET LOCAL ROLE "${world().b.schema}"`);
      const plan = await session.say(`EXPLAIN (ANALYZE) SELECT * FROM "${world().b.schema}".projects`);
      expect(plan.error).toBeUndefined();
      expect(JSON.stringify(plan.rows)).not.toContain("canary");
      const lock = await session.say(`LOCK TABLE "${world().b.schema}".projects IN ACCESS SHARE MODE`);
      expect(lock.error).toBeUndefined();
      await session.leave();
    });
  });
});
