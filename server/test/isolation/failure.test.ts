import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { until } from "../../dev/embedded/until.ts";
import { AppError } from "../../platform/errors.ts";
import type { TenancyLimits } from "../../tenancy/tenancy.ts";
import type { TenantDb } from "../../tenancy/tenant-db.ts";
import { ids } from "./canaries.ts";
import { planted, projectsOf } from "./core-facts.ts";
import { describeThroughDoors } from "./doors.ts";
import { openWire, type Fate } from "./wire.ts";
import { asAdmin, type Kernel, type KernelOptions, type Neighbour } from "./world.ts";

/** A way in which a scope comes to nothing after it has written, and what its caller is told. */
type Failure = {
  name: string;
  fail: (db: TenantDb) => Promise<unknown>;
  told: object;
  limits?: Partial<TenancyLimits>;
};

const failures: Failure[] = [
  { name: "the work throws", fail: () => Promise.reject(new Error("no")), told: { message: "no" } },
  {
    name: "the work refuses",
    fail: () => Promise.reject(new AppError("CONFLICT", "not_due", "Not now.")),
    told: { reason: "not_due" },
  },
  {
    name: "the database refuses a statement",
    fail: (db) => db.project.create({ data: { id: ids.secondProject, name: "twice" } }),
    told: { code: "P2002" },
  },
  {
    name: "the work goes on after the database has refused a statement, and COMMIT answers ROLLBACK",
    fail: (db) =>
      db.project.create({ data: { id: ids.secondProject, name: "twice" } }).catch(() => "kept quiet"),
    told: { reason: "rolled_back" },
  },
  {
    name: "Prisma refuses a query, with a connection in hand",
    fail: (db) => db.project.create({ data: { name: "x", nothing: 1 } as { name: string } }),
    told: { name: "PrismaClientValidationError" },
  },
  {
    name: "one of several queries at once fails",
    fail: (db) =>
      Promise.all([
        db.project.create({ data: { name: "one" } }),
        db.project.create({ data: { id: ids.secondProject, name: "twice" } }),
        db.project.create({ data: { name: "three" } }),
      ]),
    told: { code: expect.stringMatching(/P2002|P2010|P2039/) },
  },
  {
    name: "a statement of another kind is refused",
    fail: (db) => db.$executeRawUnsafe("TRUNCATE projects"),
    told: { reason: "statement_refused" },
  },
  {
    name: "a statement takes too long",
    fail: (db) => db.$queryRaw`SELECT pg_sleep(8)::text`,
    told: { code: "UNAVAILABLE", reason: "timeout" },
    limits: { statementTimeoutMs: 250 },
  },
  {
    name: "the whole takes longer than its deadline",
    fail: async (db) => {
      for (;;) await db.$queryRaw`SELECT pg_sleep(0.1)::text`;
    },
    told: { code: "UNAVAILABLE", reason: "deadline" },
    limits: { deadlineMs: 500 },
  },
  {
    name: "the work does nothing for too long",
    fail: async (db) => {
      await sleep(600);
      await db.project.count();
    },
    told: { code: "UNAVAILABLE", reason: "try_again" },
    limits: { idleTimeoutMs: 300 },
  },
  {
    name: "the administrator cancels its statement",
    fail: async (db) => {
      const pid = await pidOf(db);
      // With then: a promise of Prisma's begins when it is asked for.
      const slow = db.$queryRaw`SELECT pg_sleep(8)::text`.then((rows) => rows);
      const sleeps = async () =>
        (await asAdmin("SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [pid]))
          .length > 0;
      await until(sleeps, { what: "the statement", timeoutMs: 7_000 });
      await Promise.all([slow, asAdmin("SELECT pg_cancel_backend($1)", [pid])]);
    },
    told: { code: "UNAVAILABLE", reason: "timeout" },
  },
  {
    name: "the administrator ends its connection",
    fail: async (db) => {
      const pid = await pidOf(db);
      await asAdmin("SELECT pg_terminate_backend($1)", [pid]);
      await db.project.count();
    },
    told: { code: "UNAVAILABLE", reason: "try_again" },
  },
];

async function pidOf(db: TenantDb): Promise<number> {
  const [row] = await db.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row?.pid ?? 0;
}

describeThroughDoors({ plant: true }, (world) => {
  const kernels: Kernel[] = [];
  const open = (options: KernelOptions = {}) => {
    const kernel = world().open({ size: 1, ...options });
    kernels.push(kernel);
    return kernel;
  };
  afterEach(async () => {
    for (const kernel of kernels.splice(0)) await world().shut(kernel);
  });

  function write<Result>(kernel: Kernel, neighbour: Neighbour, work: (db: TenantDb) => Promise<Result>) {
    return kernel.tenancy.withTenant(neighbour.placement.tenantId, { readOnly: false }, work);
  }

  /** Both tenants are as they were planted, and the next users of the kernel's connection are served. */
  async function expectClean(kernel: Kernel): Promise<void> {
    for (const neighbour of [world().b, world().a]) {
      const names = await kernel.tenancy.withTenant(
        neighbour.placement.tenantId,
        { readOnly: true },
        async (db) => {
          await db.$queryRaw`SELECT 1`;
          return db.project.findMany({ select: { name: true }, orderBy: { id: "asc" } });
        },
      );
      expect(names.map((row) => row.name)).toEqual(planted(neighbour));
    }
  }

  describe("leaves nothing behind and the connection clean when", () => {
    test.each(failures)("$name", async ({ fail, told, limits }) => {
      const kernel = open({ limits: { ...limits, attemptsMax: 1 } });
      const scope = write(kernel, world().a, async (db) => {
        await db.project.update({ where: { id: ids.project }, data: { name: "half" } });
        await fail(db);
      });
      await expect(scope).rejects.toMatchObject(told);
      await expectClean(open());
      await expectClean(kernel);
    });
  });

  test("a scope that keeps quiet about a failed read says so as well", async () => {
    const kernel = open();
    const scope = kernel.tenancy.withTenant(world().a.placement.tenantId, { readOnly: true }, async (db) => {
      await db.$queryRaw`SELECT 1 / 0`.catch(() => {});
      return "all well";
    });
    await expect(scope).rejects.toMatchObject({ reason: "rolled_back" });
    await expectClean(kernel);
  });

  test("a connection that ends in mid-transaction: the work runs again and is written once", async () => {
    const kernel = open({ limits: { attemptsMax: 3 } });
    let tries = 0;
    await write(kernel, world().a, async (db) => {
      await db.project.update({ where: { id: ids.project }, data: { name: `try ${++tries}` } });
      if (tries === 1) await asAdmin("SELECT pg_terminate_backend($1)", [await pidOf(db)]);
      await db.project.count();
    });
    expect(tries).toBe(2);
    expect(kernel.retries).toEqual(["transient"]);
    expect(await projectsOf(world(), world().a)).toEqual(["try 2", `${world().a.canary} second`]);
  });

  test("a connection that ended after a read that did not wait for its farewell is replaced unseen", async () => {
    const kernel = open({ limits: { attemptsMax: 3 } });
    for (let round = 0; round < 3; round++) {
      const pid = await kernel.tenancy.withTenant(world().a.placement.tenantId, { readOnly: true }, (db) =>
        pidOf(db as TenantDb),
      );
      // In the same tick as the farewell: it may or may not arrive before the end.
      const killed = asAdmin("SELECT pg_terminate_backend($1)", [pid]);
      await expectClean(kernel);
      await killed;
    }
    await expectClean(kernel);
  });

  test.each([
    ["never arrives", "lose", ["planted"]],
    ["arrives, but its answer is lost", "loseAnswer", ["changed"]],
  ] as const)("a COMMIT that %s is an unknown end, and never run again", async (_, fate, expected) => {
    let next: Fate = fate;
    const wire = await openWire(world().url, (said) => {
      if (!said.includes("COMMIT")) return "forward";
      const decided = next;
      next = "forward";
      return decided;
    });
    const kernel = world().open({ size: 1, url: wire.url });
    let tries = 0;
    const scope = write(kernel, world().a, async (db) => {
      tries++;
      await db.project.update({ where: { id: ids.project }, data: { name: "changed" } });
    });
    await expect(scope).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "commit_unknown" });
    expect(tries).toBe(1);
    const [name] = await projectsOf(world(), world().a);
    expect(name).toBe(expected[0] === "changed" ? "changed" : world().a.canary);
    await world().shut(kernel);
    await wire.close();
  });

  test("a connection that is lost at the door, or in the work, is tried again", async () => {
    for (const word of ["BEGIN", "SELECT 41"]) {
      let losses = 0;
      const wire = await openWire(world().url, (said) =>
        said.includes(word) && losses++ === 0 ? "lose" : "forward",
      );
      const kernel = world().open({ size: 1, url: wire.url });
      const answer = await write(kernel, world().a, (db) => db.$queryRaw`SELECT 41 AS n`);
      expect(answer).toEqual([{ n: 41 }]);
      expect(kernel.retries).toEqual(["transient"]);
      await world().shut(kernel);
      await wire.close();
    }
  });

  test("a loss that the work keeps quiet about is no unknown end: nothing was asked to commit", async () => {
    const kernel = open({ limits: { attemptsMax: 1 } });
    const scope = write(kernel, world().a, async (db) => {
      await db.project.update({ where: { id: ids.project }, data: { name: "half" } });
      await asAdmin("SELECT pg_terminate_backend($1)", [await pidOf(db)]);
      await db.project.count().catch(() => {});
    });
    await expect(scope).rejects.toMatchObject({ reason: "try_again" });
    await expectClean(open());
  });
});
