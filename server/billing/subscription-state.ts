import type { Stripe } from "stripe";
import { keyOfPrice } from "./catalogue.ts";

/** What counts of a subscription of Stripe, in our words; times are Dates, absent ones null. */
export type Bought = {
  subscriptionId: string;
  itemId: string | null;
  status: string;
  priceLookupKey: string | null;
  quantity: number;
  periodStart: Date | null;
  periodEnd: Date | null;
  trialEnd: Date | null;
  cancelAt: Date | null;
  cancelAtPeriodEnd: boolean;
  unpaidSince: Date | null;
  endedAt: Date | null;
  collectionPaused: boolean;
  scheduleId: string | null;
  cardBrand: string | null;
  cardLast4: string | null;
};

/** What a look at Stripe asks to have in the place of ids. */
export const expandedSubscription = [
  "data.latest_invoice",
  "data.default_payment_method",
  "data.customer.invoice_settings.default_payment_method",
  "data.schedule",
];

const ended = new Set(["canceled", "incomplete_expired"]);
const granting = new Set(["trialing", "active", "past_due", "unpaid", "paused"]);

/** Whether a subscription of this status is over for good. */
export function isEnded(status: string): boolean {
  return ended.has(status);
}

/** Whether a subscription of this status has begun and is not over, paid or not. */
export function isGranting(status: string): boolean {
  return granting.has(status);
}

const ranks = ["active", "trialing", "past_due", "paused", "unpaid", "incomplete"];

/**
 * The one subscription that counts among all that a customer has or had: the liveliest, of those the youngest. An
 * unknown status comes before what is over.
 */
export function currentOf(all: readonly Stripe.Subscription[]): Stripe.Subscription | null {
  return all.toSorted((a, b) => rank(a) - rank(b) || b.created - a.created)[0] ?? null;
}

function rank({ status }: Stripe.Subscription): number {
  if (ended.has(status)) return ranks.length + 1;
  const known = ranks.indexOf(status);
  return known === -1 ? ranks.length : known;
}

/** Reads a subscription with `expandedSubscription` in it. */
export function stateOf(subscription: Stripe.Subscription): Bought {
  const item = subscription.items.data[0];
  const { cancel_at_period_end: atPeriodEnd, status } = subscription;
  const invoice = whole(subscription.latest_invoice);
  const card = cardOf(subscription);
  const missing = (status === "past_due" || status === "unpaid") && invoice !== null;
  return {
    subscriptionId: subscription.id,
    itemId: item?.id ?? null,
    status,
    priceLookupKey: item ? keyOfPrice(item.price) : null,
    quantity: item?.quantity ?? 0,
    periodStart: moment(item?.current_period_start),
    periodEnd: moment(item?.current_period_end),
    trialEnd: moment(subscription.trial_end),
    // Either may be set without the other.
    cancelAt: moment(subscription.cancel_at ?? (atPeriodEnd ? item?.current_period_end : null)),
    cancelAtPeriodEnd: atPeriodEnd,
    unpaidSince: missing ? moment(invoice.status_transitions.finalized_at ?? invoice.created) : null,
    endedAt: moment(subscription.ended_at),
    collectionPaused: subscription.pause_collection !== null,
    scheduleId: idOf(subscription.schedule),
    cardBrand: card?.brand ?? null,
    cardLast4: card?.last4 ?? null,
  };
}

/** The card that pays: the subscription's own, else the customer's, where the portal puts it. */
function cardOf(subscription: Stripe.Subscription): Stripe.PaymentMethod.Card | undefined {
  const own = whole(subscription.default_payment_method);
  if (own) return own.card;
  const customer = whole(subscription.customer);
  if (!customer || customer.deleted) return undefined;
  return whole(customer.invoice_settings.default_payment_method)?.card;
}

/** The price that a schedule will bring after its present phase, and when; null when nothing is planned. */
export function nextPriceOf(subscription: Stripe.Subscription): { priceId: string; at: Date } | null {
  const schedule = whole(subscription.schedule);
  const end = schedule?.current_phase?.end_date;
  const phase = schedule?.phases.find(({ start_date: start }) => start === end);
  const price = phase?.items[0]?.price;
  if (end === undefined || !price) return null;
  const priceId = typeof price === "string" ? price : price.id;
  return priceId === subscription.items.data[0]?.price.id ? null : { priceId, at: new Date(end * 1_000) };
}

/** Its id, whether it was expanded or not. */
function idOf(value: string | { id: string } | null): string | null {
  return typeof value === "string" ? value : (value?.id ?? null);
}

/** What was asked to be expanded; an id alone says nothing. */
function whole<Thing extends object>(value: string | Thing | null | undefined): Thing | null {
  return value && typeof value === "object" ? value : null;
}

function moment(seconds: number | null | undefined): Date | null {
  return seconds === null || seconds === undefined ? null : new Date(seconds * 1_000);
}
