import { z } from "zod";
import { meters } from "../usage/meters.ts";

/** How much of what a plan includes in a month is used. */
export const UsageWarning = z.object({
  meter: z.enum(["api_calls", "webhook_deliveries"]),
  /** In percent. */
  share: z.int().min(1).max(100),
  month: z.iso.datetime(),
  used: z.number().min(0),
  included: z.number().min(0),
});

const figure = new Intl.NumberFormat("en-GB");
const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** Title and text of the warning. Nothing is refused beyond what is included, and that is said. */
export function sayUsage({ meter, share, month, used, included }: z.infer<typeof UsageWarning>) {
  const { title, unit } = meters[meter];
  const begin = share >= 100 ? "All" : `${share}%`;
  return {
    title: `${title}: ${begin} of what the plan includes is used`,
    text: `In ${monthName.format(new Date(month))} ${figure.format(used)} of ${figure.format(included)} ${unit.many} were used. Nothing is refused beyond that.`,
  };
}
