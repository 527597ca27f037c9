import { Stripe } from "stripe";
import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";
import { openStripe } from "./client.ts";

let opened: Stripe | undefined;

/** This process's client of Stripe. Throws AppError billing_off where no key is set. */
export function stripeClient(): Stripe {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_API_URL: apiUrl } = env();
  if (!secretKey) {
    throw new AppError("UNAVAILABLE", "billing_off", "Nothing can be bought in this installation.");
  }
  opened ??= openStripe({ secretKey, apiUrl });
  return opened;
}

/** Whether this installation moves real money. */
export function isLiveKey(): boolean {
  return /^(sk|rk)_live_/.test(env().STRIPE_SECRET_KEY ?? "");
}

/**
 * Asks Stripe for somebody who waits. What goes wrong there is told in our words: AppError payment_refused for a
 * card that was declined, stripe_unavailable for the rest.
 */
export async function askStripe<Answer>(ask: (stripe: Stripe) => Promise<Answer>): Promise<Answer> {
  try {
    return await ask(stripeClient());
  } catch (cause) {
    if (!(cause instanceof Stripe.errors.StripeError)) throw cause;
    if (cause instanceof Stripe.errors.StripeCardError) {
      const message = "The card was declined. Choose another one in the customer portal.";
      throw new AppError("PAYMENT_REQUIRED", "payment_refused", message, { cause });
    }
    throw new AppError("UNAVAILABLE", "stripe_unavailable", "Stripe did not do this. Try again.", { cause });
  }
}
