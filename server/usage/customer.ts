import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";

/** Whose customer at Stripe pays for what an organization uses now; null where there is nobody to bill. */
export async function findCustomerToBill(organizationId: string): Promise<string | null> {
  if (!env().STRIPE_SECRET_KEY) return null;
  const found = await platformDb().billingCustomer.findUnique({
    where: { organizationId },
    select: { customerId: true, closedAt: true },
  });
  return found && !found.closedAt ? found.customerId : null;
}
