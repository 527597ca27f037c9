import type { Stripe } from "stripe";

export type Interval = { interval: Stripe.Price.Recurring.Interval; interval_count: number };

export const HOUR = 3_600;
export const DAY = 24 * HOUR;

/** `count` intervals after a moment, in seconds. The 31st becomes the last day of a shorter month. */
export function after(start: number, { interval, interval_count }: Interval, count: number): number {
  const many = interval_count * count;
  if (interval === "day") return start + many * DAY;
  if (interval === "week") return start + many * 7 * DAY;
  const date = new Date(start * 1_000);
  const months = date.getUTCMonth() + (interval === "year" ? 12 * many : many);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), months + 1, 0)).getUTCDate();
  return (
    Date.UTC(
      date.getUTCFullYear(),
      months,
      Math.min(date.getUTCDate(), lastDay),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
    ) / 1_000
  );
}

/** The end of the period that begins at `start`, counted from the anchor, so that a short month leaves no trace. */
export function periodEnd(anchor: number, interval: Interval, start: number): number {
  for (let count = 1; ; count += 1) {
    const end = after(anchor, interval, count);
    if (end > start) return end;
  }
}

/** `amount × part ÷ whole` to the nearest unit, halves away from zero. Exact for every safe integer. */
export function share(amount: number, part: number, whole: number): number {
  const product = BigInt(amount) * BigInt(part);
  const divisor = BigInt(whole);
  const size = product < 0n ? -product : product;
  const rounded = (2n * size + divisor) / (2n * divisor);
  return Number(product < 0n ? -rounded : rounded);
}
