import { createLoader, parseAsInteger, parseAsString, type inferParserType } from "nuqs/server";
import type { Inputs, Outputs } from "#app/_trpc/types.ts";
import { Month } from "#server/usage/schema.ts";

/** Which month is shown, and of which day of it the hours, as it stands in the address. */
export const usageSearch = { month: parseAsString, day: parseAsInteger };

export const loadUsageSearch = createLoader(usageSearch);

type Search = inferParserType<typeof usageSearch>;

/** The call behind the figures; server and browser must build the same one, or the prefetched page is not found. */
export function monthInput({ month }: Pick<Search, "month">): NonNullable<Inputs["usage"]["month"]> {
  return Month.safeParse(month).success && month !== null ? { month } : {};
}

type MonthUsage = Outputs["usage"]["month"];
type Meter = MonthUsage["meters"][number]["meter"];
const dayMs = 86_400_000;

/** The call behind a chart: the days of the month, or the hours of one of them. */
export function seriesInput(
  { from, to }: Pick<MonthUsage, "from" | "to">,
  day: number | null,
  meter: Meter,
): Inputs["usage"]["series"] {
  if (day === null || !isDayOf({ from, to }, day)) return { meter, from, to, by: "day" };
  const begin = new Date(from.getTime() + (day - 1) * dayMs);
  return { meter, from: begin, to: new Date(begin.getTime() + dayMs), by: "hour" };
}

/** How many days a month has. */
export function daysOf({ from, to }: Pick<MonthUsage, "from" | "to">): number {
  return Math.round((to.getTime() - from.getTime()) / dayMs);
}

/** Whether a month has a day of this number; addresses are written by people, too. */
export function isDayOf(month: Pick<MonthUsage, "from" | "to">, day: number): boolean {
  return day >= 1 && day <= daysOf(month);
}

/** The month that is so many after another one; both as they stand in the address. */
export function monthBeside(month: string, months: number): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 7);
}
