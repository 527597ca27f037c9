import { closeOwnerPools } from "../fleet/owner.ts";
import { provisionTenant } from "../fleet/provision.ts";
import { closePlatformDb } from "../platform/database.ts";
import { closeTenancy } from "../tenancy/kernel.ts";

/** Provisions some tenants, one after the other, and answers their ids. */
export async function makeTenants(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made++) ids.push(await provisionTenant("main"));
  return ids;
}

/** Ends every connection that Astra's own modules have opened in this process. */
export async function closeConnections(): Promise<void> {
  await closeTenancy();
  await closePlatformDb();
  await closeOwnerPools();
}
