import type { Stripe } from "stripe";

import { after } from "./calendar.ts";
import { invalid, unsupported } from "./fault.ts";
import { setStatus } from "./collection.ts";
import { mergedMetadata, page } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { phasePatch, releaseSchedule } from "./schedule-phases.ts";
import { clockOfSubscription, periodOf, sellablePrice } from "./subscription-object.ts";
import { changeSubscription, liveSubscription, phaseItems } from "./subscription-update.ts";
import { cancelNow } from "./subscriptions.ts";
import { idOf, type World } from "./world.ts";

type PhaseAsked = Stripe.SubscriptionScheduleUpdateParams.Phase;

function fromSubscription(world: World, id: string | undefined): Stripe.SubscriptionSchedule {
  if (id === undefined) throw unsupported("a schedule that does not begin with from_subscription");
  const subscription = liveSubscription(world, id);
  if (subscription.schedule)
    throw invalid(
      `You cannot migrate a subscription that is already attached to a schedule: ${idOf(subscription.schedule)}.`,
      "from_subscription",
    );
  const now = world.now(clockOfSubscription(subscription));
  const { start, end } = periodOf(subscription);
  const scheduleId = world.id("subscription_schedule");
  const schedule: Stripe.SubscriptionSchedule = {
    id: scheduleId,
    object: "subscription_schedule",
    application: null,
    billing_mode: subscription.billing_mode,
    canceled_at: null,
    completed_at: null,
    created: now,
    current_phase: { start_date: start, end_date: end },
    customer: subscription.customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      billing_cycle_anchor: "automatic",
      billing_thresholds: null,
      collection_method: "charge_automatically",
      default_payment_method: subscription.default_payment_method,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: "self" },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: "release",
    livemode: false,
    metadata: {},
    pause_schedules: [],
    phases: [
      {
        ...phase(subscription.currency, phaseItems(subscription.items.data), start, end),
        trial_end: subscription.status === "trialing" ? subscription.trial_end : null,
      },
    ],
    released_at: null,
    released_subscription: null,
    status: "active",
    subscription: id,
    test_clock: subscription.test_clock,
  };
  world.put("subscription_schedule", schedule);
  world.emit("subscription_schedule.created", schedule);
  setStatus(world, id, { schedule: scheduleId });
  return schedule;
}

function phase(
  currency: string,
  items: Stripe.SubscriptionSchedule.Phase.Item[],
  start: number,
  end: number,
): Stripe.SubscriptionSchedule.Phase {
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    currency,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    end_date: end,
    invoice_settings: null,
    items,
    metadata: {},
    on_behalf_of: null,
    proration_behavior: "create_prorations",
    start_date: start,
    transfer_data: null,
    trial_end: null,
  };
}

function update(
  world: World,
  id: string,
  params: Stripe.SubscriptionScheduleUpdateParams,
): Stripe.SubscriptionSchedule {
  const before = activeSchedule(world, id);
  const asked = params.phases;
  const phases = asked ? phasesOf(world, before, asked) : before.phases;
  const subscription = idOf(before.subscription ?? "");
  const now = world.now(clockOfSubscription(world.get("subscription", subscription)));
  const current = phases.find((one) => one.start_date <= now && now < one.end_date);
  if (!current) throw invalid("The schedule's phases must include the present.", "phases");
  const next = world.change(
    "subscription_schedule",
    id,
    {
      phases,
      current_phase: { start_date: current.start_date, end_date: current.end_date },
      metadata: mergedMetadata(before.metadata ?? {}, params.metadata),
      ...(params.end_behavior ? { end_behavior: params.end_behavior } : {}),
    },
    "subscription_schedule.updated",
  );
  applyCurrent(world, subscription, current, params.proration_behavior);
  return next;
}

function shown(list: Stripe.SubscriptionItem[]): string {
  return JSON.stringify(list.map(({ price, quantity }) => [price.id, quantity ?? null]));
}

/** A present phase that says something else than the subscription has changes it at once. */
function applyCurrent(
  world: World,
  id: string,
  current: Stripe.SubscriptionSchedule.Phase,
  prorations: Stripe.SubscriptionScheduleUpdateParams["proration_behavior"],
): void {
  const subscription = world.get("subscription", id);
  const { items } = phasePatch(world, subscription, current);
  const wanted = items?.data ?? [];
  // A present phase that says nothing of a trial has none.
  const ends = subscription.status === "trialing" && current.trial_end === null;
  if (!ends && shown(wanted) === shown(subscription.items.data)) return;
  const kept = new Set(wanted.map((item) => item.id));
  changeSubscription(
    world,
    id,
    {
      items: [
        ...wanted.map((item) => ({
          ...(subscription.items.data.some((one) => one.id === item.id) ? { id: item.id } : {}),
          price: item.price.id,
          ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
        })),
        ...subscription.items.data
          .filter((item) => !kept.has(item.id))
          .map((item) => ({ id: item.id, deleted: true })),
      ],
      prorations: prorations ?? "create_prorations",
      anchorNow: false,
      ...(ends ? { trialEnd: "now" as const } : {}),
    },
    "allow_incomplete",
  );
}

