import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { lintCatalog } from "../tenancy/catalog.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { newSchemaName } from "../tenancy/names.ts";
import { closeConnections } from "../test/factories.ts";
import { ownerPool } from "./owner.ts";
import { fillReadyPool, finishProvisioning, provisionTenant } from "./provision.ts";

const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });

// Makes the n-th command that changes the catalog fail, and counts how many there are.
const breaker = `
  CREATE TABLE public.breaker (fail_at int, most int NOT NULL DEFAULT 0);
  INSERT INTO public.breaker VALUES (NULL);
  CREATE FUNCTION public.break_command() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE n int := coalesce(nullif(current_setting('breaker.n', true), ''), '0')::int + 1;
  BEGIN
    PERFORM set_config('breaker.n', n::text, true);
    UPDATE public.breaker SET most = greatest(most, n);
    IF n = (SELECT fail_at FROM public.breaker) THEN RAISE EXCEPTION 'broken at %', tg_tag; END IF;
  END $$;
  CREATE EVENT TRIGGER breaker ON ddl_command_end EXECUTE FUNCTION public.break_command();
  CREATE FUNCTION public.break_row() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'broken at %', tg_table_name; END $$;`;

beforeAll(async () => {
  await admin.connect();
  await admin.query(breaker);
});
afterEach(() => admin.query("UPDATE public.breaker SET fail_at = NULL"));
afterAll(async () => {
  await admin.end();
  await closeConnections();
});

/** A directory entry that waits for its schema, as a process that died would leave it. */
function halfMade() {
  return platformDb().tenant.create({
    data: { id: randomUUID(), shardId: "main", schema: newSchemaName(), state: "provisioning" },
  });
}

type HalfMade = Awaited<ReturnType<typeof halfMade>>;

async function expectNothingOf({ id, schema }: HalfMade): Promise<void> {
  const left = await admin.query(
    `SELECT 'role' AS kind FROM pg_roles WHERE rolname = $1 UNION ALL
     SELECT 'schema' FROM pg_namespace WHERE nspname = $1 UNION ALL
     SELECT 'tenant' FROM astra.tenants WHERE id = $2 UNION ALL
     SELECT 'key' FROM astra.tenant_keys WHERE tenant_id = $2 UNION ALL
     SELECT 'ledger' FROM astra.tenant_migrations WHERE tenant_id = $2`,
    [schema, id],
  );
  expect(left.rows).toEqual([]);
}

async function expectSound(tenantId: string): Promise<void> {
  const { state } = await platformDb().tenant.findUniqueOrThrow({ where: { id: tenantId } });
  expect(state).toBe("active");
  const roles = await tenancy().withTenant(tenantId, { readOnly: true }, (db) => db.role.count());
  expect(roles).toBe(5);
}

test("a tenant is made whole, and its guard, roles and walls stand", async () => {
  await expectSound(await provisionTenant("main"));
});

describe("a failure leaves nothing half made, and the same tenant can be finished:", () => {
  test.each([0, 0.3, 0.9, 1])("at %d of the commands that change the catalog", async (share) => {
    const { rows } = await admin.query<{ most: number }>("SELECT most FROM public.breaker");
    const failAt = Math.max(1, Math.round((rows[0]?.most ?? 0) * share));
    const tenant = await halfMade();
    await admin.query("UPDATE public.breaker SET fail_at = $1", [failAt]);
    await expect(finishProvisioning(tenant)).rejects.toThrow("broken at");
    await expectNothingOf(tenant);
    await admin.query("UPDATE public.breaker SET fail_at = NULL");
    await finishProvisioning(tenant);
    await expectSound(tenant.id);
  });

  test.each(["astra.tenants", "astra.tenant_keys", "astra.tenant_migrations"])(
    "when %s does not take its row",
    async (table) => {
      const tenant = await halfMade();
      await admin.query(
        `CREATE TRIGGER breaker BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION public.break_row()`,
      );
      await expect(finishProvisioning(tenant)).rejects.toThrow("broken at");
      await expectNothingOf(tenant);
      await admin.query(`DROP TRIGGER breaker ON ${table}`);
      await finishProvisioning(tenant);
      await expectSound(tenant.id);
    },
  );

  test("when the role's name is taken", async () => {
    const tenant = await halfMade();
    await admin.query(`CREATE ROLE "${tenant.schema}"`);
    await expect(finishProvisioning(tenant)).rejects.toThrow("already exists");
    await admin.query(`DROP ROLE "${tenant.schema}"`);
    await expectNothingOf(tenant);
    await finishProvisioning(tenant);
    await expectSound(tenant.id);
  });

  test("when the schema is made and the directory does not hear of it", async () => {
    await admin.query(
      "CREATE TRIGGER breaker BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION public.break_row()",
    );
    const tenant = await halfMade();
    await expect(finishProvisioning(tenant)).rejects.toThrow(/broken at tenants/);
    const { state } = await platformDb().tenant.findUniqueOrThrow({ where: { id: tenant.id } });
    expect(state).toBe("provisioning");
    const early = tenancy().withTenant(tenant.id, { readOnly: true }, (db) => db.role.count());
    await expect(early).rejects.toMatchObject({ reason: "organization_preparing" });
    await admin.query("DROP TRIGGER breaker ON public.tenants");
    await finishProvisioning(tenant);
    tenancy().forget(tenant.id);
    await expectSound(tenant.id);
  });
});

test("two that finish the same tenant at once make it once", async () => {
  const tenant = await halfMade();
  await Promise.all([finishProvisioning(tenant), finishProvisioning(tenant)]);
  await expectSound(tenant.id);
});

describe("the pool of ready tenants", () => {
  const ready = () =>
    platformDb().tenant.count({ where: { shardId: "main", state: "active", claimedAt: null } });

  test("is filled to its size, also by two at once, and no further", async () => {
    const size = (await ready()) + 2;
    await Promise.all([fillReadyPool("main", size), fillReadyPool("main", size)]);
    expect(await ready()).toBe(size);
    expect(await fillReadyPool("main", size)).toBe(0);
  });

  test("finishes what was left half made", async () => {
    const tenant = await halfMade();
    await fillReadyPool("main", 0);
    await expectSound(tenant.id);
  });

  test("is not filled past several tenants that cannot be finished, and is past one", async () => {
    const stuck = [await halfMade(), await halfMade(), await halfMade()];
    for (const { schema } of stuck) await admin.query(`CREATE ROLE "${schema}"`);
    const size = (await ready()) + 3;
    const before = await platformDb().tenant.count();
    await expect(fillReadyPool("main", size)).rejects.toThrow("already exists");
    expect(await platformDb().tenant.count(), "none is piled on top").toBe(before);
    for (const { schema } of stuck.slice(1)) await admin.query(`DROP ROLE "${schema}"`);
    await fillReadyPool("main", size);
    expect(await ready()).toBe(size);
    await expectSound(stuck[1]?.id ?? "");
    await admin.query(`DROP ROLE "${stuck[0]?.schema}"`);
    await fillReadyPool("main", size);
    await expectSound(stuck[0]?.id ?? "");
  });
});

test("all that was made by these detours is sound", async () => {
  expect(await lintCatalog(ownerPool("main"))).toEqual([]);
});
