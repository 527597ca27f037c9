import { afterEach, expect, test } from "vitest";
import { requiredEnv } from "../../platform/env.ts";
import { StaleAccess } from "../../tenancy/failures.ts";
import { tenantKey, tenantKeyHash } from "../../tenancy/key.ts";
import type { Placement } from "../../tenancy/placement.ts";
import { ids } from "./canaries.ts";
import { planted, projectsOf, setGuard } from "./core-facts.ts";
import { describeThroughDoors } from "./doors.ts";
import { asAdmin, asOwnerSql, type Kernel } from "./world.ts";

describeThroughDoors({ plant: true }, (world) => {
  /** What the directory says of tenant A; null when it knows of none. */
  let directory: Placement | null = null;
  let lookUps = 0;
  let kernel: Kernel | undefined;

  /** A kernel whose directory says what the fact wants. */
  function believing(change: Partial<Placement> | null): Kernel {
    directory = change && { ...world().a.placement, ...change };
    lookUps = 0;
    kernel = world().open({
      size: 1,
      limits: { attemptsMax: 3 },
      findPlacement: async () => {
        lookUps++;
        return directory;
      },
    });
    return kernel;
  }

  function visit(options: { readOnly?: boolean; accessVersion?: number } = {}): Promise<string[]> {
    if (!kernel) throw new Error("believing() comes first");
    const { tenantId } = world().a.placement;
    return kernel.tenancy.withTenant(
      tenantId,
      { readOnly: true, ...options } as { readOnly: true },
      async (db) => (await db.project.findMany({ orderBy: { id: "asc" } })).map((project) => project.name),
    );
  }

  afterEach(async () => {
    await setGuard(world().a, "state = 'active', epoch = 1, access_version = 1");
    if (kernel) await world().shut(kernel);
    kernel = undefined;
  });

  test("an active tenant is entered", async () => {
    believing({});
    expect(await visit()).toEqual(planted(world().a));
  });

  test("no tenant and an unknown one are refused before a connection is taken", async () => {
    const { tenancy, pool } = believing(null);
    const nobody = tenancy.withTenant("", { readOnly: true }, (db) => db.project.count());
    await expect(nobody).rejects.toMatchObject({ code: "INTERNAL", reason: "no_tenant" });
    await expect(visit()).rejects.toMatchObject({ code: "NOT_FOUND", reason: "no_tenant" });
    expect(pool.totalCount).toBe(0);
  });

  test("a schema name that could not be ours is refused before a connection is taken", async () => {
    for (const schema of ["public", "tenant_x", `${world().a.schema}"; --`, `${world().a.schema}\n`]) {
      const { pool } = believing({ schema });
      await expect(visit()).rejects.toThrow("not a tenant schema name");
      expect(pool.totalCount).toBe(0);
    }
  });

  test.each([
    ["provisioning", "organization_preparing"],
    ["suspended", "organization_suspended"],
    ["moving", "organization_moving"],
    ["erasing", "no_tenant"],
  ] as const)("a tenant that is %s is refused: %s", async (state, reason) => {
    believing({ state });
    await expect(visit()).rejects.toMatchObject({ reason });
    await expect(visit({ readOnly: false })).rejects.toMatchObject({ reason });
  });

  test("a read-only tenant can be read and not written", async () => {
    await setGuard(world().a, "state = 'read_only'");
    believing({ state: "read_only" });
    expect(await visit()).toEqual(planted(world().a));
    await expect(visit({ readOnly: false })).rejects.toMatchObject({ reason: "organization_read_only" });
  });

  test("a scope that only reads cannot write, whatever its type was made to say", async () => {
    believing({});
    const { tenantId } = world().a.placement;
    const write = kernel?.tenancy.withTenant(tenantId, { readOnly: true }, (db) =>
      db.$queryRaw`UPDATE projects SET name = 'changed' RETURNING 1`.then(() => "written"),
    );
    await expect(write).rejects.toThrow(/read-only transaction/);
    expect(await projectsOf(world(), world().a)).toEqual(planted(world().a));
  });

  test.each(["suspended", "moving", "erasing"] as const)(
    "a process that still believes in an active tenant learns at the door that it is %s",
    async (state) => {
      const { tenancy } = believing({});
      await visit();
      await setGuard(world().a, `state = '${state}', epoch = 2`);
      directory = { ...world().a.placement, state, epoch: 2 };
      let ran = false;
      const late = tenancy.withTenant(world().a.placement.tenantId, { readOnly: false }, async (db) => {
        await db.project.deleteMany();
        ran = true;
      });
      await expect(late).rejects.toMatchObject({ reason: expect.stringMatching(/organization_|no_tenant/) });
      expect(ran).toBe(false);
      expect(kernel?.refusals).toBe(1);
      expect(await asAdmin(`SELECT FROM "${world().a.schema}".projects`)).toHaveLength(2);
    },
  );

  test("an old epoch is refused once, read again, and the work then runs once", async () => {
    believing({});
    await visit();
    await setGuard(world().a, "epoch = 7");
    directory = { ...world().a.placement, epoch: 7 };
    expect(await visit()).toEqual(planted(world().a));
    expect(kernel).toMatchObject({ refusals: 1, retries: ["guard"] });
    expect(lookUps).toBe(2);
  });

  test("a directory that stays wrong ends in a refusal, not in a loop", async () => {
    believing({ epoch: 9 });
    await expect(visit()).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "tenant_guard" });
    expect(kernel?.retries).toEqual(["guard", "guard"]);
  });

  test("permissions that were read at another version are refused, and the placement is kept", async () => {
    believing({});
    await setGuard(world().a, "access_version = 5");
    expect(await visit({ accessVersion: 5 })).toEqual(planted(world().a));
    for (const accessVersion of [4, 6]) {
      await expect(visit({ accessVersion })).rejects.toThrow(StaleAccess);
    }
    expect(lookUps).toBe(1);
    expect(kernel?.retries).toEqual([]);
  });

  test("what a tenant writes under a stale version is not kept", async () => {
    const { tenancy } = believing({});
    await setGuard(world().a, "access_version = 2");
    const write = tenancy.withTenant(
      world().a.placement.tenantId,
      { readOnly: false, accessVersion: 1 },
      (db) => db.project.update({ where: { id: ids.project }, data: { name: "changed" } }),
    );
    await expect(write).rejects.toThrow(StaleAccess);
    expect(await asAdmin(`SELECT FROM "${world().a.schema}".projects WHERE name = 'changed'`)).toEqual([]);
  });

  test("work that begins with a nested transaction is refused in the same way", async () => {
    const { tenancy } = believing({});
    const { tenantId } = world().a.placement;
    const nested = (accessVersion: number) =>
      tenancy.withTenant(tenantId, { readOnly: false, accessVersion }, (db) =>
        db.$transaction((tx) => tx.project.update({ where: { id: ids.project }, data: { name: "nested" } })),
      );
    await setGuard(world().a, "access_version = 2");
    await expect(nested(1)).rejects.toThrow(StaleAccess);
    await setGuard(world().a, "epoch = 5");
    directory = { ...world().a.placement, epoch: 5 };
    // Permissions that were read in another epoch are read again, even where the version is the same.
    await expect(nested(2)).rejects.toThrow(StaleAccess);
    await nested(2);
    expect(kernel).toMatchObject({ refusals: 1, retries: ["guard"] });
    expect(await asAdmin(`SELECT FROM "${world().a.schema}".projects WHERE name = 'nested'`)).toHaveLength(1);
  });

  test("another master secret opens nothing", async () => {
    const stranger = world().open({ size: 1, limits: { attemptsMax: 1 }, masterSecret: "x".repeat(32) });
    const { tenantId } = world().a.placement;
    const entry = stranger.tenancy.withTenant(tenantId, { readOnly: true }, (db) => db.project.count());
    await expect(entry).rejects.toMatchObject({ reason: "tenant_guard" });
    await world().shut(stranger);
  });

  test("while a key is rotated both versions open, and afterwards only the new one", async () => {
    const { tenantId } = world().a.placement;
    const hash = tenantKeyHash(tenantKey(requiredEnv("TENANT_KEY_SECRET"), tenantId, 2));
    const keys = (sql: string) => asOwnerSql(sql, [tenantId]);
    const harden = () => keys("SELECT astra.harden($1)");
    await keys(
      `INSERT INTO astra.tenant_keys (key_hash, tenant_id, key_version) VALUES ('\\x${hash}', $1, 2)`,
    );
    await harden();
    for (const keyVersion of [1, 2]) {
      const { tenancy } = believing({ keyVersion });
      expect(await visit()).toEqual(planted(world().a));
      const proven = await tenancy.withTenant(
        tenantId,
        { readOnly: true },
        (db) => db.$queryRaw<{ id: string }[]>`SELECT astra.proven_tenant() AS id`,
      );
      expect(proven).toEqual([{ id: tenantId }]);
    }
    believing({ keyVersion: 1 });
    await visit();
    await keys("DELETE FROM astra.tenant_keys WHERE tenant_id = $1 AND key_version = 1");
    await harden();
    directory = { ...world().a.placement, keyVersion: 2 };
    expect(await visit(), "with the key that the directory names now").toEqual(planted(world().a));
    expect(kernel?.refusals).toBe(1);
    believing({ keyVersion: 1 });
    await expect(visit()).rejects.toMatchObject({ reason: "tenant_guard" });
    await keys("UPDATE astra.tenant_keys SET key_version = 1 WHERE tenant_id = $1");
    await asAdmin(
      `UPDATE astra.tenant_keys SET key_hash = '\\x${tenantKeyHash(world().a.key)}' WHERE tenant_id = $1`,
      [tenantId],
    );
    await harden();
  });
});
