import type { Stripe } from "stripe";

import { periodEnd, type Interval } from "./calendar.ts";
import { invalid, unsupported } from "./fault.ts";
import { whole } from "./lists.ts";
import { idOf, randomText, type World } from "./world.ts";

/** An item as callers ask for it, whichever call they use. */
export type ItemAsked = {
  id?: string;
  price?: string;
  quantity?: number;
  deleted?: boolean;
  metadata?: Stripe.Emptyable<Stripe.MetadataParam>;
};

/** A recurring price that can still be sold. Throws what Stripe answers otherwise. */
export function sellablePrice(world: World, id: string | undefined, param: string): Stripe.Price {
  if (id === undefined) throw invalid("Items need a price.", param, "parameter_missing");
  const price = world.get("price", id, param);
  if (!price.active)
    throw invalid(`The price specified is inactive. This field only accepts active prices.`, param);
  if (!price.recurring)
    throw invalid(
      "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
      param,
    );
  return price;
}

/** The interval by which the items are billed. Throws when they differ, which Stripe could do and the stand-in cannot. */
export function intervalOf(items: readonly { price: Stripe.Price }[]): Interval {
  const [first, ...rest] = items.map(({ price }) => price.recurring);
  if (!first) throw invalid("A subscription needs at least one item.", "items");
  if (rest.some((one) => one?.interval !== first.interval || one.interval_count !== first.interval_count))
    throw unsupported("items with different intervals in one subscription");
  return { interval: first.interval, interval_count: first.interval_count };
}

/** An item of a subscription in the period that begins at `start`. */
export function itemObject(
  subscription: string,
  price: Stripe.Price,
  quantity: number | undefined,
  period: { start: number; end: number },
  old?: Stripe.SubscriptionItem,
): Stripe.SubscriptionItem {
  const metered = price.recurring?.usage_type === "metered";
  if (quantity !== undefined && (!Number.isInteger(quantity) || quantity < 0))
    throw invalid("Invalid non-negative integer", "quantity", "parameter_invalid_integer");
  if (metered && quantity !== undefined)
    throw invalid("You cannot set the quantity for metered plans.", "quantity");
  return {
    id: old?.id ?? `si_${randomText(14)}`,
    object: "subscription_item",
    billing_thresholds: null,
    created: old?.created ?? period.start,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: old?.metadata ?? {},
    plan: planOf(price),
    price,
    ...(metered ? {} : { quantity: quantity ?? old?.quantity ?? 1 }),
    subscription,
    tax_rates: [],
  };
}

/** The old form of a price, which Stripe still shows beside it. */
function planOf(price: Stripe.Price): Stripe.Plan {
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? "month",
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: price.recurring?.meter ?? null,
    nickname: price.nickname,
    product: idOf(price.product),
    tiers_mode: price.tiers_mode,
    transform_usage: null,
    trial_period_days: null,
    usage_type: price.recurring?.usage_type ?? "licensed",
  };
}

/** The list of items as it stands in a subscription. */
export function itemList(
  subscription: string,
  items: Stripe.SubscriptionItem[],
): Stripe.ApiList<Stripe.SubscriptionItem> {
  return whole(items, `/v1/subscription_items?subscription=${subscription}`);
}

/** The items moved into the period that begins at `start`. */
export function inPeriod(
  items: Stripe.SubscriptionItem[],
  anchor: number,
  start: number,
): Stripe.SubscriptionItem[] {
  const end = periodEnd(anchor, intervalOf(items), start);
  return items.map((item) => ({ ...item, current_period_start: start, current_period_end: end }));
}

/** The period that all items of a subscription share. */
export function periodOf(subscription: Stripe.Subscription): { start: number; end: number } {
  const [item] = subscription.items.data;
  if (!item) throw new Error("A subscription without items");
  return { start: item.current_period_start, end: item.current_period_end };
}

/** The test clock that a subscription lives by. */
export function clockOfSubscription(subscription: Stripe.Subscription): string | null {
  return subscription.test_clock ? idOf(subscription.test_clock) : null;
}

/** A subscription before anything was decided about it. */
export function subscriptionObject(
  id: string,
  customer: string,
  clock: string | null,
  now: number,
): Stripe.Subscription {
  return {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: now,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: "included" }, type: "flexible", updated_at: now },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: "charge_automatically",
    created: now,
    currency: "usd",
    customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    items: itemList(id, []),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: "off",
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: "incomplete",
    test_clock: clock,
    transfer_data: null,
    trial_end: null,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: "create_invoice" },
    },
    trial_start: null,
  };
}
