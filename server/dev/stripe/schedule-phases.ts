// How the phases of a schedule follow each other.
import type { Stripe } from "stripe";

import { endSubscription, setStatus } from "./collection.ts";
import {
  clockOfSubscription,
  intervalOf,
  itemList,
  itemObject,
  periodOf,
  sellablePrice,
} from "./subscription-object.ts";
import { idOf, type World } from "./world.ts";

/** When the present phase of a subscription's schedule ends; null without a schedule. */
export function phaseEnd(world: World, subscription: Stripe.Subscription): number | null {
  if (!subscription.schedule) return null;
  const schedule = world.get("subscription_schedule", idOf(subscription.schedule));
  return schedule.status === "active" ? (schedule.current_phase?.end_date ?? null) : null;
}

/** Lets the next phase begin, or the schedule end. */
export function enterPhase(world: World, subscriptionId: string): void {
  const subscription = world.get("subscription", subscriptionId);
  const schedule = world.get("subscription_schedule", idOf(subscription.schedule ?? ""));
  const now = schedule.current_phase?.end_date ?? 0;
  const next = schedule.phases.find((phase) => phase.start_date === now);
  if (!next) return endSchedule(world, schedule, subscriptionId, now);
  world.change(
    "subscription_schedule",
    schedule.id,
    { current_phase: { start_date: next.start_date, end_date: next.end_date } },
    "subscription_schedule.updated",
  );
  setStatus(world, subscriptionId, phasePatch(world, subscription, next));
}

/** The subscription as the phase wants it. At a period's end the renewal that follows bills for it. */
export function phasePatch(
  world: World,
  subscription: Stripe.Subscription,
  phase: Stripe.SubscriptionSchedule.Phase,
): Partial<Stripe.Subscription> {
  const period = periodOf(subscription);
  const items = phase.items.map((item, place) => {
    const price = sellablePrice(world, idOf(item.price), `phases[items][${place}][price]`);
    const old =
      subscription.items.data.find((one) => one.price.id === price.id) ?? subscription.items.data[place];
    return itemObject(subscription.id, price, item.quantity, period, old);
  });
  const before = intervalOf(subscription.items.data);
  const next = intervalOf(items);
  const other = before.interval !== next.interval || before.interval_count !== next.interval_count;
  return {
    items: itemList(subscription.id, items),
    ...(other ? { billing_cycle_anchor: phase.start_date } : {}),
    ...(phase.metadata && Object.keys(phase.metadata).length > 0
      ? { metadata: { ...subscription.metadata, ...phase.metadata } }
      : {}),
  };
}

function endSchedule(
  world: World,
  schedule: Stripe.SubscriptionSchedule,
  subscription: string,
  now: number,
): void {
  if (schedule.end_behavior === "cancel") {
    world.change(
      "subscription_schedule",
      schedule.id,
      { status: "completed", completed_at: now, current_phase: null },
      "subscription_schedule.completed",
    );
    setStatus(world, subscription, { schedule: null });
    return endSubscription(world, subscription, null);
  }
  releaseSchedule(world, schedule.id);
}

/** Lets the subscription go on as it is, without the schedule. */
export function releaseSchedule(world: World, id: string): Stripe.SubscriptionSchedule {
  const schedule = world.get("subscription_schedule", id);
  const subscription = schedule.subscription ? idOf(schedule.subscription) : null;
  const clock = subscription ? clockOfSubscription(world.get("subscription", subscription)) : null;
  const released = world.change(
    "subscription_schedule",
    id,
    {
      status: "released",
      released_at: world.now(clock),
      released_subscription: subscription,
      subscription: null,
      current_phase: null,
    },
    "subscription_schedule.released",
  );
  if (subscription) setStatus(world, subscription, { schedule: null });
  return released;
}
