import type { Prisma } from "#prisma/generated/platform/client.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { tenantMismatches } from "../platform/metrics.ts";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { RequestInfo } from "../tenancy/context.ts";

const rowsPerMinute = 20;
const rows = new RateLimiterMemory({ points: rowsPerMinute, duration: 60 });

/**
 * Notes that somebody tried to enter where they do not belong. Whoever goes on and on is counted and logged, and
 * leaves no further row: a log that can be filled from outside hides what it is for.
 */
export async function recordRefusedEntry(who: string, event: SecurityEventInput): Promise<void> {
  const left = await rows.consume(who).catch(() => null);
  if (left) return recordSecurityEvent(event);
  tenantMismatches.inc({ kind: event.kind });
}

type SecurityEventInput = {
  kind: string;
  organizationId?: string;
  accountId?: string;
  request: RequestInfo;
  detail?: Prisma.InputJsonObject;
};

/**
 * What strangers and operators did, in the transaction of the act where one is given. It stands in the platform's log: nobody may write into
 * the log of an organization that is not theirs.
 */
export async function recordSecurityEvent(
  event: SecurityEventInput,
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
