import type { Stripe } from "stripe";

import { invalid, missing } from "./fault.ts";
import { page, whole } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { clockOf, liveCustomer } from "./customers.ts";
import { randomText, type World } from "./world.ts";

const PAST_MAX_S = 35 * 24 * 3_600;
const FUTURE_MAX_S = 5 * 60;

function create(world: World, params: Stripe.Billing.MeterCreateParams): Stripe.Billing.Meter {
  const taken = world
    .all("billing.meter")
    .some((meter) => meter.event_name === params.event_name && meter.status === "active");
  if (taken)
    throw invalid(`There is already an active meter with the event name ${params.event_name}.`, "event_name");
  return world.put("billing.meter", {
    id: world.id("billing.meter"),
    object: "billing.meter",
    created: world.now(),
    customer_mapping: params.customer_mapping ?? { event_payload_key: "stripe_customer_id", type: "by_id" },
    default_aggregation: { formula: params.default_aggregation.formula },
    display_name: params.display_name,
    event_name: params.event_name,
    event_time_window: null,
    livemode: false,
    status: "active",
    status_transitions: { deactivated_at: null },
    updated: world.now(),
    value_settings: params.value_settings ?? { event_payload_key: "value" },
  });
}

function record(world: World, params: Stripe.Billing.MeterEventCreateParams): Stripe.Billing.MeterEvent {
  const meter = world
    .all("billing.meter")
    .findLast((one) => one.event_name === params.event_name && one.status === "active");
  if (!meter) throw missing("billing.meter", params.event_name, "event_name");
  const customer = params.payload[meter.customer_mapping.event_payload_key];
  if (!customer)
    throw invalid(`Missing the payload key ${meter.customer_mapping.event_payload_key}.`, "payload");
  const clock = clockOf(liveCustomer(world, customer, "payload[stripe_customer_id]"));
  const value = params.payload[meter.value_settings.event_payload_key] ?? "";
  if (!/^\d+$/.test(value))
    throw invalid("The meter event's value must be a whole number.", "payload[value]");
  const timestamp = params.timestamp ?? world.now(clock);
  // What counts goes by this machine's time, whichever clock its customer was moved to.
  const near = [world.now(clock), world.real()].some(
    (now) => timestamp <= now + FUTURE_MAX_S && timestamp >= now - PAST_MAX_S,
  );
  if (!near)
    throw invalid(
      "The timestamp must be within the past 35 days or up to 5 minutes in the future.",
      "timestamp",
      "timestamp_too_far",
    );
  const identifier = params.identifier ?? randomText(32);
  if (identifier.length > 100) throw invalid("Identifiers have at most 100 characters.", "identifier");
  if (world.usage.has(identifier))
    throw invalid(
      `An event already exists with identifier ${identifier}.`,
      "identifier",
      "resource_already_exists",
    );
  world.usage.set(identifier, { meter: meter.id, customer, value: Number(value), timestamp });
  return {
    object: "billing.meter_event",
    created: world.now(clock),
    event_name: params.event_name,
    identifier,
    livemode: false,
    payload: params.payload,
    timestamp,
  };
}

/** What a meter counted for a customer from `start` until before `end`, in its own way of counting. */
export function metered(world: World, meterId: string, customer: string, start: number, end: number): number {
  const meter = world.get("billing.meter", meterId);
  const values = [...world.usage.values()]
    .filter((one) => one.meter === meterId && one.customer === customer)
    .filter(({ timestamp }) => timestamp >= start && timestamp < end)
    .map(({ value }) => value);
  if (meter.default_aggregation.formula === "count") return values.length;
  if (meter.default_aggregation.formula === "last") return values.at(-1) ?? 0;
  return values.reduce((sum, value) => sum + value, 0);
}

function summary(
  world: World,
  meter: string,
  params: Stripe.Billing.MeterListEventSummariesParams,
): Stripe.Billing.MeterEventSummary {
  return {
    id: `mtrusg_test_${randomText(24)}`,
    object: "billing.meter_event_summary",
    aggregated_value: metered(world, meter, params.customer, params.start_time, params.end_time),
    end_time: params.end_time,
    livemode: false,
    meter,
    start_time: params.start_time,
  };
}

export const meterRoutes: Route[] = [
  route<Stripe.Billing.MeterCreateParams>(
    "POST",
    "/v1/billing/meters",
    ["Billing/Meters", "Billing.MeterCreateParams"],
    [
      "display_name",
      "event_name",
      "default_aggregation[formula]",
      "customer_mapping[event_payload_key]",
      "customer_mapping[type]",
      "value_settings[event_payload_key]",
    ],
    ({ world, params }) => create(world, params),
  ),
  route("GET", "/v1/billing/meters/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("billing.meter", id),
  ),
  route<Stripe.Billing.MeterListParams>(
    "GET",
    "/v1/billing/meters",
    ["Billing/Meters", "Billing.MeterListParams"],
    ["status", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) =>
      page(
        world.all("billing.meter").filter(({ status }) => !params.status || status === params.status),
        params,
        url,
      ),
  ),
  route<Stripe.Billing.MeterUpdateParams>(
    "POST",
    "/v1/billing/meters/:id",
    ["Billing/Meters", "Billing.MeterUpdateParams"],
    ["display_name"],
    ({ world, params, ids: [id = ""] }) =>
      world.change("billing.meter", id, { ...params, updated: world.now() }, null),
  ),
  route("POST", "/v1/billing/meters/:id/deactivate", null, [], ({ world, ids: [id = ""] }) =>
    world.change(
      "billing.meter",
      id,
      { status: "inactive", status_transitions: { deactivated_at: world.now() }, updated: world.now() },
      null,
    ),
  ),
  route<Stripe.Billing.MeterEventCreateParams>(
    "POST",
    "/v1/billing/meter_events",
    ["Billing/MeterEvents", "Billing.MeterEventCreateParams"],
    ["event_name", "payload", "identifier", "timestamp"],
    ({ world, params }) => record(world, params),
  ),
  route<Stripe.Billing.MeterListEventSummariesParams>(
    "GET",
    "/v1/billing/meters/:id/event_summaries",
    ["Billing/Meters", "Billing.MeterListEventSummariesParams"],
    ["customer", "start_time", "end_time", "limit"],
    ({ world, params, ids: [id = ""], url }) => {
      world.get("billing.meter", id);
      return whole([summary(world, id, params)], url);
    },
  ),
];
