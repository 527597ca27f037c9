import type { StackedBar } from "#app/_ui/chart/stacked-bars.tsx";
import type { EndpointHealth } from "#server/webhooks/schema.ts";

export type HealthRange = "24h" | "7d" | "30d";

/** How many hours one bar holds: as many bars as one can tell apart. */
const hoursPerBar: Record<HealthRange, number> = { "24h": 1, "7d": 6, "30d": 24 };

export const rangeWords: Record<HealthRange, { tab: string; words: string; unit: string }> = {
  "24h": { tab: "24 hours", words: "in the last 24 hours", unit: "Hour" },
  "7d": { tab: "7 days", words: "in the last 7 days", unit: "Six hours" },
  "30d": { tab: "30 days", words: "in the last 30 days", unit: "Day" },
};

/** The hours of an endpoint's health as bars: what arrived, and above it what failed. */
export function healthBars(hours: EndpointHealth["hours"]): StackedBar[] {
  // By what came: another range may have been chosen while this one still stands there.
  const range = hours.length <= 24 ? "24h" : hours.length <= 168 ? "7d" : "30d";
  const size = hoursPerBar[range];
  const bars: StackedBar[] = [];
  for (let from = 0; from < hours.length; from += size) {
    const of = hours.slice(from, from + size);
    const [first] = of;
    if (!first) continue;
    const sum = (name: "delivered" | "failed") => of.reduce((all, hour) => all + hour[name], 0);
    bars.push({
      label: axis(first.at, range),
      longLabel: inFull(first.at, range),
      values: [sum("delivered"), sum("failed")],
    });
  }
  return bars;
}

// In UTC, as the hours are counted: server and browser write the same.
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

function axis(at: Date, range: HealthRange): string {
  return range === "24h" ? `${clock.format(at)} UTC` : date.format(at);
}

function inFull(at: Date, range: HealthRange): string {
  const day = date.format(at);
  return range === "30d" ? `${day}, from ${clock.format(at)} UTC` : `${day}, ${clock.format(at)} UTC`;
}
