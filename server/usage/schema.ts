import { z } from "zod";
import { hourMs } from "./periods.ts";

/** For how long hours are kept, so that a month can be held against the same one of two years before. */
export const keptMonths = 25;
/** The longest time that one question may ask about. */
const rangeDaysMax = { hour: 31, day: 400 } as const;

const dayMs = 24 * hourMs;

const MeterName = z.enum(["api_calls", "webhook_deliveries"]);

/** A calendar month in UTC: "2026-11". */
export const Month = z.string().regex(/^20[0-9]{2}-(0[1-9]|1[0-2])$/, "Name a month as in 2026-11.");

const moment = z.date().min(new Date("2020-01-01")).max(new Date("2100-01-01"));

export const UsageOf = z
  .strictObject({
    /** The present one unless another is named. */
    month: Month.optional(),
  })
  .prefault({});
export type UsageOf = z.infer<typeof UsageOf>;

export const UsageSeries = z
  .strictObject({
    meter: MeterName,
    /** Begins with the hour or day, in UTC, in which this moment is. */
    from: moment,
    /** Ends before this moment. */
    to: moment,
    by: z.enum(["hour", "day"]).default("day"),
  })
  .refine(({ from, to }) => to > from, { path: ["to"], error: "It ends before it begins." })
  .refine(({ from, to, by }) => to.getTime() - from.getTime() <= rangeDaysMax[by] * dayMs, {
    path: ["from"],
    error: `Ask for at most ${rangeDaysMax.hour} days by the hour, or ${rangeDaysMax.day} by the day.`,
  });
export type UsageSeries = z.infer<typeof UsageSeries>;
