import { eraseTenant } from "../fleet/erase.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";

/** Erases an organization whose days of grace are over; does nothing when the deletion was taken back. */
export async function eraseOrganization(door: Door): Promise<void> {
  const profile = await transact(door, "read", (ctx) => ctx.db.profile.findUnique({ where: { id: 1 } }));
  if (!profile?.deletionAt || profile.deletionAt > door.clock.now()) return;
  await eraseTenant(door.organization.id);
}
