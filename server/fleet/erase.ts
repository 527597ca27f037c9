import type pg from "pg";
import { platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { tenantKey } from "../tenancy/key.ts";
import { checkedSchemaName } from "../tenancy/names.ts";
import { asOwner } from "./owner.ts";

const drainTimeout = "30s";

/**
 * Destroys one tenant: schema, role and key register, then its directory entries. `mayErase` is asked in
 * the transaction that closes the tenant's door, with its tables in reach, so that nobody can change his
 * mind in between; once the door is closed there is no way back. Then a lock waits for those who are still
 * in. May be run again after every step. Answers false when it may not.
 */
export async function eraseTenant(
  tenantId: string,
  mayErase: (client: pg.PoolClient) => Promise<boolean>,
): Promise<boolean> {
  const tenant = await platformDb().tenant.findUnique({ where: { id: tenantId } });
  if (!tenant) return true;
  const schema = checkedSchemaName(tenant.schema);
  const closed = await asOwner(tenant.shardId, (client) =>
    closeDoor(client, { ...tenant, schema }, mayErase),
  );
  if (!closed) return false;
  await platformDb().tenant.update({
    where: { id: tenantId },
    data: { state: "erasing" },
    select: { id: true },
  });
  await asOwner(tenant.shardId, (client) => dropTenant(client, tenantId, schema));
  await platformDb().$transaction([
    platformDb().organization.deleteMany({ where: { id: tenantId } }),
    platformDb().tenant.deleteMany({ where: { id: tenantId } }),
  ]);
  return true;
}

async function closeDoor(
  client: pg.PoolClient,
  tenant: { id: string; schema: string; keyVersion: number },
  mayErase: (client: pg.PoolClient) => Promise<boolean>,
): Promise<boolean> {
  const there = await client.query("SELECT FROM astra.tenants WHERE id = $1", [tenant.id]);
  if (there.rowCount === 0) return true;
  const key = tenantKey(requiredEnv("TENANT_KEY_SECRET"), tenant.id, tenant.keyVersion);
  await client.query("SELECT set_config('search_path', $1, true), set_config('app.tenant_key', $2, true)", [
    tenant.schema,
    key,
  ]);
  const guard = await client.query<{ state: string }>("SELECT state FROM tenant_guard FOR UPDATE");
  // Without the right key row-level security hides the row, even from the owner.
  if (!guard.rows[0]) throw new Error("the tenant's key does not open its guard row");
  if (guard.rows[0].state === "erasing") return true;
  if (!(await mayErase(client))) return false;
  await client.query("UPDATE tenant_guard SET state = 'erasing', epoch = epoch + 1");
  return true;
}

async function dropTenant(client: pg.PoolClient, tenantId: string, schema: string): Promise<void> {
  const there = await client.query("SELECT FROM astra.tenants WHERE id = $1", [tenantId]);
  if (there.rowCount === 0) return;
  await client.query("SELECT set_config('lock_timeout', $1, true)", [drainTimeout]);
  await client.query(`LOCK TABLE "${schema}".tenant_guard IN ACCESS EXCLUSIVE MODE`);
  await client.query(`DROP SCHEMA "${schema}" CASCADE`);
  await client.query(`DROP ROLE "${schema}"`);
  await client.query("DELETE FROM astra.tenants WHERE id = $1", [tenantId]);
  // The job that does this stays open until the directory is clean as well.
  await client.query(
    `UPDATE astra.outbox SET state = 'done', done_at = now()
     WHERE tenant_id = $1 AND state <> 'done' AND name <> 'organizations.erase'`,
    [tenantId],
  );
}
