import type { Meter } from "../plans/catalogue.ts";

type MeterInfo = {
  /** What people call it. */
  title: string;
  /** What one of it is, and many. */
  unit: { one: string; many: string };
  /** The name under which Stripe hears of it. */
  eventName: string;
};

/** Everything that is counted as it is used. Each has to be recorded somewhere; nothing stands here as a promise. */
export const meters: Record<Meter, MeterInfo> = {
  api_calls: {
    title: "API calls",
    unit: { one: "call", many: "calls" },
    eventName: "astra_api_calls",
  },
  webhook_deliveries: {
    title: "Webhook deliveries",
    unit: { one: "delivery", many: "deliveries" },
    eventName: "astra_webhook_deliveries",
  },
};

/** The names of all meters, in the order in which people see them. */
export const meterNames = ["api_calls", "webhook_deliveries"] as const satisfies readonly Meter[];

/** Whether this version knows a meter; rows may have been written by another one. */
export function isMeter(name: string): name is Meter {
  return Object.hasOwn(meters, name);
}
