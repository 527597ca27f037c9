import { Stripe } from "stripe";

import { invalid } from "./fault.ts";
import { mergedMetadata } from "./lists.ts";
import {
  advanceLines,
  isLicensed,
  prorationLine,
  trialLines,
  usageLines,
  type LineDraft,
} from "./pricing.ts";
import {
  clockOfSubscription,
  inPeriod,
  intervalOf,
  itemList,
  itemObject,
  periodOf,
  sellablePrice,
  type ItemAsked,
} from "./subscription-object.ts";
import { idOf, type World } from "./world.ts";

/** What somebody wants to change that can cost money. */
export type ChangeAsked = {
  items: readonly ItemAsked[];
  prorations: Stripe.SubscriptionUpdateParams.ProrationBehavior;
  prorationDate?: number | undefined;
  anchorNow: boolean;
  trialEnd?: number | "now" | undefined;
};

/** What the subscription would become, and what would be billed for it. Nothing of it is written yet. */
export type Change = {
  becomes: Pick<Stripe.Subscription, "items" | "billing_cycle_anchor" | "trial_end" | "trial_start"> & {
    status?: Stripe.Subscription.Status;
    cancel_at?: number;
  };
  lines: LineDraft[];
  /** Whether these lines are billed at once, or wait for the next invoice. */
  atOnce: boolean;
  prorationDate: number | undefined;
};

/** Works out a change. The preview and the change itself both ask here, hence agree to the cent. */
export function plannedChange(world: World, subscription: Stripe.Subscription, asked: ChangeAsked): Change {
  const now = world.now(clockOfSubscription(subscription));
  const period = periodOf(subscription);
  const date = asked.prorationDate ?? now;
  if (date < period.start || date > period.end)
    throw invalid("Invalid proration date: it must be within the current billing period.", "proration_date");
  const items = changedItems(world, subscription, asked.items, period);
  const trial = trialOf(subscription, asked, now);
  const reset = resets(subscription, items, asked, trial);
  const becomes = trial.running
    ? inTrial(subscription, items, trial.end, now, asked.trialEnd !== undefined)
    : outOfTrial(subscription, items, reset, now);
  const lines = trial.running
    ? asked.trialEnd === undefined
      ? []
      : trialLines(world, becomes.items.data, { start: now, end: trial.end })
    : [
        ...prorations(world, subscription, items, asked, date, reset),
        ...(reset ? newPeriod(world, subscription, becomes.items.data, period.start, now) : []),
      ];
  // An end that was planned for the period's moves with the period.
  const [first] = becomes.items.data;
  const moved = subscription.cancel_at_period_end && first ? { cancel_at: first.current_period_end } : {};
  return {
    becomes: { ...becomes, ...moved },
    lines,
    atOnce: reset || asked.prorations === "always_invoice" || asked.trialEnd !== undefined,
    prorationDate: asked.prorationDate,
  };
}

type Trial = { running: boolean; ended: boolean; end: number };

function trialOf(subscription: Stripe.Subscription, asked: ChangeAsked, now: number): Trial {
  const inTrialNow = subscription.status === "trialing";
  if (typeof asked.trialEnd === "number") {
    if (asked.trialEnd <= now)
      throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end");
    return { running: true, ended: false, end: asked.trialEnd };
  }
  if (!inTrialNow) return { running: false, ended: false, end: 0 };
  if (asked.trialEnd === "now" || asked.anchorNow) return { running: false, ended: true, end: now };
  return { running: true, ended: false, end: subscription.trial_end ?? now };
}

function resets(
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  asked: ChangeAsked,
  trial: Trial,
): boolean {
  const before = intervalOf(subscription.items.data);
  const next = intervalOf(items);
  const other = before.interval !== next.interval || before.interval_count !== next.interval_count;
  return !trial.running && (trial.ended || asked.anchorNow || other);
}

function changedItems(
  world: World,
  subscription: Stripe.Subscription,
  asked: readonly ItemAsked[],
  period: { start: number; end: number },
): Stripe.SubscriptionItem[] {
  const items = new Map(subscription.items.data.map((item) => [item.id, item]));
  asked.forEach((one, place) => {
    const old = one.id === undefined ? undefined : items.get(one.id);
    if (one.id !== undefined && !old)
      throw invalid(`No such subscription item: '${one.id}'`, `items[${place}][id]`, "resource_missing");
    if (one.deleted) {
      items.delete(one.id ?? "");
      return;
    }
    const price =
      one.price === undefined && old ? old.price : sellablePrice(world, one.price, `items[${place}][price]`);
    if (price.currency !== subscription.currency)
      throw invalid("The price's currency differs from the subscription's.", `items[${place}][price]`);
    const item = itemObject(subscription.id, price, one.quantity, period, old);
    items.set(item.id, { ...item, metadata: mergedMetadata(item.metadata, one.metadata) });
  });
  if (items.size === 0) throw invalid("A subscription needs at least one item.", "items");
  const prices = [...items.values()].map(({ price }) => price.id);
  if (new Set(prices).size < prices.length)
    throw invalid("A subscription cannot have two items with the same price.", "items");
  return [...items.values()];
}