function phasesOf(
  world: World,
  schedule: Stripe.SubscriptionSchedule,
  asked: readonly PhaseAsked[],
): Stripe.SubscriptionSchedule.Phase[] {
  const phases: Stripe.SubscriptionSchedule.Phase[] = [];
  const begun = schedule.phases[0]?.start_date ?? 0;
  const subscription = world.get("subscription", idOf(schedule.subscription ?? ""));
  const now = world.now(clockOfSubscription(subscription));
  asked.forEach((one, place) => {
    const path = `phases[${place}]`;
    const start = phases.at(-1)?.end_date ?? startOf(one, now, begun, `${path}[start_date]`);
    if (one.start_date !== undefined && place > 0 && startOf(one, now, begun, path) !== start)
      throw invalid("Each phase must begin where the one before ends.", `${path}[start_date]`);
    const items = one.items.map((item, at) => {
      const price = sellablePrice(world, item.price, `${path}[items][${at}][price]`);
      return { price, ...(item.quantity === undefined ? {} : { quantity: item.quantity }) };
    });
    const [first] = items;
    const end = endOf(one, start, now, first?.price, path, place === asked.length - 1);
    if (end <= start) throw invalid("A phase must end after it begins.", `${path}[end_date]`);
    const made = phase(
      first?.price.currency ?? subscription.currency,
      items.map(({ price, quantity }) => ({
        billing_thresholds: null,
        discounts: [],
        metadata: {},
        plan: price.id,
        price: price.id,
        ...(price.recurring?.usage_type === "metered" ? {} : { quantity: quantity ?? 1 }),
        tax_rates: [],
      })),
      start,
      end,
    );
    phases.push({
      ...made,
      metadata: mergedMetadata({}, one.metadata),
      proration_behavior: one.proration_behavior ?? "create_prorations",
      trial_end: trialEndOf(one, now, end, `${path}[trial_end]`),
    });
  });
  return phases;
}

function trialEndOf(one: PhaseAsked, now: number, end: number, path: string): number | null {
  if (one.trial_end === undefined) return null;
  const at = one.trial_end === "now" ? now : one.trial_end;
  if (at > end) throw invalid("A trial must end within its phase.", path);
  return at;
}

function startOf(one: PhaseAsked, now: number, begun: number, path: string): number {
  if (one.start_date === undefined)
    throw invalid("The first phase needs its start_date.", path, "parameter_missing");
  const start = one.start_date === "now" ? now : one.start_date;
  if (start < now && start !== begun)
    throw invalid("You can not modify the start date of a phase that has begun.", path);
  return start;
}

function endOf(
  one: PhaseAsked,
  start: number,
  now: number,
  price: Stripe.Price | undefined,
  path: string,
  last: boolean,
): number {
  if (one.end_date !== undefined) return one.end_date === "now" ? now : one.end_date;
  if (one.duration)
    return after(
      start,
      { interval: one.duration.interval, interval_count: one.duration.interval_count ?? 1 },
      1,
    );
  if (!last || !price?.recurring)
    throw invalid("Each phase but the last needs an end_date or a duration.", `${path}[end_date]`);
  return after(start, price.recurring, 1);
}

function activeSchedule(world: World, id: string): Stripe.SubscriptionSchedule {
  const schedule = world.get("subscription_schedule", id);
  if (schedule.status !== "active")
    throw invalid(
      `You cannot change a schedule that is currently in the \`${schedule.status}\` status.`,
      undefined,
      "resource_invalid_state",
    );
  return schedule;
}

const PHASE_TAKES = [
  "items[price]",
  "items[quantity]",
  "start_date",
  "end_date",
  "duration",
  "metadata",
  "proration_behavior",
  "trial_end",
];

export const scheduleRoutes: Route[] = [
  route<Stripe.SubscriptionScheduleCreateParams>(
    "POST",
    "/v1/subscription_schedules",
    ["SubscriptionSchedules", "SubscriptionScheduleCreateParams"],
    ["from_subscription"],
    ({ world, params }) => fromSubscription(world, params.from_subscription),
  ),
  route<Stripe.SubscriptionScheduleUpdateParams>(
    "POST",
    "/v1/subscription_schedules/:id",
    ["SubscriptionSchedules", "SubscriptionScheduleUpdateParams"],
    [
      "end_behavior",
      "metadata",
      "proration_behavior",
      ...PHASE_TAKES.map((name) => `phases[${name.replace("[", "][")}${name.includes("[") ? "" : "]"}`),
    ],
    ({ world, params, ids: [id = ""] }) => update(world, id, params),
  ),
  route("GET", "/v1/subscription_schedules/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("subscription_schedule", id),
  ),
  route<Stripe.SubscriptionScheduleListParams>(
    "GET",
    "/v1/subscription_schedules",
    ["SubscriptionSchedules", "SubscriptionScheduleListParams"],
    ["customer", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) =>
      page(
        world
          .all("subscription_schedule")
          .filter(({ customer }) => !params.customer || customer === params.customer),
        params,
        url,
      ),
  ),
  route("POST", "/v1/subscription_schedules/:id/release", null, [], ({ world, ids: [id = ""] }) => {
    activeSchedule(world, id);
    return releaseSchedule(world, id);
  }),
  route("POST", "/v1/subscription_schedules/:id/cancel", null, [], ({ world, ids: [id = ""] }) => {
    cancelNow(world, idOf(activeSchedule(world, id).subscription ?? ""), undefined);
    return world.get("subscription_schedule", id);
  }),
];
