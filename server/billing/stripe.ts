import type { Stripe } from "stripe";
import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";
import { openStripe } from "./client.ts";

let opened: Stripe | undefined;

/** This process's client of Stripe. Throws AppError billing_off where no key is set. */
export function stripeClient(): Stripe {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_API_URL: apiUrl } = env();
  if (!secretKey)
    throw new AppError("UNAVAILABLE", "billing_off", "Nothing can be bought in this installation.");
  opened ??= openStripe({ secretKey, apiUrl });
  return opened;
}

/** Whether this installation moves real money. */
export function isLiveKey(): boolean {
  return /^(sk|rk)_live_/.test(env().STRIPE_SECRET_KEY ?? "");
}
