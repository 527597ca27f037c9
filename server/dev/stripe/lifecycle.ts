// What happens by itself as time goes by.
import type { Stripe } from "stripe";

import { DAY, HOUR } from "./calendar.ts";
import {
  collect,
  endSubscription,
  expireIncomplete,
  expirePending,
  pausedSince,
  setStatus,
} from "./collection.ts";
import { subscriptionOf } from "./invoice-object.ts";
import { finalize, makeInvoice, methodFor } from "./invoice-payment.ts";
import { advanceLines, usageLines } from "./pricing.ts";
import { enterPhase, phaseEnd } from "./schedule-phases.ts";
import { pendingLines } from "./subscription-change.ts";
import { inPeriod, intervalOf, itemList, periodOf } from "./subscription-object.ts";
import { periodEnd } from "./calendar.ts";
import { idOf, type World } from "./world.ts";

const REMINDED_BEFORE_S = 3 * DAY;
const INCOMPLETE_LIFE_S = 23 * HOUR;
const STEPS_MAX = 100_000;

type Due = { at: number; run: () => void };

/** Does, one after another, all that falls due up to a moment. `clock` null is the common clock. */
export function catchUp(world: World, clock: string | null, until: number): void {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const next = nextDue(world, clock);
    if (!next || next.at > until) return;
    setNow(world, clock, next.at);
    next.run();
  }
  throw new Error("The clock was moved so far that too much would fall due");
}

function setNow(world: World, clock: string | null, moment: number): void {
  if (clock === null) world.catchingUp = moment;
  else {
    const found = world.get("test_helpers.test_clock", clock);
    world.put("test_helpers.test_clock", { ...found, frozen_time: Math.max(moment, found.frozen_time) });
  }
}

/** The earliest; of those at the same moment the first in the order below. */
function nextDue(world: World, clock: string | null): Due | undefined {
  let first: Due | undefined;
  for (const due of [...dueSubscriptions(world, clock), ...dueInvoices(world, clock)])
    if (!first || due.at < first.at) first = due;
  return first;
}

function* dueSubscriptions(world: World, clock: string | null): Generator<Due> {
  for (const subscription of world.tables.subscription.values()) {
    if ((subscription.test_clock ?? null) !== clock) continue;
    if (subscription.status === "canceled" || subscription.status === "incomplete_expired") continue;
    yield* dueOf(world, subscription);
  }
}

function* dueOf(world: World, subscription: Stripe.Subscription): Generator<Due> {
  const { id, status, trial_end: trialEnd } = subscription;
  if (status === "incomplete") {
    yield { at: subscription.created + INCOMPLETE_LIFE_S, run: () => expireIncomplete(world, id) };
    return;
  }
  if (subscription.cancel_at !== null)
    yield { at: subscription.cancel_at, run: () => endAsPlanned(world, id) };
  if (subscription.pending_update)
    yield { at: subscription.pending_update.expires_at, run: () => expirePending(world, id) };
  const phase = phaseEnd(world, subscription);
  if (phase !== null) yield { at: phase, run: () => enterPhase(world, id) };
  if (status === "trialing" && trialEnd !== null) {
    if (!world.known(id).reminded)
      yield {
        at: Math.max(subscription.created, trialEnd - REMINDED_BEFORE_S),
        run: () => remind(world, id),
      };
    yield { at: trialEnd, run: () => endTrial(world, id) };
  } else if (status !== "paused") {
    yield { at: periodOf(subscription).end, run: () => renew(world, id) };
  }
}

function remind(world: World, id: string): void {
  world.hide(id, { reminded: true });
  world.emit("customer.subscription.trial_will_end", world.get("subscription", id));
}

