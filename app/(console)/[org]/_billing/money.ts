// Where Stripe counts otherwise than the standard of currencies does: digits after the point.
const countedOtherwise = new Map([
  ["MGA", 0],
  ["ISK", 2],
  ["UGX", 2],
]);

type Money = { format: Intl.NumberFormat; perUnit: number };

const known = new Map<string, Money>();

function moneyOf(currency: string): Money {
  const code = currency.toUpperCase();
  const found = known.get(code);
  if (found) return found;
  const standard = new Intl.NumberFormat("en", { style: "currency", currency: code });
  const digits = countedOtherwise.get(code) ?? standard.resolvedOptions().maximumFractionDigits ?? 2;
  const made = { format: standard, perUnit: 10 ** digits };
  known.set(code, made);
  return made;
}

/** "$12.34" from an amount as Stripe counts it, in the currency's smallest unit: 1234. Yen have no smaller one. */
export function formatMoney(amount: number, currency: string): string {
  const { format, perUnit } = moneyOf(currency);
  return format.format(amount / perUnit);
}

/** As formatMoney, but "$15" for a round price. */
export function formatPrice(amount: number, currency: string): string {
  return formatMoney(amount, currency).replace(/\.0+$/, "");
}
