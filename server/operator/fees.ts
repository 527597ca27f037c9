import { currency as ourCurrency } from "../billing/catalogue.ts";
import { feeRule, platformFee } from "../billing/fee.ts";
import { platformDb } from "../platform/database.ts";
import { planName } from "./billing-report.ts";
import type { PaidInMonth, PaidMonth, PaidReport } from "./schema.ts";

const monthsShown = 12;

type Row = { plan: string | null; currency: string; paid: bigint; count: number };

/**
 * The invoices that were paid in a month (of UTC), by plan and currency, with the platform's fee on each of them; and
 * what was paid in the 12 months up to it, in our own currency. The months that come are empty.
 */
export async function getPaidReport({ month }: PaidMonth, now = new Date()): Promise<PaidReport> {
  const chosen = month ?? now.toISOString().slice(0, 7);
  const [rows, months] = await Promise.all([paidRows(chosen), paidMonths(now)]);
  const rule = feeRule();
  const lines = new Map<string, PaidInMonth>();
  for (const row of rows) {
    const { plan, currency } = row;
    const key = `${plan} ${currency}`;
    const line = lines.get(key) ?? { plan, name: planName(plan), currency, invoices: 0, paid: 0, fee: 0 };
    const paid = Number(row.paid);
    line.invoices += row.count;
    line.paid += row.count * paid;
    // The fee is rounded on each invoice, and what is as large costs the same.
    if (rule) line.fee += row.count * platformFee(paid, currency, rule);
    lines.set(key, line);
  }
  const items = [...lines.values()].toSorted((a, b) => b.paid - a.paid || a.name.localeCompare(b.name));
  return { month: chosen, rule, currency: ourCurrency, months, items, totals: totalsOf(items) };
}

/** As many rows as there are different amounts, however many invoices there are. */
function paidRows(month: string): Promise<Row[]> {
  const from = new Date(`${month}-01T00:00:00Z`);
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1));
  return platformDb().$queryRaw<Row[]>`
    SELECT plan, currency, paid, count(*)::int AS count FROM billing_invoices
    WHERE paid_at >= ${from}::timestamptz AND paid_at < ${to}::timestamptz AND paid > 0
    GROUP BY plan, currency, paid`;
}

async function paidMonths(now: Date): Promise<PaidReport["months"]> {
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsShown + 1));
  const rows = await platformDb().$queryRaw<{ month: string; paid: number }[]>`
    SELECT to_char(paid_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, sum(paid)::float8 AS paid
    FROM billing_invoices WHERE paid_at >= ${from}::timestamptz AND currency = ${ourCurrency} GROUP BY 1`;
  const paid = new Map(rows.map((row) => [row.month, row.paid]));
  return Array.from({ length: monthsShown }, (_, index) => {
    const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + index))
      .toISOString()
      .slice(0, 7);
    return { month, paid: paid.get(month) ?? 0 };
  });
}

function totalsOf(items: readonly PaidInMonth[]): PaidReport["totals"] {
  return [...Map.groupBy(items, ({ currency }) => currency)].map(([currency, of]) => ({
    currency,
    invoices: of.reduce((sum, { invoices }) => sum + invoices, 0),
    paid: of.reduce((sum, { paid }) => sum + paid, 0),
    fee: of.reduce((sum, { fee }) => sum + fee, 0),
  }));
}
