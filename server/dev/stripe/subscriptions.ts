import type { Stripe } from "stripe";

import { after, DAY } from "./calendar.ts";
import type { Decline } from "./cards.ts";
import { collect, endSubscription, setStatus } from "./collection.ts";
import { clockOf, liveCustomer } from "./customers.ts";
import { Fault, invalid } from "./fault.ts";
import { finalize, intentOf, makeInvoice, openPayment, type Paying } from "./invoice-payment.ts";
import { mergedMetadata } from "./lists.ts";
import { declined, takeMethod } from "./payment-methods.ts";
import { advanceLines, periodTotal, trialLines } from "./pricing.ts";
import {
  intervalOf,
  itemList,
  itemObject,
  periodOf,
  sellablePrice,
  subscriptionObject,
  type ItemAsked,
} from "./subscription-object.ts";
import { idOf, type World } from "./world.ts";

const FOUR_YEARS_S = 5 * 365 * DAY;

/** The parameters of a new subscription, whether the API, checkout or a preview asks for it. */
export type NewSubscription = Pick<
  Stripe.SubscriptionCreateParams,
  | "cancel_at_period_end"
  | "default_payment_method"
  | "description"
  | "metadata"
  | "payment_behavior"
  | "payment_settings"
  | "trial_end"
  | "trial_period_days"
  | "trial_settings"
> & { customer: string; items: readonly ItemAsked[]; cancel_at?: number };

/** A subscription that is not kept yet, and what its first invoice says. */
export function plannedSubscription(world: World, asked: NewSubscription) {
  const customer = liveCustomer(world, asked.customer);
  const now = world.now(clockOf(customer));
  const id = world.id("subscription");
  const trialEnd = trialEndOf(asked, now);
  const blank = subscriptionObject(id, customer.id, clockOf(customer), now);
  const priced = asked.items.map((item, place) => ({
    price: sellablePrice(world, item.price, `items[${place}][price]`),
    item,
  }));
  const interval = intervalOf(priced);
  const [first] = priced;
  if (priced.some(({ price }) => price.currency !== first?.price.currency))
    throw invalid("All prices of a subscription must have the same currency.", "items");
  const period = { start: now, end: trialEnd ?? after(now, interval, 1) };
  const items = priced.map(({ price, item }) => ({
    ...itemObject(id, price, item.quantity, period),
    metadata: mergedMetadata({}, item.metadata),
  }));
  const subscription: Stripe.Subscription = {
    ...blank,
    billing_cycle_anchor: trialEnd ?? now,
    currency: first?.price.currency ?? "usd",
    description: asked.description ?? null,
    items: itemList(id, items),
    metadata: mergedMetadata({}, asked.metadata),
    status: trialEnd ? "trialing" : "incomplete",
    trial_start: trialEnd ? now : null,
    trial_end: trialEnd,
    ...(asked.cancel_at_period_end
      ? { cancel_at_period_end: true, cancel_at: period.end, canceled_at: now }
      : {}),
    ...(asked.cancel_at ? { cancel_at: asked.cancel_at, canceled_at: now } : {}),
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: null,
        missing_payment_method: asked.trial_settings?.end_behavior.missing_payment_method ?? "create_invoice",
      },
    },
  };
  const lines = trialEnd ? trialLines(world, items, period) : advanceLines(world, items, period);
  return { subscription, lines, period };
}

function trialEndOf(asked: NewSubscription, now: number): number | null {
  if (asked.trial_period_days !== undefined && asked.trial_end !== undefined)
    throw invalid("You cannot set both `trial_end` and `trial_period_days`.", "trial_end");
  if (asked.trial_period_days !== undefined) {
    if (asked.trial_period_days < 1)
      throw invalid("The minimum number of trial period days is 1.", "trial_period_days");
    return now + asked.trial_period_days * DAY;
  }
  if (asked.trial_end === undefined || asked.trial_end === "now") return null;
  if (asked.trial_end <= now)
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end");
  if (asked.trial_end > now + FOUR_YEARS_S)
    throw invalid("Invalid timestamp: can be no more than five years in the future.", "trial_end");
  return asked.trial_end;
}

