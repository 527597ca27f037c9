import { platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { tenantKey } from "../tenancy/key.ts";
import { checkedSchemaName } from "../tenancy/names.ts";
import { asOwner } from "./owner.ts";

/**
 * Destroys one tenant: its schema, role and key register, then its directory entries. First the state
 * flips, so that nobody enters any more, then a lock waits for those who are in. May be run again at any point.
 */
export async function eraseTenant(tenantId: string): Promise<void> {
  const tenant = await platformDb().tenant.findUnique({ where: { id: tenantId } });
  if (!tenant) return;
  const schema = checkedSchemaName(tenant.schema);
  await platformDb().tenant.update({
    where: { id: tenantId },
    data: { state: "erasing" },
    select: { id: true },
  });
  const key = tenantKey(requiredEnv("TENANT_KEY_SECRET"), tenantId, tenant.keyVersion);
  await asOwner(tenant.shardId, async (client) => {
    const there = await client.query("SELECT FROM astra.tenants WHERE id = $1", [tenantId]);
    if (there.rowCount === 0) return;
    await client.query("SELECT set_config('app.tenant_key', $1, true)", [key]);
    const flipped = await client.query(
      `UPDATE "${schema}".tenant_guard SET state = 'erasing', epoch = epoch + 1`,
    );
    // Without the right key row-level security hides the row, even from the owner.
    if (flipped.rowCount !== 1) throw new Error("the tenant's key does not open its guard row");
  });
  await asOwner(tenant.shardId, async (client) => {
    const there = await client.query("SELECT FROM astra.tenants WHERE id = $1", [tenantId]);
    if (there.rowCount === 0) return;
    await client.query("SET LOCAL lock_timeout = '30s'");
    await client.query(`LOCK TABLE "${schema}".tenant_guard IN ACCESS EXCLUSIVE MODE`);
    await client.query(`DROP SCHEMA "${schema}" CASCADE`);
    await client.query(`DROP ROLE "${schema}"`);
    await client.query("DELETE FROM astra.tenants WHERE id = $1", [tenantId]);
    await client.query(
      "UPDATE astra.outbox SET state = 'done', done_at = now() WHERE tenant_id = $1 AND state <> 'done'",
      [tenantId],
    );
  });
  await platformDb().$transaction([
    platformDb().organization.deleteMany({ where: { id: tenantId } }),
    platformDb().tenant.deleteMany({ where: { id: tenantId } }),
  ]);
}