/** What was counted until the end is still billed. */
function endAsPlanned(world: World, id: string): void {
  const subscription = world.get("subscription", id);
  const { start } = periodOf(subscription);
  const end = subscription.cancel_at ?? start;
  const used = usageLines(world, subscription.items.data, idOf(subscription.customer), { start, end });
  const lines = [...pendingLines(world, id), ...used].filter(({ amount }) => amount !== 0);
  endSubscription(world, id, null);
  if (lines.length === 0 || subscription.status === "trialing") return;
  const draft = {
    customer: idOf(subscription.customer),
    subscription,
    lines,
    reason: "subscription_cycle",
    currency: subscription.currency,
    period: { start, end },
  };
  makeInvoice(world, draft, true);
}

function endTrial(world: World, id: string): void {
  const subscription = world.get("subscription", id);
  const end = subscription.trial_end ?? 0;
  const missing = subscription.trial_settings?.end_behavior.missing_payment_method;
  const customer = world.get("customer", idOf(subscription.customer));
  const standard = customer.deleted ? null : customer.invoice_settings.default_payment_method;
  if (!subscription.default_payment_method && !standard) {
    if (missing === "cancel") return endSubscription(world, id, null);
    if (missing === "pause") {
      setStatus(world, id, pausedSince(end, "trial_end_without_payment_method"));
      world.emit("customer.subscription.paused", world.get("subscription", id));
      return;
    }
  }
  nextPeriod(world, subscription, end, end, { status: "active" });
}

function renew(world: World, id: string): void {
  const subscription = world.get("subscription", id);
  nextPeriod(world, subscription, subscription.billing_cycle_anchor, periodOf(subscription).end, {});
}

/** Moves the items into the next period and makes the invoice for it, a draft for an hour. */
function nextPeriod(
  world: World,
  subscription: Stripe.Subscription,
  anchor: number,
  start: number,
  patch: Partial<Stripe.Subscription>,
): void {
  const { id } = subscription;
  const old = periodOf(subscription);
  const items = inPeriod(subscription.items.data, anchor, start);
  const end = periodEnd(anchor, intervalOf(items), start);
  const inTrial = subscription.status === "trialing";
  const draft = {
    customer: idOf(subscription.customer),
    subscription,
    lines: renewalLines(world, subscription, items, { start, end }),
    reason: "subscription_cycle",
    currency: subscription.currency,
    period: { start: inTrial ? (subscription.trial_start ?? old.start) : old.start, end: start },
  };
  world.put("subscription", { ...subscription, billing_cycle_anchor: anchor });
  const invoice = makeInvoice(world, draft, true);
  // Nobody is asked to pay more while they are asked for the last time.
  if (subscription.status === "unpaid")
    world.put("invoice", { ...invoice, auto_advance: false, automatically_finalizes_at: null });
  setStatus(world, id, { ...patch, items: itemList(id, items), latest_invoice: invoice.id });
}

/** What a renewal bills: what waited, the period to come, and what was used in the one that is over. */
export function renewalLines(
  world: World,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  period: { start: number; end: number },
) {
  const old = periodOf(subscription);
  const used =
    subscription.status === "trialing"
      ? []
      : usageLines(world, subscription.items.data, idOf(subscription.customer), {
          start: old.start,
          end: period.start,
        });
  return [...pendingLines(world, subscription.id), ...advanceLines(world, items, period), ...used];
}

function* dueInvoices(world: World, clock: string | null): Generator<Due> {
  for (const invoice of world.tables.invoice.values()) {
    if ((invoice.test_clock ?? null) !== clock || !invoice.auto_advance) continue;
    const { id } = invoice;
    if (invoice.status === "draft" && invoice.automatically_finalizes_at !== null)
      yield { at: invoice.automatically_finalizes_at, run: () => advanceInvoice(world, id) };
    if (invoice.status === "open" && invoice.next_payment_attempt)
      yield {
        at: invoice.next_payment_attempt,
        run: () => void collect(world, id, { automatic: true, method: methodFor(world, invoice) }),
      };
  }
}

function advanceInvoice(world: World, id: string): void {
  const subscription = subscriptionOf(world.get("invoice", id));
  finalize(world, id);
  const gone = subscription && world.get("subscription", subscription).status === "canceled";
  // A subscription that ended meanwhile still owes what was counted; it is asked for once.
  collect(world, id, { automatic: !gone });
}
