import type { Stripe } from "stripe";

import { share } from "./calendar.ts";
import { metered } from "./meters.ts";
import { idOf, type World } from "./world.ts";

/** A line before it stands on an invoice. Amounts are in the currency's smallest unit. */
export type LineDraft = {
  item: string;
  /** The pending invoice item that it comes from. */
  invoiceItem: string | null;
  price: Stripe.Price;
  quantity: number | null;
  amount: number;
  description: string;
  period: { start: number; end: number };
  proration: boolean;
};

type Period = { start: number; end: number };

/** What a licensed item costs for a whole period. */
export function periodTotal(price: Stripe.Price, quantity: number): number {
  const total = BigInt(price.unit_amount ?? 0) * BigInt(quantity);
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error("An amount beyond what a number can hold");
  return Number(total);
}

/** What counted usage costs, tier by tier when the price has tiers. */
function usageTotal(price: Stripe.Price, quantity: number): number {
  if (!price.tiers) return periodTotal(price, quantity);
  let total = 0;
  let from = 0;
  for (const tier of price.tiers) {
    const upTo = tier.up_to ?? quantity;
    const inTier = Math.min(quantity, upTo) - from;
    if (inTier <= 0) break;
    total += (tier.unit_amount ?? 0) * inTier + (tier.flat_amount ?? 0);
    from = upTo;
  }
  return total;
}

/** The line of a whole period, paid in advance; none for metered items, which are paid afterwards. */
export function advanceLines(world: World, items: Stripe.SubscriptionItem[], period: Period): LineDraft[] {
  return items.filter(isLicensed).map((item) => {
    const quantity = item.quantity ?? 1;
    return {
      item: item.id,
      invoiceItem: null,
      price: item.price,
      quantity,
      amount: periodTotal(item.price, quantity),
      description: `${quantity} × ${nameOf(world, item.price)} (at ${rate(item.price)})`,
      period,
      proration: false,
    };
  });
}

/** The lines of a trial: they cost nothing. */
export function trialLines(world: World, items: Stripe.SubscriptionItem[], period: Period): LineDraft[] {
  return advanceLines(world, items, period).map((line) => ({
    ...line,
    amount: 0,
    description: `Trial period for ${nameOf(world, line.price)}`,
  }));
}

/** What metered items counted in a period that is over. */
export function usageLines(
  world: World,
  items: Stripe.SubscriptionItem[],
  customer: string,
  period: Period,
): LineDraft[] {
  return items
    .filter((item) => !isLicensed(item))
    .map((item) => {
      const meter = item.price.recurring?.meter ?? "";
      const quantity = metered(world, meter, customer, period.start, period.end);
      return {
        item: item.id,
        invoiceItem: null,
        price: item.price,
        quantity,
        amount: usageTotal(item.price, quantity),
        description: `${quantity} × ${nameOf(world, item.price)}`,
        period,
        proration: false,
      };
    });
}

/** The part of a period from `from` on, taken back (`sign` -1) or charged (1). */
export function prorationLine(
  world: World,
  item: Stripe.SubscriptionItem,
  from: number,
  sign: 1 | -1,
): LineDraft {
  const quantity = item.quantity ?? 1;
  const { current_period_start: start, current_period_end: end } = item;
  const amount = share(periodTotal(item.price, quantity), end - from, end - start);
  const many = quantity === 1 ? "" : `${quantity} × `;
  return {
    item: item.id,
    invoiceItem: null,
    price: item.price,
    quantity,
    amount: sign * amount,
    description: `${sign < 0 ? "Unused" : "Remaining"} time on ${many}${nameOf(world, item.price)} after ${shortDate(from)}`,
    period: { start: from, end },
    proration: true,
  };
}

/** Whether an item is paid in advance by its quantity. */
export function isLicensed(item: Stripe.SubscriptionItem): boolean {
  return item.price.recurring?.usage_type !== "metered";
}

/** As "$20.00", in the currency's own number of digits. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase() });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

/** As "$20.00 / month" or "$99.00 every 3 months". */
export function rate(price: Stripe.Price): string {
  const amount = price.tiers ? "tiered" : money(price.unit_amount ?? 0, price.currency);
  const count = price.recurring?.interval_count ?? 1;
  const interval = price.recurring?.interval ?? "";
  return count === 1 ? `${amount} / ${interval}` : `${amount} every ${count} ${interval}s`;
}

function nameOf(world: World, price: Stripe.Price): string {
  return world.get("product", idOf(price.product)).name;
}

/** As "21 Nov 2026". */
export function shortDate(moment: number): string {
  return new Date(moment * 1_000).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}
