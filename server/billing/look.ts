import { Stripe } from "stripe";
import { AppError } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { keyOfPrice, priceKeys, type Interval } from "./catalogue.ts";
import type { SoldPlan } from "./schema.ts";
import { askStripe } from "./stripe.ts";

/** Somebody waits for the page, which is worth more than what is left out of it. */
export const patience = { timeout: 4_000, maxNetworkRetries: 0 };

/** In the currency's smallest unit. */
type Sum = { amount: number; currency: string };

/** What Stripe alone knows of a running subscription. */
type Look = {
  /** Of one seat for one period. */
  price: Sum | null;
  nextInvoice: (Sum & { at: Date }) | null;
  /** The latest invoice while it is not paid, with the page where that can be done. */
  openInvoice: (Sum & { url: string | null }) | null;
  /** A greater plan that was asked for and whose payment was refused; it comes with the payment of the open invoice. */
  pendingPlan: { plan: SoldPlan; interval: Interval; until: Date } | null;
  /** False when Stripe did not answer all of it in time. */
  complete: boolean;
};

/** Asks Stripe for what stands in no row of ours. What it does not answer in time is null, and said to be missing. */
export async function lookAt(door: Door, subscription: string, ends: boolean): Promise<Look> {
  const [found, next] = await Promise.all([
    unlessAbsent(door, (stripe) =>
      stripe.subscriptions.retrieve(subscription, { expand: ["latest_invoice"] }, patience),
    ),
    // One that ends has no next invoice.
    ends ? null : unlessAbsent(door, (stripe) => stripe.invoices.createPreview({ subscription }, patience)),
  ]);
  return {
    ...ofSubscription(found ?? null),
    nextInvoice: next
      ? {
          amount: next.amount_due,
          currency: next.currency,
          at: new Date((next.next_payment_attempt ?? next.period_end) * 1_000),
        }
      : null,
    complete: found !== undefined && next !== undefined,
  };
}

/** Null for what Stripe says there is not, undefined for what it does not say. */
async function unlessAbsent<Answer>(
  { log }: Door,
  ask: (stripe: Stripe) => Promise<Answer>,
): Promise<Answer | null | undefined> {
  try {
    return await askStripe(ask);
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : error;
    if (cause instanceof Stripe.errors.StripeInvalidRequestError) return null;
    log.warn({ err: error }, "Stripe did not answer what the page of billing shows");
    return undefined;
  }
}

function ofSubscription(
  found: Stripe.Subscription | null,
): Pick<Look, "price" | "openInvoice" | "pendingPlan"> {
  if (!found) return { price: null, openInvoice: null, pendingPlan: null };
  const price = found.items.data[0]?.price;
  const invoice = typeof found.latest_invoice === "object" ? found.latest_invoice : null;
  return {
    price:
      typeof price?.unit_amount === "number" ? { amount: price.unit_amount, currency: price.currency } : null,
    openInvoice:
      invoice?.status === "open" && invoice.amount_remaining > 0
        ? {
            amount: invoice.amount_remaining,
            currency: invoice.currency,
            url: invoice.hosted_invoice_url ?? null,
          }
        : null,
    pendingPlan: pendingOf(found.pending_update),
  };
}

function pendingOf(pending: Stripe.Subscription.PendingUpdate | null): Look["pendingPlan"] {
  const price = pending?.subscription_items?.[0]?.price;
  const lookupKey = price ? keyOfPrice(price) : null;
  const key = priceKeys().find((one) => one.lookupKey === lookupKey);
  return pending && key
    ? { plan: key.plan, interval: key.interval, until: new Date(pending.expires_at * 1_000) }
    : null;
}
