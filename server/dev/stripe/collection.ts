// What a payment, made or refused, means for the subscription.
import type { Stripe } from "stripe";

import { DAY } from "./calendar.ts";
import type { Decline } from "./cards.ts";
import { liveCustomer } from "./customers.ts";
import { subscriptionOf } from "./invoice-object.ts";
import { attempt, finalize, markPaid, voidInvoice, type Paying } from "./invoice-payment.ts";
import { clockOfSubscription } from "./subscription-object.ts";
import { idOf, type Retries, type World } from "./world.ts";

/** Tries to be paid for an invoice, and lets the subscription follow. Gives back why not. */
export function collect(world: World, id: string, paying: Paying): Decline | null {
  if (world.get("invoice", id).status === "draft") finalize(world, id);
  const refusal = attempt(world, id, paying);
  if (refusal) afterRefusal(world, id);
  else afterPayment(world, id);
  return refusal;
}

/** Paid by other means than Stripe's. */
export function settledElsewhere(world: World, id: string): void {
  const invoice = world.get("invoice", id);
  markPaid(world, invoice, invoice.amount_due);
  afterPayment(world, id);
}

function afterPayment(world: World, id: string): void {
  const invoice = world.get("invoice", id);
  const subscriptionId = subscriptionOf(invoice);
  setDelinquent(world, idOf(invoice.customer ?? ""), false);
  if (!subscriptionId) return;
  const subscription = world.get("subscription", subscriptionId);
  const { pending, resumption } = world.known(subscriptionId);
  if (pending?.invoice === id) return applyPending(world, subscriptionId, pending.becomes, id);
  if (resumption === id) return resumed(world, subscription);
  const latest = subscription.latest_invoice && idOf(subscription.latest_invoice) === id;
  if (latest && ["incomplete", "past_due", "unpaid", "paused"].includes(subscription.status))
    setStatus(world, subscriptionId, { status: "active" });
}

function applyPending(world: World, id: string, becomes: string, invoice: string): void {
  // The text is what pendUpdate made of a change.
  const patch = JSON.parse(becomes) as Partial<Stripe.Subscription>;
  world.hide(id, { pending: undefined });
  const applied = world.change(
    "subscription",
    id,
    { ...patch, pending_update: null, latest_invoice: invoice },
    "customer.subscription.updated",
  );
  world.emit("customer.subscription.pending_update_applied", applied);
}

function resumed(world: World, subscription: Stripe.Subscription): void {
  world.hide(subscription.id, { resumption: undefined });
  const active = world.change(
    "subscription",
    subscription.id,
    { status: "active", status_details: undefined },
    "customer.subscription.updated",
  );
  world.emit("customer.subscription.resumed", active);
}

function afterRefusal(world: World, id: string): void {
  const invoice = world.get("invoice", id);
  const subscriptionId = subscriptionOf(invoice);
  setDelinquent(world, idOf(invoice.customer ?? ""), true);
  if (!subscriptionId) return;
  const subscription = world.get("subscription", subscriptionId);
  const { pending, resumption } = world.known(subscriptionId);
  if (subscription.status === "incomplete" || pending?.invoice === id || resumption === id) return;
  if (!["active", "trialing", "past_due"].includes(subscription.status)) return;
  const { days: pauses } = retriesOf(world, subscription);
  const days = pauses[invoice.attempt_count - 1];
  if (days === undefined) return lastRefusal(world, subscription, id);
  const next = world.now(clockOfSubscription(subscription)) + days * DAY;
  // A try in between, made by hand, does not put the next one off.
  if (
    !invoice.next_payment_attempt ||
    invoice.next_payment_attempt <= world.now(clockOfSubscription(subscription))
  )
    world.change("invoice", id, { next_payment_attempt: next }, "invoice.updated");
  if (subscription.status !== "past_due") setStatus(world, subscriptionId, { status: "past_due" });
}

