import { env } from "../platform/env.ts";

/** What the platform keeps of a payment: a part, and an amount for each payment. */
export type FeeRule = {
  /** Hundredths of a percent. */
  basisPoints: number;
  /** Hundredths of the currency's unit, whatever its smallest coin is. */
  fixedHundredths: number;
};

/** 0.5 % and 0.25 of the invoice's currency. */
export const standardFee: FeeRule = { basisPoints: 50, fixedHundredths: 25 };

/** The rule that this installation is run with; null where it keeps nothing. */
export function feeRule(): FeeRule | null {
  const { PLATFORM_FEE_PERCENT: basisPoints, PLATFORM_FEE_FIXED: fixedHundredths } = env();
  return basisPoints === 0 && fixedHundredths === 0 ? null : { basisPoints, fixedHundredths };
}

// Stripe counts amounts in these currencies in whole units, or in thousandths; in all others in hundredths.
const whole = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));
const thousandths = new Set("bhd jod kwd omr tnd".split(" "));

/**
 * The fee on a payment, both in the currency's smallest unit. Halves are rounded up, a payment of nothing costs nothing
 * and no fee is more than the payment. Throws an Error for an amount or a rule that is no whole number of zero or more.
 */
export function platformFee(amount: number, currency: string, rule: FeeRule): number {
  for (const number of [amount, rule.basisPoints, rule.fixedHundredths])
    if (!Number.isSafeInteger(number) || number < 0) throw new Error("A fee is made of whole numbers");
  if (amount === 0) return 0;
  const perUnit = BigInt(smallestUnits(currency.toLowerCase()));
  // Both parts over the same 10,000, so that what is rounded is their sum.
  const parts = BigInt(amount) * BigInt(rule.basisPoints) + BigInt(rule.fixedHundredths) * perUnit * 100n;
  const fee = Number((parts + 5_000n) / 10_000n);
  return Math.min(fee, amount);
}

/** How many of the smallest unit, as Stripe counts it, make one of a currency. Throws an Error for what is none. */
export function smallestUnits(currency: string): number {
  if (!/^[a-z]{3}$/.test(currency)) throw new Error(`No currency: ${currency}`);
  if (whole.has(currency)) return 1;
  return thousandths.has(currency) ? 1_000 : 100;
}
