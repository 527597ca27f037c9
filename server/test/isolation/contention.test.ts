import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { TenantDb } from "../../tenancy/tenant-db.ts";
import { ids } from "./canaries.ts";
import { planted, projectsOf } from "./core-facts.ts";
import { describeStraight } from "./doors.ts";
import { asAdmin, type Kernel, type KernelOptions, type Neighbour } from "./world.ts";

// A trigger that fails as contention would, so many times as the sequence is below zero.
const conflict = (schema: string) => `
  CREATE SEQUENCE IF NOT EXISTS public.conflicts MINVALUE -100;
  CREATE OR REPLACE FUNCTION public.raise_conflict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    IF nextval('public.conflicts') < 0 THEN
      RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
    END IF;
    RETURN NEW;
  END $$;
  DROP TRIGGER IF EXISTS conflict ON "${schema}".projects;
  CREATE TRIGGER conflict AFTER UPDATE ON "${schema}".projects FOR EACH ROW WHEN (NEW.name LIKE 'conflict%')
    EXECUTE FUNCTION public.raise_conflict();`;

describeStraight({ plant: true }, (world) => {
  const kernels: Kernel[] = [];
  const open = (options: KernelOptions) => {
    const kernel = world().open(options);
    kernels.push(kernel);
    return kernel;
  };
  afterEach(async () => {
    for (const kernel of kernels.splice(0)) await world().shut(kernel);
  });

  function write<Result>(kernel: Kernel, neighbour: Neighbour, work: (db: TenantDb) => Promise<Result>) {
    return kernel.tenancy.withTenant(neighbour.placement.tenantId, { readOnly: false }, work);
  }

  beforeAll(async () => {
    const [database] = await asAdmin<{ name: string }>("SELECT current_database() AS name");
    await asAdmin(`ALTER DATABASE "${database?.name}" SET deadlock_timeout = '50ms'`);
    await asAdmin(conflict(world().a.schema));
  });
  afterAll(() => asAdmin(`DROP TRIGGER conflict ON "${world().a.schema}".projects`));

  const failNext = (times: number) => asAdmin(`ALTER SEQUENCE public.conflicts RESTART WITH ${-times}`);

  test("a serialization failure is tried again as a whole, and written once", async () => {
    const kernel = open({ size: 1, limits: { attemptsMax: 4 } });
    await failNext(2);
    let tries = 0;
    await write(kernel, world().a, async (db) => {
      tries++;
      await db.searchToken.create({ data: { kind: "task", token: `try ${tries}`, targetId: ids.task } });
      await db.project.update({ where: { id: ids.project }, data: { name: "conflict over" } });
    });
    expect(tries).toBe(3);
    expect(kernel.retries).toEqual(["transient", "transient"]);
    expect(
      await asAdmin(`SELECT token FROM "${world().a.schema}".search_tokens WHERE kind = 'task'`),
    ).toEqual([{ token: "try 3" }]);
  });

  test.each<[string, (db: TenantDb) => Promise<unknown>]>([
    [
      "a nested transaction",
      (db) =>
        db.$transaction((tx) =>
          tx.project.update({ where: { id: ids.project }, data: { name: "conflict over" } }),
        ),
    ],
    [
      "a nested write",
      (db) =>
        db.project.update({
          where: { id: ids.project },
          data: { name: "conflict over", tasks: { create: { title: "nested" } } },
        }),
    ],
  ])("a serialization failure inside %s is tried again as well", async (_, act) => {
    const kernel = open({ size: 1, limits: { attemptsMax: 4 } });
    await failNext(2);
    await write(kernel, world().a, act);
    expect(kernel.retries).toEqual(["transient", "transient"]);
    expect((await projectsOf(world(), world().a))[0]).toBe("conflict over");
  });

  test("a failure that does not pass ends after the tries that are allowed", async () => {
    const kernel = open({ size: 1, limits: { attemptsMax: 3 } });
    await failNext(50);
    let tries = 0;
    const scope = write(kernel, world().a, async (db) => {
      tries++;
      await db.project.update({ where: { id: ids.project }, data: { name: "conflict" } });
    });
    await expect(scope).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "try_again" });
    expect(tries).toBe(3);
    await failNext(0);
    expect(await projectsOf(world(), world().a)).toEqual(planted(world().a));
  });

  test("of two scopes that wait for each other one is tried again, and both are written", async () => {
    const kernel = open({ size: 2 });
    const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const inTurn = (first: string, second: string, mine: number) =>
      write(kernel, world().a, async (db) => {
        const description = `by ${mine}`;
        await db.project.update({ where: { id: first }, data: { description } });
        met[mine]?.resolve();
        await Promise.all(met.map((meeting) => meeting.promise));
        await db.project.update({ where: { id: second }, data: { description } });
      });
    await Promise.all([inTurn(ids.project, ids.secondProject, 0), inTurn(ids.secondProject, ids.project, 1)]);
    // On a slow machine the server may choose both.
    expect(kernel.retries.length).toBeGreaterThan(0);
    expect([...new Set(kernel.retries)]).toEqual(["transient"]);
    const rows = await asAdmin(`SELECT DISTINCT description FROM "${world().a.schema}".projects`);
    expect(rows).toEqual([{ description: expect.stringMatching(/^by [01]$/) }]);
  });

  test("a lock that stays held ends in a refusal", async () => {
    const kernel = open({ size: 2, limits: { lockTimeoutMs: 100, attemptsMax: 1 } });
    const held = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const holder = write(kernel, world().a, async (db) => {
      await db.$executeRaw`UPDATE projects SET description = 'held' WHERE id = ${ids.project}::uuid`;
      held.resolve();
      await done.promise;
    });
    await held.promise;
    const waiter = write(kernel, world().a, (db) => db.project.delete({ where: { id: ids.project } }));
    await expect(waiter).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "timeout" });
    done.resolve();
    await holder;
  });

  /** A scope that stays until it is let go. */
  async function occupy(kernel: Kernel): Promise<() => Promise<void>> {
    const inside = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const scope = write(kernel, world().a, async (db) => {
      await db.project.count();
      inside.resolve();
      await leave.promise;
    });
    await Promise.race([inside.promise, scope]);
    return () => {
      leave.resolve();
      return scope;
    };
  }

  test("waiting for a lane has a bound in time and in number, and lanes come back", async () => {
    const kernel = open({ size: 2, limits: { laneWaitMs: 80, laneWaitersMax: 1 } });
    const leave = [await occupy(kernel), await occupy(kernel)];
    const visit = () => write(kernel, world().b, (db) => db.project.count());
    const waiting = visit();
    await expect(visit(), "one too many").rejects.toMatchObject({ reason: "pool_exhausted" });
    await expect(waiting, "too long").rejects.toMatchObject({ reason: "pool_exhausted" });
    const patient = visit();
    await leave[0]?.();
    expect(await patient).toBe(2);
    await leave[1]?.();
    expect(await Promise.all([visit(), visit()])).toEqual([2, 2]);
  });

  test("no lane and no connection is lost by 40 scopes that fail", async () => {
    const kernel = open({ size: 2, limits: { deadlineMs: 1_000, attemptsMax: 1 } });
    const failing = Array.from({ length: 40 }, (_, i) =>
      write(kernel, i % 2 ? world().a : world().b, async (db) => {
        if (i % 4 === 0) throw new Error("no");
        if (i % 4 === 1) await db.$queryRaw`SELECT 1 / 0`;
        if (i % 4 === 2) void db.project.count().catch(() => {});
        await db.project.create({ data: { id: ids.project, name: "twice" } });
      }),
    );
    const results = await Promise.allSettled(failing);
    expect(results.filter((result) => result.status === "fulfilled")).toEqual([]);
    await expectTwoAtOnce(kernel);
  });

  test("a scope that is cut before it has asked anything takes its connection with it", async () => {
    const kernel = open({ size: 2, limits: { deadlineMs: 100, attemptsMax: 1 } });
    const late = [world().a, world().b].map((neighbour) => write(kernel, neighbour, () => sleep(300)));
    for (const result of await Promise.allSettled(late)) {
      expect(result).toMatchObject({ status: "rejected", reason: { reason: "deadline" } });
    }
    await expectTwoAtOnce(kernel);
  });

  /** The kernel has both of its lanes and two sound connections, and nothing was written. */
  async function expectTwoAtOnce(kernel: Kernel): Promise<void> {
    const patient = { readOnly: false, deadlineMs: 10_000 } as const;
    const counts = [world().a, world().b].map((neighbour) =>
      kernel.tenancy.withTenant(neighbour.placement.tenantId, patient, (db) => db.project.count()),
    );
    expect(await Promise.all(counts)).toEqual([2, 2]);
    expect(kernel.pool.totalCount).toBeLessThanOrEqual(2);
    expect(await projectsOf(world(), world().a)).toEqual(planted(world().a));
    expect(await projectsOf(world(), world().b)).toEqual(planted(world().b));
  }

  test("a database without a free connection answers in time, and the lane comes back", async () => {
    const kernel = open({ size: 2, connections: 1, connectMs: 150 });
    const leave = await occupy(kernel);
    const visit = () => write(kernel, world().b, (db) => db.project.count());
    await expect(visit()).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "timeout" });
    await leave();
    expect(await visit()).toBe(2);
  });

  test("closing waits for the scopes that run, and lets nobody in", async () => {
    const kernel = open({ size: 1, limits: { laneWaitMs: 10_000 } });
    const leave = await occupy(kernel);
    const waiting = write(kernel, world().b, (db) => db.project.count());
    const closed = kernel.tenancy.close();
    await expect(waiting).rejects.toMatchObject({ reason: "pool_exhausted" });
    await expect(write(kernel, world().b, (db) => db.project.count())).rejects.toMatchObject({
      reason: "pool_exhausted",
    });
    const order: string[] = [];
    const ends = [closed.then(() => order.push("closed"))];
    await sleep(20);
    order.push("left");
    ends.push(leave().then(() => 0));
    await Promise.all(ends);
    expect(order).toEqual(["left", "closed"]);
  });
});
