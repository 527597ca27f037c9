import { inLog } from "../audit/log-transaction.ts";
import { logDoor } from "../audit/owner-door.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";

/** Puts an organization's tenant into a state, in its guard row and in the directory, as the fleet does. */
export async function setTenantState(
  organizationId: string,
  state: "active" | "read_only" | "suspended",
): Promise<void> {
  await inLog(await logDoor(organizationId), (client) =>
    client.query("UPDATE tenant_guard SET state = $1, epoch = epoch + 1", [state]),
  );
  await platformDb().tenant.update({
    where: { id: organizationId },
    data: { state, epoch: { increment: 1 } },
    select: { id: true },
  });
  tenancy().forget(organizationId);
}
