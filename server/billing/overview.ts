import type { Subscription } from "#prisma/generated/platform/client.ts";
import { findOrganizationById, forgetDirectory } from "../access/directory.ts";
import { planOf } from "../plans/catalogue.ts";
import { getUsage } from "../plans/quota.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import type { Door, ReadCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { accessOf, paidFor } from "./access.ts";
import { currency, planOfPrice, priceKeys, sales, type PriceKey } from "./catalogue.ts";
import { isGreater } from "./greater.ts";
import { lookAt, patience } from "./look.ts";
import { findCustomer, intervalOf, usageOf } from "./purchase.ts";
import type { ListInvoices } from "./schema.ts";
import { askStripe } from "./stripe.ts";
import { isEnded } from "./subscription-state.ts";
import { mayTry } from "./trials.ts";

const invoicesMax = 20;

/** Plan, usage, payment state, what comes next and what can be chosen. What Stripe does not answer in time is left out. */
export async function getOverview(asked: Door) {
  const door = await readAnew(asked);
  const { organization, clock } = door;
  const usage = await transact(door, "read", getUsage);
  const known = await platformDb().subscription.findUnique({
    where: { organizationId: organization.id },
  });
  const live = known && !isEnded(known.status) ? known : null;
  const access = accessOf(organization, clock.now());
  const look = live && (await lookAt(door, live.subscriptionId, live.cancelAt !== null));
  // Where nothing can be bought nothing is offered.
  const sold = env().STRIPE_SECRET_KEY !== undefined;
  const tries = sold && live === null && (await mayTry(platformDb(), door));
  return {
    ...usage,
    access: {
      level: access?.level ?? "full",
      reason: access?.reason ?? "never",
      until: access?.until ?? null,
    },
    subscription: live && {
      status: live.status,
      plan: live.plan,
      interval: intervalOf(live.priceLookupKey),
      seats: live.quantity,
      periodEnd: live.periodEnd,
      trialEnd: live.trialEnd,
      cancelAt: live.cancelAt,
      unpaidSince: live.unpaidSince,
      card: live.cardLast4 && { brand: live.cardBrand, last4: live.cardLast4 },
      nextPlan: plannedOf(live.nextPriceLookupKey, live.nextPriceAt),
      price: look?.price ?? null,
      openInvoice: look?.openInvoice ?? null,
      pendingPlan: look?.pendingPlan ?? null,
    },
    /** What was bought before, and has ended. */
    former: known && !live ? formerOf(known) : null,
    nextInvoice: look?.nextInvoice ?? null,
    /** False when Stripe did not answer in time what is told of it. */
    complete: look?.complete ?? true,
    /** Whether there is anything to see in the customer portal. */
    portal: (await findCustomer(organization.id)) !== null,
    mayTry: tries,
    choices: (sold ? priceKeys() : []).map(({ plan, interval, lookupKey }) => ({
      plan,
      interval,
      act: actFor(live, { plan, interval, lookupKey }, tries),
    })),
  };
}

/** What was paid a moment ago must not stand beside the plan and access that this process remembers from before. */
async function readAnew(door: Door): Promise<Door> {
  const { id, plan, access } = door.organization;
  const now = await findOrganizationById(id);
  if (!now) return door;
  const organization = paidFor(now, door.clock.now());
  if (organization.plan !== plan || organization.access !== access) forgetDirectory(id);
  return { ...door, organization };
}

function plannedOf(lookupKey: string | null, at: Date | null) {
  const key = priceKeys().find((one) => one.lookupKey === lookupKey);
  return key && at ? { plan: key.plan, interval: key.interval, at } : null;
}

function formerOf({ priceLookupKey, plan: present, endedAt }: Subscription) {
  const plan = (priceLookupKey !== null && planOfPrice(priceLookupKey)) || present;
  return { plan, endedAt };
}

/**
 * What choosing a price comes to: a checkout with or without a trial, a change at once, one at the end of what is paid,
 * or nothing, since it is what the organization has or will have.
 */
type ChoiceAct = "try" | "buy" | "now" | "later" | "current" | "planned";

function actFor(
  live: Subscription | null,
  { plan, interval, lookupKey }: PriceKey,
  tries: boolean,
): ChoiceAct {
  // One whose first payment never came is none.
  if (!live || live.status === "incomplete") {
    const trial = sales.some((sale) => sale.plan === plan && sale.trialDays > 0);
    return tries && trial ? "try" : "buy";
  }
  if (live.priceLookupKey === lookupKey) return "current";
  if (live.nextPriceLookupKey === lookupKey) return "planned";
  return isGreater(live, { plan, interval }) ? "now" : "later";
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
    stripe.invoices.list(
      { customer, limit: invoicesMax, ...(cursor ? { starting_after: cursor } : {}) },
      patience,
    ),
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
