import { enqueue, enqueueMany, enqueuePlatform } from "../jobs/enqueue.ts";
import type { PlatformTx } from "../platform/database.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import type { PlatformMailKind, TenantMailKind } from "./kinds.ts";

/**
 * Asks for a mail about a row of the organization, in the transaction of the change that causes it. Sent once
 * for each (kind, subject, attempt), however often it is asked for: who wants it sent again says attempt 2.
 */
export async function askMail(
  ctx: WriteCtx,
  kind: TenantMailKind,
  subjectId: string,
  { attempt = 1 }: { attempt?: number } = {},
): Promise<void> {
  await enqueue(ctx, "mail.send-tenant", { kind, subjectId, attempt });
}

/** As askMail, for the first mail about each of many rows, by one statement. */
export async function askMails(
  ctx: WriteCtx,
  kind: TenantMailKind,
  subjectIds: readonly string[],
): Promise<void> {
  await enqueueMany(
    ctx,
    "mail.send-tenant",
    subjectIds.map((subjectId) => ({ kind, subjectId, attempt: 1 })),
  );
}

/** As askMail, for a mail about a row of the platform. The caller wakes the relay after its commit. */
export async function askPlatformMail(
  tx: PlatformTx,
  kind: PlatformMailKind,
  subjectId: string,
  { attempt = 1, requestId }: { attempt?: number; requestId: string },
): Promise<void> {
  await enqueuePlatform(tx, "mail.send", { kind, subjectId, attempt }, { requestId });
}