function prorations(
  world: World,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  asked: ChangeAsked,
  date: number,
  reset: boolean,
): LineDraft[] {
  if (asked.prorations === "none" || subscription.status === "trialing") return [];
  const old = subscription.items.data.filter(isLicensed);
  const same = (one: Stripe.SubscriptionItem) =>
    !reset &&
    items.some(
      (item) => item.id === one.id && item.price.id === one.price.id && item.quantity === one.quantity,
    );
  const credits = old.filter((item) => !same(item)).map((item) => prorationLine(world, item, date, -1));
  if (reset) return credits;
  const kept = new Set(old.filter(same).map(({ id }) => id));
  const debits = items
    .filter((item) => isLicensed(item) && !kept.has(item.id))
    .map((item) => prorationLine(world, item, date, 1));
  return [...credits, ...debits];
}

function newPeriod(
  world: World,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  began: number,
  now: number,
): LineDraft[] {
  const [first] = items;
  const period = { start: now, end: first?.current_period_end ?? now };
  const customer = idOf(subscription.customer);
  const used = usageLines(world, subscription.items.data, customer, { start: began, end: now });
  return [...advanceLines(world, items, period), ...used];
}

function outOfTrial(
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  reset: boolean,
  now: number,
): Change["becomes"] {
  const anchor = reset ? now : subscription.billing_cycle_anchor;
  const ended = subscription.status === "trialing";
  return {
    items: itemList(subscription.id, reset ? inPeriod(items, anchor, now) : items),
    billing_cycle_anchor: anchor,
    trial_end: ended ? now : subscription.trial_end,
    trial_start: subscription.trial_start,
    ...(ended ? { status: "active" } : {}),
  };
}

function inTrial(
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  end: number,
  now: number,
  moved: boolean,
): Change["becomes"] {
  const inside = moved
    ? items.map((item) => ({ ...item, current_period_start: now, current_period_end: end }))
    : items;
  return {
    items: itemList(subscription.id, inside),
    billing_cycle_anchor: end,
    trial_end: end,
    trial_start: subscription.trial_start ?? now,
    status: "trialing",
  };
}

/** What waits to be billed with a subscription's next invoice. */
export function pendingLines(world: World, subscription: string): LineDraft[] {
  return world
    .all("invoiceitem")
    .filter((one) => one.invoice === null && one.parent?.subscription_details?.subscription === subscription)
    .map((one) => ({
      item: one.parent?.subscription_details?.subscription_item ?? "",
      invoiceItem: one.id,
      price: world.get("price", idOf(one.pricing?.price_details?.price ?? "")),
      quantity: one.quantity,
      amount: one.amount,
      description: one.description ?? "",
      period: one.period,
      proration: one.proration,
    }));
}

/** Puts lines by for the next invoice. */
export function setAside(world: World, subscription: Stripe.Subscription, lines: LineDraft[]): void {
  for (const line of lines) {
    const item: Stripe.InvoiceItem = {
      id: world.id("invoiceitem"),
      object: "invoiceitem",
      amount: line.amount,
      currency: subscription.currency,
      customer: subscription.customer,
      customer_account: null,
      date: world.now(clockOfSubscription(subscription)),
      description: line.description,
      discountable: false,
      discounts: [],
      invoice: null,
      livemode: false,
      metadata: {},
      parent: {
        subscription_details: { subscription: subscription.id, subscription_item: line.item },
        type: "subscription_details",
      },
      period: line.period,
      pricing: {
        price_details: { price: line.price.id, product: idOf(line.price.product) },
        type: "price_details",
        unit_amount_decimal: line.price.unit_amount_decimal,
      },
      proration: line.proration,
      quantity: line.quantity ?? 0,
      quantity_decimal: Stripe.Decimal.from(line.quantity ?? 0),
      tax_rates: [],
      test_clock: subscription.test_clock,
    };
    world.put("invoiceitem", item);
    world.emit("invoiceitem.created", item);
  }
}
