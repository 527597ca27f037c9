import type { Stripe } from "stripe";
import { meterNames, meters } from "./meters.ts";

type Report = { made: string[]; changed: string[]; kept: number };

/**
 * Brings Stripe's meters to what ours are called; a second run does nothing. A meter cannot count in another way than it
 * was made to: one that does not add up gives its name to a new one. Throws what Stripe's client throws.
 */
export async function syncMeters(stripe: Stripe, report: Report): Promise<void> {
  const found: Stripe.Billing.Meter[] = await stripe.billing.meters
    .list({ status: "active", limit: 100 })
    .autoPagingToArray({ limit: 1_000 });
  for (const name of meterNames) {
    const { title, eventName } = meters[name];
    const meter = found.find((one) => one.event_name === eventName);
    if (meter && isAsWanted(meter)) {
      if (meter.display_name === title) report.kept += 1;
      else {
        await stripe.billing.meters.update(meter.id, { display_name: title });
        report.changed.push(eventName);
      }
      continue;
    }
    if (meter) await stripe.billing.meters.deactivate(meter.id);
    await stripe.billing.meters.create({
      display_name: title,
      event_name: eventName,
      default_aggregation: { formula: "sum" },
      customer_mapping: { type: "by_id", event_payload_key: "stripe_customer_id" },
      value_settings: { event_payload_key: "value" },
    });
    (meter ? report.changed : report.made).push(eventName);
  }
}

function isAsWanted({
  default_aggregation,
  customer_mapping,
  value_settings,
}: Stripe.Billing.Meter): boolean {
  return (
    default_aggregation.formula === "sum" &&
    customer_mapping.event_payload_key === "stripe_customer_id" &&
    value_settings.event_payload_key === "value"
  );
}
