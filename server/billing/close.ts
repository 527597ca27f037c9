import { enqueuePlatform } from "../jobs/enqueue.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { stripeClient } from "./stripe.ts";
import { syncCustomer } from "./sync.ts";

const sessionsMax = 100;

/** Notes that an organization is gone, with the job that ends at Stripe what it bought. May run again. */
export async function closeBilling(organizationId: string): Promise<void> {
  const asked = await platformDb().$transaction(async (tx) => {
    const { count } = await tx.billingCustomer.updateMany({
      where: { organizationId, closedAt: null },
      data: { closedAt: new Date() },
    });
    if (count > 0) await enqueuePlatform(tx, "billing.close-customer", { organizationId });
    return count > 0;
  });
  if (asked) wakeRelay("billing");
}

/** Ends at Stripe whatever an erased organization bought, or could still buy on a page that is open. */
export async function closeCustomer({ organizationId }: JobPayload<"billing.close-customer">): Promise<void> {
  const found = await platformDb().billingCustomer.findUnique({ where: { organizationId } });
  const customer = found?.customerId;
  if (!customer || !found.closedAt) return;
  const { sessions } = stripeClient().checkout;
  const open = await sessions.list({ customer, status: "open", limit: sessionsMax });
  for (const { id } of open.data) await sessions.expire(id);
  await syncCustomer(customer, organizationId);
}