function lastRefusal(world: World, subscription: Stripe.Subscription, invoice: string): void {
  world.change("invoice", invoice, { next_payment_attempt: null, auto_advance: false }, "invoice.updated");
  const now = world.now(clockOfSubscription(subscription));
  const { afterwards } = retriesOf(world, subscription);
  if (afterwards === "cancel") return endSubscription(world, subscription.id, "payment_failed");
  if (afterwards === "pause")
    return setStatus(world, subscription.id, pausedSince(now, "final_payment_failure"));
  setStatus(world, subscription.id, { status: afterwards });
}

function retriesOf(world: World, { customer }: Stripe.Subscription): Retries {
  return world.known(idOf(customer)).retries ?? world.retries;
}

/** What a paused subscription says of itself. */
export function pausedSince(
  now: number,
  why: Stripe.Subscription.StatusDetails.Paused.Subscription.Type,
): Partial<Stripe.Subscription> {
  return {
    status: "paused",
    status_details: {
      paused: { subscription: { type: why }, transitioned_at: now, type: "subscription" },
    },
  };
}

/** A change of state that everybody hears of. */
export function setStatus(world: World, id: string, patch: Partial<Stripe.Subscription>): void {
  world.change("subscription", id, patch, "customer.subscription.updated");
}

/** Ends a subscription for good. Its open invoices stay open and are not tried again. */
export function endSubscription(
  world: World,
  id: string,
  reason: Stripe.Subscription.CancellationDetails.Reason | null,
  details: Partial<Stripe.Subscription.CancellationDetails> = {},
): void {
  const before = world.get("subscription", id);
  const now = world.now(clockOfSubscription(before));
  for (const invoice of world.all("invoice")) {
    if (subscriptionOf(invoice) === id && (invoice.status === "open" || invoice.status === "draft"))
      world.put("invoice", { ...invoice, auto_advance: false, next_payment_attempt: null });
  }
  const old = before.cancellation_details;
  const ended = world.change(
    "subscription",
    id,
    {
      status: before.status === "incomplete" ? "incomplete_expired" : "canceled",
      canceled_at: before.canceled_at ?? now,
      ended_at: now,
      pending_update: null,
      schedule: null,
      cancellation_details: {
        comment: old?.comment ?? null,
        feedback: old?.feedback ?? null,
        feedback_option: null,
        reason: reason ?? old?.reason ?? null,
        ...details,
      },
    },
    null,
  );
  if (ended.status === "incomplete_expired") {
    world.emit("customer.subscription.updated", ended, { status: "incomplete" });
    return;
  }
  if (before.schedule) cancelSchedule(world, idOf(before.schedule), now);
  world.emit("customer.subscription.deleted", ended);
}

function cancelSchedule(world: World, id: string, now: number): void {
  const patch = { status: "canceled", canceled_at: now, current_phase: null, subscription: null } as const;
  world.change("subscription_schedule", id, patch, "subscription_schedule.canceled");
}

/** The first payment did not come in time. */
export function expireIncomplete(world: World, id: string): void {
  const { latest_invoice: latest } = world.get("subscription", id);
  endSubscription(world, id, null);
  if (latest && world.get("invoice", idOf(latest)).status === "open") voidInvoice(world, idOf(latest));
}

/** The payment for a wanted change did not come in time: the old plan stays. */
export function expirePending(world: World, id: string): void {
  const { pending } = world.known(id);
  world.hide(id, { pending: undefined });
  if (pending && world.get("invoice", pending.invoice).status === "open") voidInvoice(world, pending.invoice);
  const kept = world.change("subscription", id, { pending_update: null }, "customer.subscription.updated");
  world.emit("customer.subscription.pending_update_expired", kept);
}

function setDelinquent(world: World, id: string, delinquent: boolean): void {
  if (liveCustomer(world, id).delinquent !== delinquent)
    world.change("customer", id, { delinquent }, "customer.updated");
}