/** Begins a subscription. Throws 402 with `error_if_incomplete`, else it may come out as incomplete. */
export function beginSubscription(world: World, asked: NewSubscription, paying: Paying): Stripe.Subscription {
  const { subscription, lines, period } = plannedSubscription(world, asked);
  const customer = liveCustomer(world, asked.customer);
  const method = asked.default_payment_method && ownMethod(world, asked.default_payment_method, customer.id);
  const behavior = asked.payment_behavior ?? "allow_incomplete";
  const costs = lines.reduce((sum, { amount }) => sum + amount, 0) + customer.balance > 0;
  const chargeable = method ?? customer.invoice_settings.default_payment_method;
  if (costs && !chargeable && behavior !== "default_incomplete")
    throw invalid(
      "This customer has no attached payment source or default payment method. Please consider adding a default payment method.",
      undefined,
      "resource_missing",
    );
  const { id } = subscription;
  world.put("subscription", { ...subscription, default_payment_method: method ?? null });
  const invoice = makeInvoice(
    world,
    {
      customer: customer.id,
      subscription,
      lines,
      reason: "subscription_create",
      currency: subscription.currency,
      period: { start: period.start, end: period.start },
    },
    false,
  );
  const begun = world.put("subscription", { ...world.get("subscription", id), latest_invoice: invoice.id });
  world.emit("customer.subscription.created", begun);
  if (behavior === "default_incomplete" && costs) {
    finalize(world, invoice.id);
    return world.get("subscription", id);
  }
  const refusal = collect(world, invoice.id, paying);
  if (refusal && behavior === "error_if_incomplete") throw declined(refusal);
  if (!refusal) saveMethod(world, id, asked, chargeable ? idOf(chargeable) : undefined);
  return world.get("subscription", id);
}

function saveMethod(world: World, id: string, asked: NewSubscription, method: string | undefined): void {
  const { default_payment_method: own } = world.get("subscription", id);
  if (asked.payment_settings?.save_default_payment_method === "on_subscription" && method && !own)
    setStatus(world, id, { default_payment_method: method });
}

/** The customer's method by its id. Throws `resource_missing`. */
export function ownMethod(world: World, id: string, customer: string): string {
  const method = takeMethod(world, id, customer);
  if (!method)
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      "default_payment_method",
      "resource_missing",
    );
  return method.id;
}

/** The 402 of a refused payment, with the invoice's payment intent. What was tried stays on record. */
export function refusedPayment(world: World, invoice: string, why: Decline): Fault {
  const payment = openPayment(world, invoice);
  const { status, envelope } = declined(why, undefined, payment && intentOf(world, payment));
  return new Fault(status, envelope, true);
}

/** Ends a subscription now. Throws when it has ended already. */
export function cancelNow(
  world: World,
  id: string,
  details: Stripe.SubscriptionCancelParams.CancellationDetails | undefined,
): Stripe.Subscription {
  const before = world.find("subscription", id);
  if (!before || before.status === "canceled" || before.status === "incomplete_expired")
    throw new Fault(404, {
      type: "invalid_request_error",
      code: "resource_missing",
      message: `No such subscription: '${id}'`,
      param: "id",
    });
  endSubscription(world, id, "cancellation_requested", {
    ...(details?.comment ? { comment: details.comment } : {}),
    ...(details?.feedback ? { feedback: details.feedback } : {}),
  });
  return world.get("subscription", id);
}

/** Decides when a subscription ends: at a moment, at its period's end, or not at all. */
export function endingPatch(
  world: World,
  subscription: Stripe.Subscription,
  at: "period_end" | number | null,
  now: number,
): Partial<Stripe.Subscription> {
  if (subscription.schedule)
    throw invalid(
      `The subscription is managed by the subscription schedule \`${idOf(subscription.schedule)}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
    );
  if (at === null) {
    return {
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    };
  }
  const end = at === "period_end" ? periodOf(subscription).end : at;
  if (end <= now) throw invalid("cancel_at must be in the future.", "cancel_at");
  const details = subscription.cancellation_details;
  return {
    cancel_at: end,
    cancel_at_period_end: at === "period_end",
    canceled_at: now,
    cancellation_details: {
      comment: details?.comment ?? null,
      feedback: details?.feedback ?? null,
      feedback_option: null,
      reason: "cancellation_requested",
    },
  };
}

/** What a subscription's items cost in a whole period. */
export function recurringTotal(subscription: Stripe.Subscription): number {
  return subscription.items.data.reduce(
    (sum, { price, quantity }) => sum + (quantity === undefined ? 0 : periodTotal(price, quantity)),
    0,
  );
}
