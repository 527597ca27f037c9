import { expect } from "vitest";
import { ids } from "./canaries.ts";
import { asAdmin, type Neighbour, type World } from "./world.ts";

/** Something that must hold in a world. The suite proves it; the mutations show that it can fail. */
export type Fact = { name: string; prove: (world: World) => Promise<void> };

/** What really stands in a tenant's projects, seen by the product's own kernel. */
export async function projectsOf(world: World, neighbour: Neighbour): Promise<string[]> {
  const rows = await world.sound.tenancy.withTenant(neighbour.placement.tenantId, { readOnly: true }, (db) =>
    db.project.findMany({ select: { name: true }, orderBy: { id: "asc" } }),
  );
  return rows.map((row) => row.name);
}

/** The names that planting gives to a tenant's projects. */
export function planted(neighbour: Neighbour): string[] {
  return [neighbour.canary, `${neighbour.canary} second`];
}

const reads: Fact = {
  name: "the same id shows each tenant its own row",
  prove: async (world) => {
    for (const neighbour of [world.a, world.b, world.a]) {
      const seen = await world.tenancy.withTenant(
        neighbour.placement.tenantId,
        { readOnly: true },
        async (db) => ({
          unique: await db.project.findUnique({ where: { id: ids.project } }),
          task: await db.task.findUniqueOrThrow({
            where: { id: ids.task },
            include: { project: true, assignee: { include: { role: true } } },
          }),
          raw: await db.$queryRaw<
            { name: string }[]
          >`SELECT name FROM projects WHERE id = ${ids.project}::uuid`,
        }),
      );
      expect(seen.unique?.name).toBe(neighbour.canary);
      expect(seen.task).toMatchObject({
        title: neighbour.canary,
        project: { name: neighbour.canary },
        assignee: { name: neighbour.canary, role: { name: neighbour.canary } },
      });
      expect(seen.raw).toEqual([{ name: neighbour.canary }]);
    }
  },
};

const writes: Fact = {
  name: "updates and deletes by the same id touch one tenant",
  prove: async (world) => {
    await world.tenancy.withTenant(world.a.placement.tenantId, { readOnly: false }, async (db) => {
      await db.project.update({ where: { id: ids.project }, data: { name: "changed" } });
      await db.$executeRaw`UPDATE projects SET description = 'changed' WHERE id = ${ids.project}::uuid`;
      await db.project.delete({ where: { id: ids.secondProject } });
      await db.task.deleteMany({ where: { id: ids.task } });
    });
    expect(await projectsOf(world, world.a)).toEqual(["changed"]);
    expect(await projectsOf(world, world.b)).toEqual(planted(world.b));
    const tasks = await asAdmin<{ title: string }>(`SELECT title FROM "${world.b.schema}".tasks`);
    expect(tasks).toEqual([{ title: world.b.canary }]);
  },
};

const sentinel: Fact = {
  name: "nothing of the sentinel reaches the server, and values with it survive",
  prove: async (world) => {
    const value = '"__tenant__".x';
    const sent = world.kernel.sent.length;
    const found = await world.tenancy.withTenant(
      world.a.placement.tenantId,
      { readOnly: false },
      async (db) => {
        await db.project.update({ where: { id: ids.project }, data: { description: value } });
        return db.project.findMany({ where: { description: { contains: value } }, include: { tasks: true } });
      },
    );
    expect(found).toMatchObject([{ description: value, tasks: [{ title: world.a.canary }] }]);
    const texts = world.kernel.sent.slice(sent);
    expect(texts.some((text) => text.includes('"projects"'))).toBe(true);
    expect(texts.filter((text) => text.includes("__tenant__"))).toEqual([]);
  },
};

const roleWall: Fact = {
  name: "a tenant's role has no way into the neighbour's schema",
  prove: async (world) => {
    const session = await world.raw();
    expect(await session.within(world.a, "SELECT name FROM projects ORDER BY id LIMIT 1")).toMatchObject({
      rows: [{ name: world.a.canary }],
    });
    for (const sql of [
      `SELECT * FROM "${world.b.schema}".projects`,
      `SELECT id FROM projects UNION ALL SELECT id FROM "${world.b.schema}".projects`,
      `EXPLAIN (ANALYZE) SELECT * FROM "${world.b.schema}".members WHERE email = 'x'`,
      `INSERT INTO "${world.b.schema}".projects (id, name) VALUES (gen_random_uuid(), 'intruder')`,
      `LOCK TABLE "${world.b.schema}".projects`,
    ]) {
      expect(await session.within(world.a, sql), sql).toMatchObject({ code: "42501" });
    }
    await session.end();
  },
};

const keyWall: Fact = {
  name: "a stolen role without the neighbour's key sees no row and writes none",
  prove: async (world) => {
    const { schema } = world.b;
    const session = await world.raw();
    const own = await session.within(world.a, "SELECT count(*)::int AS n FROM projects");
    expect(own.rows).toEqual([{ n: 2 }]);
    await session.enter(world.a);
    await session.say(`SET LOCAL ROLE "${schema}"`);
    for (const table of [
      "projects",
      "tasks",
      "members",
      "roles",
      "search_tokens",
      "events",
      "tenant_guard",
    ]) {
      const seen = await session.attempt(`SELECT count(*)::int AS n FROM "${schema}".${table}`);
      expect(seen, table).toMatchObject({ rows: [{ n: 0 }], error: undefined });
    }
    const changed = await session.attempt(`UPDATE "${schema}".projects SET name = 'intruder' RETURNING 1`);
    expect(changed.rows).toEqual([]);
    expect((await session.attempt(`DELETE FROM "${schema}".projects RETURNING 1`)).rows).toEqual([]);
    const added = await session.attempt(
      `INSERT INTO "${schema}".projects (id, name) VALUES ('${ids.project}', 'intruder') ON CONFLICT DO NOTHING`,
    );
    expect(added.code).toBe("42501");
    await session.leave();
    await session.end();
    expect(await projectsOf(world, world.b)).toEqual(planted(world.b));
  },
};

