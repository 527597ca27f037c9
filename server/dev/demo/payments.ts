import { randomUUID } from "node:crypto";
import type { Stripe } from "stripe";
import { confirmCheckout, startCheckout } from "../../billing/checkout.ts";
import { priceOf, seatsOf, usageOf } from "../../billing/purchase.ts";
import { stripeClient } from "../../billing/stripe.ts";
import { syncCustomer } from "../../billing/sync.ts";
import { platformDb } from "../../platform/database.ts";
import type { Door } from "../../tenancy/context.ts";
import { systemDoor } from "../../tenancy/system-door.ts";

const daySeconds = 86_400;
const pays = "pm_card_visa";
const failsLater = "pm_card_chargeCustomerFail";

/**
 * Has the demo's organizations buy what they are on, of the stand-in for Stripe: one has paid for months, with a card
 * that failed once, and one tries. What has a customer already stays as it is. Throws what Stripe's client throws.
 */
export async function buyForDemo(): Promise<void> {
  await forOrganization("acme-robotics", payForMonths);
  await forOrganization("northwind-traders", beginTrial);
}

async function forOrganization(slug: string, buy: (door: Door) => Promise<void>): Promise<void> {
  const organization = await platformDb().organization.findUnique({
    where: { slug },
    select: { id: true, slug: true, name: true, plan: true },
  });
  if (!organization) return;
  const where = { organizationId: organization.id };
  if ((await platformDb().billingCustomer.count({ where })) > 0) return;
  await buy(systemDoor(organization, { id: `seed-${randomUUID()}`, ip: null, userAgent: null }));
}

/** Three months of invoices. They are on a test clock, whose time stands still after that. */
async function payForMonths(door: Door): Promise<void> {
  const { id: organizationId, name } = door.organization;
  const stripe = stripeClient();
  const now = Math.floor(Date.now() / 1_000);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: now - 95 * daySeconds });
  const advance = (daysAgo: number) =>
    stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: now - daysAgo * daySeconds });
  const { id: customerId } = await stripe.customers.create({ name, test_clock: clock.id });
  await platformDb().billingCustomer.create({
    data: { organizationId, customerId },
    select: { organizationId: true },
  });
  await giveCard(stripe, customerId, pays);
  const chosen = { plan: "business", interval: "month" } as const;
  const quantity = seatsOf(await usageOf(door));
  await stripe.subscriptions.create({
    customer: customerId,
    items: [{ price: await priceOf(chosen), quantity }],
  });
  await giveCard(stripe, customerId, failsLater);
  await advance(62);
  // The ledger of invoices sees what was refused before it sees it paid.
  await syncCustomer(customerId, door.request.id);
  await giveCard(stripe, customerId, pays);
  const { data: open } = await stripe.invoices.list({ customer: customerId, status: "open" });
  for (const { id } of open) await stripe.invoices.pay(id);
  await advance(0);
  await syncCustomer(customerId, door.request.id);
}

async function giveCard(stripe: Stripe, customer: string, card: string): Promise<void> {
  const { id } = await stripe.paymentMethods.attach(card, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
}

/** Through the checkout page, as anybody would. */
async function beginTrial(door: Door): Promise<void> {
  const { url, sessionId } = await startCheckout(door, { plan: "pro", interval: "month" });
  const body = new URLSearchParams({
    card: "4242424242424242",
    name: door.organization.name,
    email: "billing@northwind-traders.example",
  });
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
  await answer.body?.cancel();
  await confirmCheckout(door, { sessionId });
}
