import { addDays, addMonths, endOfMonth, format, parseISO, startOfMonth, startOfWeek } from "date-fns";

/** A day of the calendar without time or zone: "2026-03-09". */
export type PlainDate = string;

/** The Date at local midnight, for date-fns. */
function toLocalDate(day: PlainDate): Date {
  return parseISO(day);
}

/** The calendar day that a local Date stands in. */
export function toPlainDate(date: Date): PlainDate {
  return format(date, "yyyy-MM-dd");
}

/** The day `days` later (or earlier, when negative). */
export function shiftDays(day: PlainDate, days: number): PlainDate {
  return toPlainDate(addDays(toLocalDate(day), days));
}

/** The same day of another month, or that month's last day where it is shorter. */
export function shiftMonths(day: PlainDate, months: number): PlainDate {
  return toPlainDate(addMonths(toLocalDate(day), months));
}

/** The Monday on or before the day. */
export function mondayOf(day: PlainDate): PlainDate {
  return toPlainDate(startOfWeek(toLocalDate(day), { weekStartsOn: 1 }));
}

/** The weeks (Monday to Sunday) that a month's page shows. */
export function weeksOf(day: PlainDate): PlainDate[][] {
  const first = mondayOf(toPlainDate(startOfMonth(toLocalDate(day))));
  const last = toPlainDate(endOfMonth(toLocalDate(day)));
  const weeks: PlainDate[][] = [];
  for (let monday = first; monday <= last; monday = shiftDays(monday, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => shiftDays(monday, index)));
  }
  return weeks;
}

/** "Mon 9 Mar", with the year when it is not this one. */
export function formatDay(day: PlainDate, today: PlainDate): string {
  const sameYear = day.slice(0, 4) === today.slice(0, 4);
  return format(toLocalDate(day), sameYear ? "EEE d MMM" : "d MMM yyyy");
}

/** "9 Mar": for axes. */
export function formatShortDay(day: PlainDate): string {
  return format(toLocalDate(day), "d MMM");
}

/** "Monday, 9 March 2026": for labels that are read aloud. */
export function formatLongDay(day: PlainDate): string {
  return format(toLocalDate(day), "EEEE, d MMMM yyyy");
}

/** "March 2026". */
export function formatMonth(day: PlainDate): string {
  return format(toLocalDate(day), "MMMM yyyy");
}
