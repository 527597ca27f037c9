import type { Stripe } from "stripe";

import { DAY } from "./calendar.ts";
import { collect, setStatus } from "./collection.ts";
import { invalid } from "./fault.ts";
import { finalize, makeInvoice } from "./invoice-payment.ts";
import { mergedMetadata } from "./lists.ts";
import { advanceLines } from "./pricing.ts";
import {
  pendingLines,
  plannedChange,
  setAside,
  type Change,
  type ChangeAsked,
} from "./subscription-change.ts";
import { clockOfSubscription, inPeriod, itemList, periodOf, type ItemAsked } from "./subscription-object.ts";
import { endingPatch, ownMethod, refusedPayment } from "./subscriptions.ts";
import { declined } from "./payment-methods.ts";
import { idOf, type World } from "./world.ts";

const PENDING_LIFE_S = DAY - 3_600;

type Behavior = Stripe.SubscriptionUpdateParams.PaymentBehavior;

const WITH_PENDING = new Set([
  "items",
  "payment_behavior",
  "proration_behavior",
  "proration_date",
  "billing_cycle_anchor",
  "trial_end",
  "off_session",
  "expand",
]);

/** Changes a subscription as `subscriptions.update` does. */
export function updateSubscription(
  world: World,
  id: string,
  params: Stripe.SubscriptionUpdateParams,
): Stripe.Subscription {
  const before = liveSubscription(world, id);
  if (params.payment_behavior === "pending_if_incomplete") checkPendable(params);
  const plain = plainPatch(world, before, params);
  const costs =
    params.items !== undefined ||
    params.billing_cycle_anchor?.type === "now" ||
    params.trial_end !== undefined;
  if (!costs) return world.change("subscription", id, plain, "customer.subscription.updated");
  return changeSubscription(
    world,
    id,
    {
      items: itemsAsked(params.items ?? []),
      prorations: params.proration_behavior ?? "create_prorations",
      prorationDate: params.proration_date,
      anchorNow: params.billing_cycle_anchor?.type === "now",
      trialEnd: params.trial_end,
    },
    params.payment_behavior ?? "allow_incomplete",
    plain,
  );
}

/** The items of an update or a preview, without what Stripe's types allow and no parameter of ours says. */
export function itemsAsked(
  items: readonly (
    | Stripe.SubscriptionUpdateParams.Item
    | Stripe.InvoiceCreatePreviewParams.SubscriptionDetails.Item
  )[],
): ItemAsked[] {
  return items.map(({ id, price, quantity, deleted, metadata }) => ({
    ...(id === undefined ? {} : { id }),
    ...(price === undefined ? {} : { price }),
    ...(quantity === undefined ? {} : { quantity }),
    ...(deleted === undefined ? {} : { deleted }),
    ...(metadata === undefined ? {} : { metadata }),
  }));
}

/** A subscription that has not ended. Throws what Stripe answers to changes of one that has. */
export function liveSubscription(world: World, id: string): Stripe.Subscription {
  const found = world.get("subscription", id);
  if (found.status === "canceled" || found.status === "incomplete_expired")
    throw invalid("A canceled subscription can only update its cancellation_details and metadata.");
  return found;
}

function checkPendable(params: Stripe.SubscriptionUpdateParams): void {
  const other = Object.keys(params).find((key) => !WITH_PENDING.has(key));
  if (other)
    throw invalid(
      `\`${other}\` cannot be used when \`payment_behavior\` is set to \`pending_if_incomplete\`.`,
      other,
    );
}

function plainPatch(
  world: World,
  before: Stripe.Subscription,
  params: Stripe.SubscriptionUpdateParams,
): Partial<Stripe.Subscription> {
  const now = world.now(clockOfSubscription(before));
  const method = params.default_payment_method;
  const details = params.cancellation_details;
  return {
    metadata: mergedMetadata(before.metadata, params.metadata),
    ...(params.description === undefined ? {} : { description: params.description || null }),
    ...(method === undefined
      ? {}
      : { default_payment_method: method ? ownMethod(world, method, idOf(before.customer)) : null }),
    ...(params.cancel_at_period_end === undefined
      ? {}
      : endingPatch(world, before, params.cancel_at_period_end ? "period_end" : null, now)),
    ...(params.cancel_at === undefined
      ? {}
      : endingPatch(world, before, momentOf(before, params.cancel_at), now)),
    ...(details
      ? {
          cancellation_details: {
            comment: details.comment || null,
            feedback: details.feedback || null,
            feedback_option: null,
            reason: "cancellation_requested",
          },
        }
      : {}),
    ...(params.trial_settings
      ? {
          trial_settings: {
            end_behavior: {
              billing_cycle_anchor: null,
              missing_payment_method:
                params.trial_settings.end_behavior.missing_payment_method ?? "create_invoice",
            },
          },
        }
      : {}),
  };
}

