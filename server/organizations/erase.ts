import { closeBilling } from "../billing/close.ts";
import { eraseTenant } from "../fleet/erase.ts";
import { AppError } from "../platform/errors.ts";
import { dropTenant } from "../platform/shared-cache.ts";
import { tenantStorage } from "../platform/storage.ts";

/**
 * Erases an organization, its files and what is cached of it included, whose days of grace are over; does nothing when the deletion was taken back. The
 * database's clock decides, as it did for the job's own time. Throws AppError not_due before that time.
 */
export async function eraseOrganization(tenantId: string): Promise<void> {
  const erased = await eraseTenant(tenantId, async (client) => {
    const { rows } = await client.query<{ scheduled: boolean; due: boolean }>(
      "SELECT deletion_at IS NOT NULL AS scheduled, deletion_at <= now() AS due FROM profile FOR UPDATE",
    );
    if (!rows[0]?.scheduled) return false;
    if (!rows[0].due) throw new AppError("CONFLICT", "not_due", "The days of grace are not over.");
    return true;
  });
  // Last: as long as its door is open, somebody may still write a file. A run after a crash comes here as well.
  if (!erased) return;
  await closeBilling(tenantId);
  await dropTenant(tenantId);
  await tenantStorage(tenantId).deleteAll();
}
