import { v7 as uuid } from "uuid";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import type { PlatformTx } from "../platform/database.ts";
import type { SeenInvoice } from "./invoice-ledger.ts";
import { isEnded } from "./subscription-state.ts";

/** Something to tell an organization's payers once. */
export type Notice = {
  organizationId: string;
  kind: "payment" | "trial";
  /** Two notices of one key are one. */
  key: string;
  /** The invoice, or the subscription. */
  subjectId: string;
  attempt?: number;
};

/** Has it told, in the transaction of what it follows from, unless it was before. Answers whether it is new. */
export async function askNotice(tx: PlatformTx, notice: Notice, requestId: string): Promise<boolean> {
  const id = uuid();
  const { count } = await tx.billingNotice.createMany({ data: { id, ...notice }, skipDuplicates: true });
  if (count > 0) await enqueuePlatform(tx, "billing.tell-notice", { noticeId: id }, { requestId });
  return count > 0;
}

/**
 * Has each failed try of an invoice that is still owed told once. What an ended subscription left unpaid was told when
 * it ended; and of a first payment whoever sat before the page knows. Answers whether any is new.
 */
export async function askFailures(
  tx: PlatformTx,
  invoices: readonly SeenInvoice[],
  look: { organizationId: string; was: string | null; is: string; requestId: string },
): Promise<boolean> {
  const { organizationId, was, is, requestId } = look;
  if (is === "incomplete" || (isEnded(is) && (was === null || isEnded(was)))) return false;
  let asked = false;
  for (const { id, status, failed, attempts: attempt } of invoices) {
    if (status !== "open" || !failed) continue;
    const key = `payment:${id}:${attempt}`;
    const notice = { organizationId, kind: "payment", key, subjectId: id, attempt } as const;
    if (await askNotice(tx, notice, requestId)) asked = true;
  }
  return asked;
}
