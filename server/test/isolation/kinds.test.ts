import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import path from "node:path";
import { migrateTenants } from "../../fleet/migrate.ts";
import { readMigrations } from "../../fleet/migrations.ts";
import { requiredEnv } from "../../platform/env.ts";
import { describeThroughDoors } from "./doors.ts";
import { loadKinds, type Kinds } from "./kinds/client.ts";
import { readingKinds, type Kind } from "./kinds/reading-kinds.ts";
import { fingerprints, plantKinds, userId } from "./kinds/tables.ts";
import { writingKinds } from "./kinds/writing-kinds.ts";
import type { Kernel, Neighbour } from "./world.ts";

const { makeClient, sql } = await loadKinds();
const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
beforeAll(async () => {
  await admin.connect();
  const later = await readMigrations("tenant", path.join(import.meta.dirname, "kinds/migrations"));
  const { failed } = await migrateTenants("main", [...(await readMigrations("tenant")), ...later]);
  if (failed.length > 0) throw new Error(`the tables of kinds could not be made: ${failed[0]?.error}`);
});
afterAll(() => admin.end());

const rawKinds: Kind[] = [
  {
    name: "json path filters",
    run: (db) =>
      db.user.findMany({
        where: {
          AND: [
            { meta: { path: ["a"], equals: 1 } },
            { meta: { path: ["s"], string_contains: "__tenant__" } },
            { NOT: { meta: { equals: sql.DbNull } } },
          ],
        },
      }),
    shows: [{ id: userId }],
  },
  {
    name: "$queryRaw with an enum cast",
    run: (db) =>
      db.$queryRaw`SELECT count(*)::int AS n, max(name) AS name FROM "User" WHERE role = ${"ADMIN"}::"Role"`,
    shows: [{ n: 1 }],
  },
  {
    name: "$queryRaw of a joined text",
    run: (db) => db.$queryRaw(sql.sql`SELECT id FROM "Post" WHERE id IN (${sql.join([1, 2])}) ORDER BY id`),
    shows: [{ id: 1 }, { id: 2 }],
  },
  {
    name: "$queryRaw that names the sentinel's schema",
    run: (db) => db.$queryRaw`SELECT count(*)::int AS n FROM "__tenant__"."User"`,
    shows: [{ n: 1 }],
  },
  {
    name: "$queryRaw of the path, whose first schema is the tenant's own",
    run: async (db) => {
      const rows = (await db.$queryRaw`SELECT current_schema() = current_user AS own`) as object[];
      return rows;
    },
    shows: [{ own: true }],
  },
];

describeThroughDoors({ plant: false }, (world) => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = world().open({ size: 2, makeClient });
  });
  beforeEach(async () => {
    await plantKinds(admin, [world().a, world().b]);
  });

  /** Runs a kind in one tenant; the answer as text, with the tenant's canary made anonymous. */
  async function answerIn(neighbour: Neighbour, kind: Kind): Promise<string> {
    const { tenantId } = neighbour.placement;
    const answer = await kernel.tenancy.withTenant(tenantId, { readOnly: false }, (db) =>
      kind.run(db as unknown as Kinds, neighbour.canary),
    );
    return JSON.stringify(answer).replaceAll(neighbour.canary, "the canary");
  }

  async function prove(kind: Kind): Promise<void> {
    const { a, b } = world();
    const [, bBefore] = await fingerprints(admin, [a, b]);
    kernel.sent.length = 0;
    const inA = await answerIn(a, kind);
    expect({ shows: JSON.parse(inA) }).toMatchObject({ shows: kind.shows });
    const [aAfter, bAfter] = await fingerprints(admin, [a, b]);
    expect(bAfter, "the other tenant's rows").toBe(bBefore);
    const inB = await answerIn(b, kind);
    expect(inB, "the same rows, with the other canary").toBe(inA);
    expect((await fingerprints(admin, [a]))[0], "the first tenant's rows").toBe(aAfter);
    expect(`${inA}${inB}`).not.toMatch(/canary-/);
    expect(kernel.sent.filter((text) => text.includes("__tenant__"))).toEqual([]);
  }

  describe("lands in one tenant:", () => {
    test.each([...readingKinds, ...rawKinds, ...writingKinds])("$name", async (kind) => {
      await expect(prove(kind)).resolves.toBeUndefined();
    });
  });

  test("many kinds in one transaction all land in one tenant, or in none when it fails", async () => {
    const { a, b } = world();
    const before = await fingerprints(admin, [a, b]);
    const all = (fail: boolean) =>
      kernel.tenancy.withTenant(a.placement.tenantId, { readOnly: false }, async (db) => {
        for (const kind of writingKinds.slice(1, -1)) {
          await runOnward(db as unknown as Kinds, kind, a.canary);
        }
        if (fail) throw new Error("at last");
      });
    await expect(all(true)).rejects.toThrow("at last");
    expect(await fingerprints(admin, [a, b])).toEqual(before);
    await all(false);
    const [aAfter, bAfter] = await fingerprints(admin, [a, b]);
    expect(aAfter).not.toBe(before[0]);
    expect(bAfter).toBe(before[1]);
  });
});

/** One after the other, some kinds miss rows that an earlier one took away: that alone is no failure. */
async function runOnward(db: Kinds, kind: Kind, canary: string): Promise<void> {
  await db
    .$transaction((tx) => kind.run(tx, canary))
    .catch((error: { code?: string }) => {
      if (error.code !== "P2025" && error.code !== "P2002") throw error;
    });
}
