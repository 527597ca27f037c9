import { afterAll, describe, expect, test } from "vitest";
import { requiredEnv } from "../../platform/env.ts";
import { tenantProtocol, type Protocol } from "../../tenancy/protocol.ts";
import { coreFacts } from "./core-facts.ts";
import { asAdmin, closeSharedPools, World } from "./world.ts";

/** A way to break the kernel, and the facts that must notice it. */
type Mutation = {
  name: string;
  protocol?: Partial<Protocol>;
  /** SQL on both tenants; `restore` undoes it. */
  sql?: { apply(world: World): string; restore(world: World): string };
  noticedBy: string[];
};

const world = await World.make(requiredEnv("DATABASE_APP_URL"));
afterAll(async () => {
  await world.close();
  await closeSharedPools();
});

const schemas = () => [world.a.schema, world.b.schema];
const each = (write: (schema: string) => string) => schemas().map(write).join(";");

/** The kernel's entry with some of its bound values changed: home, path, key, … */
function entering(change: (values: unknown[]) => unknown[]): Partial<Protocol> {
  return {
    enter(entry) {
      const { begin, statements } = tenantProtocol.enter(entry);
      return {
        begin,
        statements: statements.map(({ text, values }) => ({ text, values: change(values ?? []) })),
      };
    },
  };
}

const tables = `SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = home::regnamespace`;
const onTables = (schema: string, statements: string) => `
  DO $$ DECLARE home text := '${schema}'; item text; BEGIN
    FOR item IN ${tables} LOOP EXECUTE format('${statements}', home, item); END LOOP;
  END $$`;
const hardenBoth = () =>
  `SELECT astra.harden(t.id) FROM astra.tenants t WHERE t.schema IN ('${world.a.schema}', '${world.b.schema}')`;

const allFacts = coreFacts.map((fact) => fact.name);
const positiveControls = [
  "the same id shows each tenant its own row",
  "updates and deletes by the same id touch one tenant",
  "a tenant's role has no way into the neighbour's schema",
];

const mutations: Mutation[] = [
  {
    name: "wrong key",
    protocol: entering(([home, path, , ...rest]) => [home, path, "not the key", ...rest]),
    noticedBy: positiveControls,
  },
  {
    name: "the sentinel is not cut out",
    protocol: { unqualify: (sql) => sql },
    noticedBy: [
      "the same id shows each tenant its own row",
      "updates and deletes by the same id touch one tenant",
      "nothing of the sentinel reaches the server, and values with it survive",
      "both tenants at once in one process keep apart, look-ups of one tick included",
    ],
  },
  {
    name: "no policies",
    sql: {
      apply: () =>
        each((schema) =>
          onTables(
            schema,
            "DROP POLICY tenant_key ON %1$I.%2$I; ALTER TABLE %1$I.%2$I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
          ),
        ),
      restore: hardenBoth,
    },
    noticedBy: [
      "a stolen role without the neighbour's key sees no row and writes none",
      "a placement that names the neighbour's schema is refused",
    ],
  },
  {
    name: "no tenant role, and the login reaches every schema",
    protocol: entering(([, ...rest]) => ["none", ...rest]),
    sql: {
      apply: () =>
        each(
          (schema) =>
            `GRANT USAGE ON SCHEMA "${schema}" TO astra_app; GRANT ALL ON ALL TABLES IN SCHEMA "${schema}" TO astra_app`,
        ),
      restore: () =>
        each(
          (schema) =>
            `REVOKE ALL ON ALL TABLES IN SCHEMA "${schema}" FROM astra_app; REVOKE ALL ON SCHEMA "${schema}" FROM astra_app`,
        ),
    },
    noticedBy: ["a tenant's role has no way into the neighbour's schema"],
  },
  {
    name: "no tenant role",
    protocol: entering(([, ...rest]) => ["none", ...rest]),
    noticedBy: positiveControls,
  },
  {
    name: "no reset at the end",
    protocol: { leave: "COMMIT", abandon: "ROLLBACK" },
    noticedBy: ["nothing that is typed into a scope meets the next user of the connection"],
  },
  {
    name: "settings are reset, but not what the session holds",
    protocol: { leave: "RESET ROLE; RESET ALL; COMMIT", abandon: "ROLLBACK; RESET ROLE; RESET ALL" },
    noticedBy: ["nothing that is typed into a scope meets the next user of the connection"],
  },
  {
    name: "nobody asks in which scope the code runs",
    protocol: { isInside: () => true },
    noticedBy: ["a promise that was made in one tenant does not run in the next one"],
  },
  {
    name: "nobody asks the guard",
    protocol: {
      enter(entry) {
        const { begin, statements } = tenantProtocol.enter(entry);
        const [home, path, key] = statements[0]?.values ?? [];
        const text =
          "SELECT set_config('role', $1, true), set_config('search_path', $2, true), set_config('app.tenant_key', $3, true)";
        return { begin, statements: [{ text, values: [home, path, key] }] };
      },
    },
    noticedBy: [
      "a placement that names the neighbour's schema is refused",
      "the guard row has the last word about a tenant's state",
    ],
  },
];

/** Runs facts in a broken world and answers those that failed. */
async function brokenFacts(mutation: Omit<Mutation, "name">): Promise<string[]> {
  const protocol = { ...tenantProtocol, ...mutation.protocol };
  const sound = { kernel: world.kernel, protocol: world.protocol };
  const broken: string[] = [];
  world.protocol = protocol;
  world.kernel = world.open({ size: 2, protocol, limits: { deadlineMs: 5_000, attemptsMax: 2 } });
  if (mutation.sql) await asAdmin(mutation.sql.apply(world));
  try {
    for (const { name, prove } of coreFacts.filter((fact) => mutation.noticedBy.includes(fact.name))) {
      await prove(world).catch(() => broken.push(name));
      // A fact that failed may have left a session in the middle of a transaction.
      await world.endSessions();
      await world.plant();
    }
  } finally {
    if (mutation.sql) await asAdmin(mutation.sql.restore(world));
    await world.shut(world.kernel);
    world.kernel = sound.kernel;
    world.protocol = sound.protocol;
  }
  return broken;
}

describe("the suite notices a kernel that is broken on purpose:", () => {
  test("first, nothing is broken", async () => {
    expect(await brokenFacts({ noticedBy: allFacts })).toEqual([]);
  });

  test.each(mutations)("$name", async (mutation) => {
    const broken = await brokenFacts(mutation);
    expect(broken.toSorted()).toEqual(mutation.noticedBy.toSorted());
  });

  test("at last, everything is mended", async () => {
    expect(await brokenFacts({ noticedBy: allFacts })).toEqual([]);
  });
});
