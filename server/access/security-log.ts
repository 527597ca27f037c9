import type { Prisma } from "#prisma/generated/platform/client.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { tenantMismatches } from "../platform/metrics.ts";
import type { RequestInfo } from "../tenancy/context.ts";

/**
 * What strangers and operators did, in the transaction of the act where one is given. It stands in the platform's log: nobody may write into
 * the log of an organization that is not theirs.
 */
export async function recordSecurityEvent(
  event: {
    kind: string;
    organizationId?: string;
    accountId?: string;
    request: RequestInfo;
    detail?: Prisma.InputJsonObject;
  },
  db: PlatformTx = platformDb(),
): Promise<void> {
  tenantMismatches.inc({ kind: event.kind });
  await db.securityEvent.create({
    data: {
      kind: event.kind,
      organizationId: event.organizationId ?? null,
      accountId: event.accountId ?? null,
      ip: event.request.ip,
      requestId: event.request.id,
      detail: event.detail ?? {},
    },
    select: { id: true },
  });
}