function momentOf(
  subscription: Stripe.Subscription,
  at: NonNullable<Stripe.SubscriptionUpdateParams["cancel_at"]> | null,
): number | null {
  if (typeof at === "number") return at;
  return at === null || at === "" ? null : periodOf(subscription).end;
}

/** Makes a change that can cost money, and bills for it as asked. */
export function changeSubscription(
  world: World,
  id: string,
  asked: ChangeAsked,
  behavior: Behavior,
  plain: Partial<Stripe.Subscription> = {},
): Stripe.Subscription {
  const before = liveSubscription(world, id);
  const change = plannedChange(world, before, asked);
  if (!change.atOnce || change.lines.length === 0) {
    setStatus(world, id, { ...change.becomes, ...plain });
    setAside(world, world.get("subscription", id), change.lines);
    followSchedule(world, id);
    return world.get("subscription", id);
  }
  if (behavior === "pending_if_incomplete") return pendUpdate(world, before, change);
  setStatus(world, id, { ...change.becomes, ...plain });
  followSchedule(world, id);
  const invoice = billFor(world, world.get("subscription", id), change);
  world.put("subscription", { ...world.get("subscription", id), latest_invoice: invoice });
  if (behavior === "default_incomplete") finalize(world, invoice);
  else {
    const refusal = collect(world, invoice, {});
    if (refusal && behavior === "error_if_incomplete") throw declined(refusal);
  }
  return world.get("subscription", id);
}

function billFor(world: World, subscription: Stripe.Subscription, change: Change): string {
  const { start } = periodOf(subscription);
  const lines = [...pendingLines(world, subscription.id), ...change.lines];
  const now = world.now(clockOfSubscription(subscription));
  const draft = {
    customer: idOf(subscription.customer),
    subscription,
    lines,
    reason: "subscription_update",
    currency: subscription.currency,
    period: { start: Math.min(start, now), end: now },
    prorationDate: change.prorationDate,
  };
  return makeInvoice(world, draft, false).id;
}

/** Bills first and changes only when that was paid. */
function pendUpdate(world: World, before: Stripe.Subscription, change: Change): Stripe.Subscription {
  const { id } = before;
  const invoice = billFor(world, before, change);
  world.put("subscription", { ...before, latest_invoice: invoice });
  world.hide(id, { pending: { invoice, becomes: JSON.stringify(change.becomes) } });
  const refusal = collect(world, invoice, {});
  if (!refusal) {
    followSchedule(world, id);
    return world.get("subscription", id);
  }
  setStatus(world, id, {
    pending_update: {
      billing_cycle_anchor: change.becomes.billing_cycle_anchor,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: world.now(clockOfSubscription(before)) + PENDING_LIFE_S,
      metadata: null,
      subscription_items: change.becomes.items.data,
      trial_end: change.becomes.trial_end,
      trial_from_plan: null,
    },
  });
  return world.get("subscription", id);
}

/** A change made by hand changes the schedule's present phase with it. */
function followSchedule(world: World, id: string): void {
  const { schedule, items } = world.get("subscription", id);
  if (!schedule) return;
  const found = world.get("subscription_schedule", idOf(schedule));
  const phases = found.phases.map((phase) =>
    phase.start_date === found.current_phase?.start_date
      ? { ...phase, items: phaseItems(items.data) }
      : phase,
  );
  world.change("subscription_schedule", found.id, { phases }, "subscription_schedule.updated");
}

/** Items as the phases of a schedule name them. */
export function phaseItems(items: Stripe.SubscriptionItem[]): Stripe.SubscriptionSchedule.Phase.Item[] {
  return items.map(({ price, quantity }) => ({
    billing_thresholds: null,
    discounts: [],
    metadata: {},
    plan: price.id,
    price: price.id,
    ...(quantity === undefined ? {} : { quantity }),
    tax_rates: [],
  }));
}

/** Runs a paused subscription again, from now on. */
export function resumeSubscription(world: World, id: string): Stripe.Subscription {
  const before = world.get("subscription", id);
  if (before.status !== "paused")
    throw invalid(
      "Only subscriptions with status `paused` can be resumed.",
      undefined,
      "resource_invalid_state",
    );
  const now = world.now(clockOfSubscription(before));
  const items = inPeriod(before.items.data, now, now);
  world.put("subscription", { ...before, billing_cycle_anchor: now, items: itemList(id, items) });
  const [first] = items;
  const draft = {
    customer: idOf(before.customer),
    subscription: before,
    lines: advanceLines(world, items, { start: now, end: first?.current_period_end ?? now }),
    reason: "subscription_update",
    currency: before.currency,
    period: { start: now, end: now },
  };
  const invoice = makeInvoice(world, draft, false).id;
  world.put("subscription", { ...world.get("subscription", id), latest_invoice: invoice });
  world.hide(id, { resumption: invoice });
  const refusal = collect(world, invoice, {});
  if (refusal) throw refusedPayment(world, invoice, refusal);
  return world.get("subscription", id);
}
