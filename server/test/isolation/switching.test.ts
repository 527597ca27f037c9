import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { requiredEnv } from "../../platform/env.ts";
import type { TenantDb } from "../../tenancy/tenant-db.ts";
import { ids } from "./canaries.ts";
import { planted, projectsOf } from "./core-facts.ts";
import { describeStraight, describeThroughDoors } from "./doors.ts";
import { asAdmin, type Kernel, type Neighbour, type World } from "./world.ts";

/** Numbers that look random and are the same in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function using(world: World, size: number, work: (kernel: Kernel) => Promise<void>): Promise<void> {
  const kernel = world.open({ size });
  try {
    await work(kernel);
  } finally {
    await world.shut(kernel);
  }
}

const write = <Result>(kernel: Kernel, neighbour: Neighbour, work: (db: TenantDb) => Promise<Result>) =>
  kernel.tenancy.withTenant(neighbour.placement.tenantId, { readOnly: false }, work);

describeThroughDoors({ plant: true }, (world) => {
  const a = () => world().a;
  const b = () => world().b;

  test("on one connection: A, then B, then nobody", () =>
    using(world(), 1, async (kernel) => {
      for (const neighbour of [a(), b(), a(), a(), b()]) {
        const names = await write(kernel, neighbour, (db) => db.project.findMany({ orderBy: { id: "asc" } }));
        expect(names.map((row) => row.name)).toEqual(planted(neighbour));
      }
      const nobody = await kernel.pool.query(`
        SELECT current_user::text AS role, current_setting('search_path') AS path,
          coalesce(current_setting('app.tenant_key', true), '') AS key, to_regclass('projects')::text AS projects`);
      expect(nobody.rows).toEqual([{ role: "astra_app", path: '""', key: "", projects: null }]);
      await expect(kernel.pool.query("SELECT * FROM projects")).rejects.toMatchObject({ code: "42P01" });
      await expect(kernel.pool.query(`SELECT * FROM "${a().schema}".projects`)).rejects.toMatchObject({
        code: "42501",
      });
    }));

  // One connection serves all of them behind PgBouncer: there a fifth of it is as much contention.
  const switches = () => (world().url === requiredEnv("DATABASE_APP_URL") ? 500 : 100);

  test(
    "20 workers that switch hundreds of times each, and every row lands where it was written",
    () =>
      using(world(), 4, async (kernel) => {
        const written = new Map([a(), b()].map((neighbour) => [neighbour, 0]));
        const visit = async (neighbour: Neighbour, number: number, writes: boolean) => {
          const name = await kernel.tenancy.withTenant(
            neighbour.placement.tenantId,
            { readOnly: !writes } as { readOnly: false },
            async (db) => {
              if (writes) {
                await db.searchToken.create({
                  data: { kind: "task", token: `${neighbour.canary} ${number}`, targetId: ids.task },
                });
              }
              const [row] = await db.$queryRaw<{ name: string }[]>`
              SELECT name FROM projects WHERE id = ${ids.project}::uuid`;
              return row?.name;
            },
          );
          if (writes) written.set(neighbour, (written.get(neighbour) ?? 0) + 1);
          expect(name).toBe(neighbour.canary);
        };
        const worker = async (id: number) => {
          const random = randomNumbers(id + 1);
          for (let i = 0; i < switches(); i++) {
            await visit(random() < 0.5 ? a() : b(), id * switches() + i, random() < 0.2);
          }
        };
        await Promise.all(Array.from({ length: 20 }, (_, id) => worker(id)));
        for (const [neighbour, count] of written) {
          expect(count).toBeGreaterThan(switches());
          const rows = await asAdmin<{ all: number; own: number }>(
            `SELECT count(*)::int AS all, count(*) FILTER (WHERE token LIKE $1)::int AS own
           FROM "${neighbour.schema}".search_tokens WHERE kind = 'task'`,
            [`${neighbour.canary} %`],
          );
          expect(rows).toEqual([{ all: count, own: count }]);
        }
      }),
    60_000,
  );

  test("a scope inside a scope of the same tenant is the same transaction", () =>
    using(world(), 2, async (kernel) => {
      const failing = write(kernel, a(), async (db) => {
        await db.project.update({ where: { id: ids.project }, data: { name: "inside" } });
        const inner = await write(kernel, a(), (joined) =>
          joined.project.findUniqueOrThrow({ where: { id: ids.project } }),
        );
        expect(inner.name).toBe("inside");
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await projectsOf(world(), a())).toEqual(planted(a()));
    }));

  test("a scope of another tenant inside a scope is refused, and the outer one goes on as it was", () =>
    using(world(), 2, async (kernel) => {
      const names = await write(kernel, a(), async (db) => {
        const inner = write(kernel, b(), (other) => other.project.deleteMany());
        await expect(inner).rejects.toMatchObject({ reason: "tenant_conflict" });
        return (await db.project.findMany({ orderBy: { id: "asc" } })).map((row) => row.name);
      });
      expect(names).toEqual(planted(a()));
      expect(await projectsOf(world(), b())).toEqual(planted(b()));
    }));

  test("a scope that only reads is not joined to write", () =>
    using(world(), 2, async (kernel) => {
      const outer = kernel.tenancy.withTenant(a().placement.tenantId, { readOnly: true }, async (db) => {
        const joined = write(kernel, a(), (inner) => inner.project.deleteMany());
        await expect(joined).rejects.toMatchObject({ reason: "read_only_scope" });
        return db.project.count();
      });
      expect(await outer).toBe(2);
    }));

  test("a scope of another kernel is not joined", () =>
    using(world(), 1, async (kernel) => {
      await write(kernel, a(), async () => {
        const other = write(world().kernel, a(), (db) => db.project.count());
        await expect(other).rejects.toMatchObject({ reason: "tenant_conflict" });
      });
    }));

  test("nested transactions of one scope take turns, and undo their own statements only", () =>
    using(world(), 1, async (kernel) => {
      await write(kernel, a(), async (db) => {
        const failing = db.$transaction(async (tx) => {
          await tx.project.create({ data: { name: "undone" } });
          await sleep(20);
          throw new Error("undo");
        });
        const outside = db.project.create({ data: { name: "outside" } });
        const second = db.$transaction(async (tx) => {
          await tx.project.create({ data: { name: "second" } });
          await tx.$transaction(async (inner) => {
            await inner.project.create({ data: { name: "innermost" } });
          });
        });
        const results = await Promise.allSettled([failing, outside, second]);
        expect(results.map((result) => result.status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
      });
      const names = (await projectsOf(world(), a())).toSorted();
      expect(names).toEqual([...planted(a()), "innermost", "outside", "second"].toSorted());
    }));

  test("a nested transaction that survives a database error leaves the scope usable", () =>
    using(world(), 1, async (kernel) => {
      await write(kernel, a(), async (db) => {
        const twice = db.$transaction((tx) =>
          tx.project.create({ data: { id: ids.project, name: "twice" } }),
        );
        await expect(twice).rejects.toMatchObject({ code: "P2002" });
        await db.project.update({ where: { id: ids.project }, data: { name: "after" } });
      });
      expect(await projectsOf(world(), a())).toEqual(["after", `${a().canary} second`]);
    }));

  test("a query that nobody awaited ends its scope with a refusal and writes nothing", () =>
    using(world(), 1, async (kernel) => {
      let forgotten: Promise<unknown> | undefined;
      const scope = write(kernel, a(), async (db) => {
        await db.project.count();
        forgotten = db.project.create({ data: { name: "forgotten" } }).catch(() => "refused");
      });
      await expect(scope).rejects.toMatchObject({ reason: "query_not_awaited" });
      await forgotten;
      expect(await projectsOf(world(), a())).toEqual(planted(a()));
      expect(await write(kernel, b(), (db) => db.project.count())).toBe(2);
    }));

  test("half a nested transaction that nobody awaited is not committed", () =>
    using(world(), 1, async (kernel) => {
      let forgotten: Promise<unknown> | undefined;
      const scope = write(kernel, a(), async (db) => {
        const half = Promise.withResolvers<void>();
        forgotten = db
          .$transaction(async (tx) => {
            await tx.project.create({ data: { name: "first half" } });
            half.resolve();
            await sleep(50);
            await tx.project.create({ data: { name: "second half" } });
          })
          .catch(() => "refused");
        await half.promise;
      });
      await expect(scope).rejects.toMatchObject({ reason: "query_not_awaited" });
      expect(await forgotten).toBe("refused");
      expect(await projectsOf(world(), a())).toEqual(planted(a()));
      expect(await write(kernel, b(), (db) => db.project.count())).toBe(2);
    }));

  test("code that goes on after its scope has ended reaches nothing, whoever has the lane by then", () =>
    using(world(), 1, async (kernel) => {
      let late: Promise<unknown> | undefined;
      await write(kernel, a(), async (db) => {
        await db.project.count();
        late = sleep(30).then(() => db.project.create({ data: { name: "late" } }));
        late.catch(() => {});
      });
      await write(kernel, b(), async (db) => {
        await expect(late).rejects.toThrow(/outside its tenant scope/);
        expect(await db.project.count()).toBe(2);
      });
      expect(await projectsOf(world(), a())).toEqual(planted(a()));
    }));
});

// Two transactions at once: behind PgBouncer with one connection they would wait for each other.
describeStraight({ plant: true }, (world) => {
  test("look-ups of one tick in two tenants are never merged, even through borrowed clients", () =>
    using(world(), 2, async (kernel) => {
      const borrowed = new Map<Neighbour, TenantDb>();
      const both = Promise.withResolvers<void>();
      const visit = (neighbour: Neighbour, other: Neighbour) =>
        write(kernel, neighbour, async (db) => {
          borrowed.set(neighbour, db);
          if (borrowed.size === 2) both.resolve();
          await both.promise;
          const [own, foreign] = await Promise.allSettled([
            db.project.findUnique({ where: { id: ids.project } }),
            borrowed.get(other)?.project.findUnique({ where: { id: ids.project } }),
          ]);
          expect(own).toMatchObject({ status: "fulfilled", value: { name: neighbour.canary } });
          expect(foreign).toMatchObject({ status: "rejected", reason: { reason: "tenant_required" } });
        });
      await Promise.all([visit(world().a, world().b), visit(world().b, world().a)]);
    }));
});
