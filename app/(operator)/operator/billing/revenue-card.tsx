import { FiguresTable } from "#app/(operator)/operator/billing/figures-table.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import type { Outputs } from "#app/_trpc/types.ts";
import { Card, CardHeader } from "#app/_ui/card.tsx";

type Report = Outputs["operator"]["billing"]["report"];
type Sum = Report["total"]["live"];

const parts = ["live", "trial", "pastDue"] as const;
const heads = ["Plan", "Paid for", "On trial", "Payment missing"];

/** What a month brings by plan: what is paid for, what may be after its trial, and what should be. */
export function RevenueCard({ report }: { report: Report }) {
  const { plans, total, currency } = report;
  const row = (name: string, sums: Report["total"]) => ({
    key: name,
    name,
    cells: parts.map((part) => <Amount key={part} sum={sums[part]} currency={currency} />),
  });
  return (
    <Card aria-labelledby="revenue">
      <CardHeader
        id="revenue"
        title="Recurring revenue a month"
        description="Seats times the catalogue's price; a twelfth of what is paid by the year. Credits, prorations and usage are not in it."
      />
      <FiguresTable
        label="Recurring revenue a month by plan"
        heads={heads}
        rows={[...plans.map((plan) => row(plan.name, plan)), { ...row("All plans", total), sum: true }]}
      />
      <LeftOut report={report} />
    </Card>
  );
}

function Amount({ sum, currency }: { sum: Sum; currency: string }) {
  if (sum.subscriptions === 0) return <span className="text-ink-subtle">–</span>;
  return (
    <>
      {formatMoney(sum.monthly, currency)}
      <span className="block text-sm font-normal whitespace-nowrap text-ink-subtle">
        {sum.seats} {sum.seats === 1 ? "seat" : "seats"}
      </span>
    </>
  );
}

/** What is in no amount, said so that nobody misses it. */
function LeftOut({ report: { paused, unknown, unpriced } }: { report: Report }) {
  const notes = [
    paused > 0 && `${paused} paused at Stripe`,
    unpriced > 0 && `${unpriced} at a price that this version does not know`,
    unknown > 0 && `${unknown} in a state that this version does not know`,
  ].filter((note) => note !== false);
  if (notes.length === 0) return null;
  return (
    <p className="border-t border-line px-5 py-3 text-sm text-ink-subtle">
      Subscriptions in no amount: {notes.join(", ")}.
    </p>
  );
}
