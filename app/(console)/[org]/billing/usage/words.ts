import type { Outputs } from "#app/_trpc/types.ts";
import type { StackedBar } from "#app/_ui/chart/stacked-bars.tsx";

const number = new Intl.NumberFormat("en");
// In UTC, as everything is counted: server and browser write the same.
const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const dayName = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const longDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  timeZone: "UTC",
});
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** A count with its thousands told apart. */
export function figure(value: number): string {
  return number.format(value);
}

/** "November 2026" */
export function monthInWords(month: string): string {
  return monthName.format(new Date(`${month}-01T00:00:00Z`));
}

/** "Friday 20 November" */
export function dayInWords(at: Date): string {
  return longDay.format(at);
}

/** Points of a series as bars, named by their day or by their hour. */
export function usageBars({ by, points }: Outputs["usage"]["series"]): StackedBar[] {
  return points.map(({ at, quantity }) => ({
    label: by === "day" ? dayName.format(at) : `${clock.format(at)} UTC`,
    longLabel: by === "day" ? longDay.format(at) : `${dayName.format(at)}, ${clock.format(at)} UTC`,
    values: [quantity],
  }));
}

/** How a figure stands to what is included, in words and by how pressing it is. */
export function standing(
  used: number,
  included: number | null,
): { words: string; state: "open" | "room" | "near" | "over" } {
  if (included === null) return { words: "As much as you want is included", state: "open" };
  const percent = included === 0 ? 100 : Math.floor((used / included) * 100);
  if (used > included) {
    return { words: `${figure(used - included)} more than is included; nothing is refused`, state: "over" };
  }
  if (percent >= 100)
    return { words: "All that is included is used; nothing is refused beyond it", state: "over" };
  const left = `${figure(included - used)} left`;
  return percent >= 80
    ? { words: `${percent}% used, ${left}`, state: "near" }
    : { words: used === 0 ? left : `${percent}% used, ${left}`, state: "room" };
}