const swapped: Fact = {
  name: "a placement that names the neighbour's schema is refused",
  prove: async (world) => {
    const lied = world.open({
      size: 1,
      protocol: world.protocol,
      limits: { attemptsMax: 2 },
      findPlacement: async () => ({ ...world.a.placement, schema: world.b.schema }),
    });
    const visit = lied.tenancy.withTenant(world.a.placement.tenantId, { readOnly: true }, (db) =>
      db.project.findMany(),
    );
    await expect(visit).rejects.toMatchObject({ reason: "tenant_guard" });
    await world.shut(lied);
    await reads.prove(world);
  },
};

const guard: Fact = {
  name: "the guard row has the last word about a tenant's state",
  prove: async (world) => {
    const { tenantId } = world.a.placement;
    const visit = () => world.tenancy.withTenant(tenantId, { readOnly: true }, (db) => db.project.count());
    expect(await visit()).toBe(2);
    await setGuard(world.a, "state = 'suspended'");
    try {
      await expect(visit()).rejects.toMatchObject({ reason: "tenant_guard" });
    } finally {
      await setGuard(world.a, "state = 'active'");
    }
    expect(await visit()).toBe(2);
  },
};

const nothingLeft: Fact = {
  name: "nothing that is typed into a scope meets the next user of the connection",
  prove: async (world) => {
    const session = await world.raw();
    await session.enter(world.a);
    expect((await session.say("SELECT name FROM projects LIMIT 1")).rows).toHaveLength(1);
    for (const sql of [
      "DECLARE kept CURSOR WITH HOLD FOR SELECT name FROM projects",
      // Held rows are read at the end otherwise, when the key is gone.
      "FETCH 1 FROM kept",
      "PREPARE kept AS SELECT 'canary'",
      "LISTEN kept",
      "SET lock_timeout = 7",
      "SET app.tenant_key = 'typed'",
      `SET search_path = "${world.b.schema}"`,
      `SET ROLE "${world.b.schema}"`,
    ]) {
      expect(await session.say(sql), sql).toMatchObject({ error: undefined });
    }
    await session.leave();
    expect(await session.say("FETCH ALL FROM kept")).toMatchObject({ code: "34000" });
    expect(await session.say("EXECUTE kept")).toMatchObject({ code: "26000" });
    const left = await session.say(`
      SELECT current_user::text AS role, current_setting('search_path') AS path,
        current_setting('lock_timeout') AS patience, coalesce(current_setting('app.tenant_key', true), '') AS key,
        (SELECT count(*)::int FROM pg_listening_channels()) AS channels`);
    expect(left.rows).toEqual([{ role: "astra_app", path: '""', patience: "0", key: "", channels: 0 }]);
    await session.end();
  },
};

const lazyPromise: Fact = {
  name: "a promise that was made in one tenant does not run in the next one",
  prove: async (world) => {
    const single = world.open({ size: 1, protocol: world.protocol });
    const { tenancy } = single;
    const made: { later?: Promise<unknown>; again?: () => Promise<unknown> } = {};
    await tenancy.withTenant(world.a.placement.tenantId, { readOnly: false }, async (db) => {
      expect(await db.project.count()).toBe(2);
      made.later = db.project.create({ data: { name: `${world.a.canary} late` } });
      made.again = () => db.project.findMany();
    });
    await expect(made.again?.(), "outside of any scope").rejects.toThrow(/outside its tenant scope/);
    const inB = tenancy.withTenant(world.b.placement.tenantId, { readOnly: false }, async (db) => {
      expect(await db.project.count()).toBe(2);
      await made.later;
    });
    await expect(inB).rejects.toThrow(/outside its tenant scope/);
    await world.shut(single);
    expect(await projectsOf(world, world.b)).toEqual(planted(world.b));
    expect(await projectsOf(world, world.a)).toEqual(planted(world.a));
  },
};

const atOnce: Fact = {
  name: "both tenants at once in one process keep apart, look-ups of one tick included",
  prove: async (world) => {
    const visits = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? world.a : world.b)).map(
      async (neighbour) => {
        const seen = await world.tenancy.withTenant(
          neighbour.placement.tenantId,
          { readOnly: true },
          async (db) =>
            Promise.all(
              [ids.project, ids.secondProject, ids.project].map((id) =>
                db.project.findUnique({ where: { id } }),
              ),
            ),
        );
        const names = seen.map((row) => row?.name);
        expect(names).toEqual([...planted(neighbour), neighbour.canary]);
      },
    );
    await Promise.all(visits);
  },
};

/** Changes a guard row as suspenders and movers do. */
export async function setGuard(neighbour: Neighbour, change: string): Promise<void> {
  await asAdmin(`UPDATE "${neighbour.schema}".tenant_guard SET ${change}`);
}

/** The facts that isolation is made of. */
export const coreFacts: Fact[] = [
  reads,
  writes,
  sentinel,
  roleWall,
  keyWall,
  swapped,
  guard,
  nothingLeft,
  lazyPromise,
  atOnce,
];
