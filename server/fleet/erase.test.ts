import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { closeConnections } from "../test/factories.ts";
import { eraseTenant } from "./erase.ts";
import { ownerPool } from "./owner.ts";
import { provisionTenant } from "./provision.ts";

afterAll(closeConnections);

const yes = async () => true;

/** A tenant of its own: the template's ready ones share their roles with other databases. */
async function build(): Promise<{ id: string; schema: string }> {
  const id = await provisionTenant("main");
  const { schema } = await platformDb().tenant.findUniqueOrThrow({ where: { id } });
  await tenancy().withTenant(id, { readOnly: false }, (db) =>
    db.project.create({ data: { name: "Last words" } }),
  );
  return { id, schema };
}

async function whatIsLeft({ id, schema }: { id: string; schema: string }): Promise<string[]> {
  const { rows } = await ownerPool("main").query<{ kind: string }>(
    `SELECT 'role' AS kind FROM pg_roles WHERE rolname = $1 UNION ALL
     SELECT 'schema' FROM pg_namespace WHERE nspname = $1 UNION ALL
     SELECT 'tenant' FROM astra.tenants WHERE id = $2 UNION ALL
     SELECT 'key' FROM astra.tenant_keys WHERE tenant_id = $2 UNION ALL
     SELECT 'ledger' FROM astra.tenant_migrations WHERE tenant_id = $2 UNION ALL
     SELECT 'job' FROM astra.outbox WHERE tenant_id = $2 AND state <> 'done' UNION ALL
     SELECT 'directory' FROM public.tenants WHERE id = $2`,
    [schema, id],
  );
  return rows.map((row) => row.kind).toSorted();
}

test("an erased tenant is gone with schema, role, keys, ledger and jobs, and again is no error", async () => {
  const tenant = await build();
  await tenancy().withTenant(
    tenant.id,
    { readOnly: false },
    (db) => db.$queryRaw`SELECT astra.enqueue('directory.sync-profile', '{}', NULL, 'erase') AS id`,
  );
  expect(await whatIsLeft(tenant)).toEqual(
    expect.arrayContaining(["directory", "job", "key", "ledger", "role", "schema", "tenant"]),
  );
  expect(await eraseTenant(tenant.id, yes)).toBe(true);
  expect(await whatIsLeft(tenant)).toEqual([]);
  expect(await eraseTenant(tenant.id, yes)).toBe(true);
});

test("a process that still believes in an erased tenant is told that there is none", async () => {
  const tenant = await build();
  await eraseTenant(tenant.id, yes);
  const late = tenancy().withTenant(tenant.id, { readOnly: true }, (db) => db.project.count());
  await expect(late).rejects.toMatchObject({ code: "NOT_FOUND", reason: "no_tenant" });
});

test("a tenant that may not be erased stays open", async () => {
  const tenant = await build();
  expect(await eraseTenant(tenant.id, async () => false)).toBe(false);
  const names = await tenancy().withTenant(tenant.id, { readOnly: true }, (db) =>
    db.project.findMany({ select: { name: true } }),
  );
  expect(names).toEqual([{ name: "Last words" }]);
});

test("an erasure waits for those who are in, and lets nobody in meanwhile", async () => {
  const tenant = await build();
  const neighbour = await build();
  const inside = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const writer = tenancy().withTenant(tenant.id, { readOnly: false }, async (db) => {
    await db.project.create({ data: { name: "in time" } });
    inside.resolve();
    await finish.promise;
    return db.project.count();
  });
  await inside.promise;
  let erased = false;
  const erasure = eraseTenant(tenant.id, yes).then(() => (erased = true));
  await sleep(150);
  expect(erased).toBe(false);
  const late = tenancy()
    .withTenant(tenant.id, { readOnly: false, deadlineMs: 2_000 }, (db) => db.project.count())
    .catch((error: { reason: string }) => error.reason);
  const others = tenancy().withTenant(neighbour.id, { readOnly: true }, (db) => db.project.count());
  expect(await others, "the neighbour is not held up").toBe(1);
  finish.resolve();
  expect(await writer).toBe(2);
  await erasure;
  expect(await late).toMatch(/no_tenant|tenant_guard/);
  expect(await whatIsLeft(tenant)).toEqual([]);
  expect(await whatIsLeft(neighbour)).toContain("schema");
});

test("with a key that does not open the guard row nothing is erased", async () => {
  const tenant = await build();
  await platformDb().tenant.update({ where: { id: tenant.id }, data: { keyVersion: 9 } });
  await expect(eraseTenant(tenant.id, yes)).rejects.toThrow("does not open its guard row");
  expect(await whatIsLeft(tenant)).toContain("schema");
  await platformDb().tenant.update({ where: { id: tenant.id }, data: { keyVersion: 1 } });
  expect(await eraseTenant(tenant.id, yes)).toBe(true);
});

test("erasing what never was is no error", async () => {
  expect(await eraseTenant(randomUUID(), yes)).toBe(true);
});
