import { planOf } from "../plans/catalogue.ts";
import { getUsage } from "../plans/quota.ts";
import { platformDb } from "../platform/database.ts";
import type { Door, ReadCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { accessOf } from "./access.ts";
import { currency, priceKeys, sales } from "./catalogue.ts";
import { findCustomer, findLive, intervalOf, usageOf } from "./purchase.ts";
import type { ListInvoices } from "./schema.ts";
import { askStripe } from "./stripe.ts";
import { mayTry } from "./trials.ts";

const invoicesMax = 20;

/** Plan, usage, payment state and what comes next. What Stripe does not answer in time is left out. */
export async function getOverview(door: Door) {
  const { organization, clock } = door;
  const usage = await transact(door, "read", getUsage);
  const subscription = await findLive(organization.id);
  const access = accessOf(organization, clock.now());
  const nextInvoice = subscription ? await findNextInvoice(door, subscription.subscriptionId) : null;
  return {
    ...usage,
    access: {
      level: access?.level ?? "full",
      reason: access?.reason ?? "never",
      until: access?.until ?? null,
    },
    subscription: subscription && {
      status: subscription.status,
      plan: subscription.plan,
      interval: intervalOf(subscription.priceLookupKey),
      seats: subscription.quantity,
      periodEnd: subscription.periodEnd,
      trialEnd: subscription.trialEnd,
      cancelAt: subscription.cancelAt,
      unpaidSince: subscription.unpaidSince,
      card: subscription.cardLast4 && { brand: subscription.cardBrand, last4: subscription.cardLast4 },
      nextPlan: plannedOf(subscription.nextPriceLookupKey, subscription.nextPriceAt),
    },
    nextInvoice,
    mayTry: subscription === null && (await mayTry(platformDb(), door)),
  };
}

function plannedOf(lookupKey: string | null, at: Date | null) {
  const key = priceKeys().find((one) => one.lookupKey === lookupKey);
  return key && at ? { plan: key.plan, interval: key.interval, at } : null;
}

async function findNextInvoice(door: Door, subscription: string) {
  try {
    const found = await askStripe((stripe) => stripe.invoices.createPreview({ subscription }));
    return {
      amount: found.amount_due,
      currency: found.currency,
      at: new Date((found.next_payment_attempt ?? found.period_end) * 1_000),
    };
  } catch (error) {
    // A subscription that ends has no next one; and Stripe's absence takes nobody the page.
    door.log.info({ err: error }, "the next invoice is not known");
    return null;
  }
}

type BilledInvoice = {
  id: string;
  number: string | null;
  /** Of Stripe's words, which may be others tomorrow. */
  status: string | null;
  /** In the currency's smallest unit, as `due` is. */
  total: number;
  due: number;
  currency: string;
  createdAt: Date;
  url: string | null;
  pdf: string | null;
};

/** What was billed, the newest first, with links to Stripe's own pages. */
export async function listInvoices(
  door: Door,
  { cursor }: ListInvoices,
): Promise<{ items: BilledInvoice[]; nextCursor: string | null }> {
  await usageOf(door);
  const customer = await findCustomer(door.organization.id);
  if (!customer) return { items: [], nextCursor: null };
  const page = await askStripe((stripe) =>
    stripe.invoices.list({ customer, limit: invoicesMax, ...(cursor ? { starting_after: cursor } : {}) }),
  );
  const items = page.data.map((invoice): BilledInvoice => ({
    id: invoice.id,
    number: invoice.number,
    status: invoice.status,
    total: invoice.total,
    due: invoice.amount_remaining,
    currency: invoice.currency,
    createdAt: new Date(invoice.created * 1_000),
    url: invoice.hosted_invoice_url ?? null,
    pdf: invoice.invoice_pdf ?? null,
  }));
  return { items, nextCursor: page.has_more ? (items.at(-1)?.id ?? null) : null };
}

/** All plans side by side: what each allows, and what it costs for one seat, in the currency's smallest unit. */
export async function listPlans({ organization }: ReadCtx) {
  return {
    current: organization.plan,
    currency,
    plans: ["free", ...sales.map(({ plan }) => plan)].map(offer),
  };
}

function offer(plan: string) {
  const sale = sales.find((one) => one.plan === plan);
  const { name, limits, features, included, support, callsPerMinute, auditDays } = planOf(plan);
  return {
    plan,
    name,
    limits,
    features,
    included,
    support,
    callsPerMinute,
    auditDays,
    description: sale?.description ?? null,
    trialDays: sale?.trialDays ?? 0,
    prices: sale?.prices ?? null,
  };
}
