// The two sides of the contract: the stand-in always, Stripe itself when a test key is given.
import { setTimeout as sleep } from "node:timers/promises";

import { Stripe } from "stripe";
import { afterAll } from "vitest";

import { startStripeStandIn } from "./stand-in.ts";

type Side = { name: string; stripe: Stripe; close: () => Promise<void> };
type Opener = { name: string; open: () => Promise<Side> };

const key = process.env.STRIPE_SECRET_KEY;

/** The sides that the suite runs against here, by name. Says on its output when Stripe itself is not among them. */
export function sides(): Opener[] {
  const standIn = { name: "the stand-in", open: openStandIn };
  if (key?.startsWith("sk_test_")) return [standIn, { name: "Stripe", open: () => openStripe(key) }];
  process.stdout.write("Contract with Stripe itself: not run, there is no STRIPE_SECRET_KEY=sk_test_…\n");
  return [standIn];
}

async function openStandIn(): Promise<Side> {
  const standIn = await startStripeStandIn({ port: 0 });
  const stripe = clientOf(standIn.port);
  return { name: "the stand-in", stripe, close: standIn.close };
}

/** The real client, led to the stand-in. */
export function clientOf(port: number, secret = "sk_test_standin"): Stripe {
  return new Stripe(secret, {
    host: "127.0.0.1",
    port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

async function openStripe(secret: string): Promise<Side> {
  return { name: "Stripe", stripe: new Stripe(secret), close: async () => {} };
}

/** Moves a test clock and waits until it has arrived. */
export async function advance(stripe: Stripe, clock: string, to: number): Promise<void> {
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
  for (let wait = 0; wait < 120; wait += 1) {
    const { status } = await stripe.testHelpers.testClocks.retrieve(clock);
    if (status === "ready") return;
    await sleep(1_000);
  }
  throw new Error("The test clock did not arrive");
}

/** Opens a side for the tests of one `describe`, and closes it after them. */
export async function openFor({ open }: Opener): Promise<Stripe> {
  const side = await open();
  afterAll(() => side.close());
  return side.stripe;
}

export type Catalogue = { pro: Stripe.Price; business: Stripe.Price; proYearly: Stripe.Price };

/** Two monthly prices per seat and a yearly one, new for each caller. */
export async function makeCatalogue(stripe: Stripe): Promise<Catalogue> {
  const [pro, business] = await Promise.all(
    ["Pro", "Business"].map((name) => stripe.products.create({ name })),
  );
  const price = (product: Stripe.Product | undefined, amount: number, interval: "month" | "year") =>
    stripe.prices.create({
      product: product?.id ?? "",
      currency: "usd",
      unit_amount: amount,
      recurring: { interval },
    });
  return {
    pro: await price(pro, 1_999, "month"),
    business: await price(business, 4_999, "month"),
    proYearly: await price(pro, 19_900, "year"),
  };
}

export type Payer = { clock: string; customer: string; start: number };

/** A customer on a test clock of their own, who pays with one of the test cards; null for none. */
export async function makePayer(stripe: Stripe, card: string | null, start = START): Promise<Payer> {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
  const customer = await stripe.customers.create({
    email: "payer@example.com",
    name: "Payer",
    test_clock: clock.id,
    ...(card ? { payment_method: card, invoice_settings: { default_payment_method: card } } : {}),
  });
  return { clock: clock.id, customer: customer.id, start };
}

/** The first of a month of 31 days, at noon: amounts in these tests count on it. */
const START = firstOfJanuary();

function firstOfJanuary(): number {
  return Date.UTC(new Date().getUTCFullYear() + 1, 0, 1, 12) / 1_000;
}

/** The answer's error. Throws when there was none. */
export async function faultOf(answer: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("Stripe was expected to refuse this");
}

/** The latest invoice of a subscription. */
export async function latestInvoice(stripe: Stripe, subscription: string): Promise<Stripe.Invoice> {
  const { latest_invoice: latest } = await stripe.subscriptions.retrieve(subscription, {
    expand: ["latest_invoice.payments"],
  });
  if (latest === null || typeof latest === "string") throw new Error("The invoice was not expanded");
  return latest;
}
