import { forgetDirectory } from "../access/directory.ts";
import { eraseTenant } from "../fleet/erase.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { dropTenant } from "../platform/shared-cache.ts";
import { tenantStorage } from "../platform/storage.ts";

/**
 * Gives up the organizations that an account founded, in the caller's transaction: their addresses are free at
 * once, and a job erases the rest. Only for an account that this transaction holds and that never confirmed
 * its address: nobody can have entered them. One that has other people is left alone.
 */
export async function discardOrganizationsOf(
  tx: PlatformTx,
  accountId: string,
  at: { now: Date; requestId: string },
): Promise<void> {
  const founded = await tx.organization.findMany({
    where: {
      createdById: accountId,
      discardedAt: null,
      memberships: { none: { accountId: { not: accountId } } },
    },
    select: { id: true },
  });
  for (const { id } of founded) {
    await tx.membership.deleteMany({ where: { organizationId: id } });
    await tx.organizationSlug.deleteMany({ where: { organizationId: id } });
    // Without a founder the job that opens it has nothing left to do.
    const data = { discardedAt: at.now, createdById: null, slug: `discarded-${id}` };
    await tx.organization.update({ where: { id }, data, select: { id: true } });
    await enqueuePlatform(tx, "organizations.discard", { organizationId: id }, { requestId: at.requestId });
  }
}

/** Erases an organization that was discarded. May run again after every step. */
export async function eraseDiscarded(organizationId: string): Promise<void> {
  const organization = await platformDb().organization.findUnique({
    where: { id: organizationId },
    select: { discardedAt: true },
  });
  // Gone already: a run before this one got as far as the files.
  if (organization && !organization.discardedAt) return;
  forgetDirectory(organizationId);
  await eraseTenant(organizationId, async () => true);
  await dropTenant(organizationId);
  await tenantStorage(organizationId).deleteAll();
}
