"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import { FiguresTable, type FiguresRow } from "#app/(operator)/operator/billing/figures-table.tsx";
import { billingSearch, paidInput } from "#app/(operator)/operator/billing/search-params.ts";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { StackedBars } from "#app/_ui/chart/stacked-bars.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Select } from "#app/_ui/select.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type Paid = Outputs["operator"]["billing"]["paid"];
type Line = Paid["totals"][number];

/** What was paid month by month, and of one month by plan, with the platform's fee. */
export function PaidCard() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(billingSearch);
  const { data, error, refetch } = useQuery({
    ...api.operator.billing.paid.queryOptions(paidInput(search)),
    placeholderData: keepPreviousData,
  });
  const months = data?.months
    .map(({ month }) => ({ value: month, label: monthName(month, "short") }))
    .toReversed();
  return (
    <Card aria-labelledby="paid">
      <CardHeader
        id="paid"
        title="Paid invoices"
        description={`By the moment of the payment, in UTC: ${data?.months.length ?? 12} months, and one of them by plan.`}
        actions={
          months && (
            <Select
              aria-label="Month"
              value={data?.month}
              options={months}
              onValueChange={(month) => void setSearch({ month: month === months[0]?.value ? null : month })}
              className="w-32"
            />
          )
        }
      />
      {data ? (
        <>
          <CardBody>
            <Chart paid={data} />
          </CardBody>
          <Month paid={data} />
        </>
      ) : error ? (
        <LoadProblem error={error} onRetry={refetch} />
      ) : (
        <CardBody>
          <LoadingNote>Loading what was paid</LoadingNote>
          <Skeleton className="h-48" />
        </CardBody>
      )}
    </Card>
  );
}

function Chart({ paid: { months, currency } }: { paid: Paid }) {
  return (
    <StackedBars
      label={`Paid by the month, in ${currency.toUpperCase()}`}
      unit="Month"
      parts={[{ label: "Paid", color: "bg-accent" }]}
      bars={months.map(({ month, paid }) => ({
        label: monthName(month, "short"),
        longLabel: monthName(month, "long"),
        values: [paid],
      }))}
      format={(amount) => formatMoney(amount, currency)}
    />
  );
}

function Month({ paid: { month, rule, items, totals } }: { paid: Paid }) {
  const name = monthName(month, "long");
  if (items.length === 0) {
    return (
      <p className="border-t border-line px-5 py-4 text-base text-ink-subtle">
        No invoice was paid in {name}.
      </p>
    );
  }
  const row = (key: string, title: string, line: Line): FiguresRow => ({
    key,
    name: title,
    cells: [
      line.invoices,
      formatMoney(line.paid, line.currency),
      ...(rule ? [formatMoney(line.fee, line.currency)] : []),
    ],
  });
  return (
    <>
      <FiguresTable
        label={`Paid in ${name}, by plan`}
        heads={["Plan", "Invoices", "Paid", ...(rule ? ["Platform fee"] : [])]}
        rows={[
          ...items.map((item) => row(`${item.plan} ${item.currency}`, item.name, item)),
          ...totals.map((total) => ({
            ...row(
              `all ${total.currency}`,
              totals.length > 1 ? `All in ${total.currency.toUpperCase()}` : "All plans",
              total,
            ),
            sum: true,
          })),
        ]}
      />
      <p className="border-t border-line px-5 py-3 text-sm text-ink-subtle">{feeNote(rule)}</p>
    </>
  );
}

/** "0.5" from 50, "3" from 300. */
function inHundredths(value: number): string {
  return (value / 100).toFixed(2).replace(/\.?0+$/, "");
}

function feeNote(rule: Paid["rule"]): string {
  if (!rule) return "This installation is set to no platform fee.";
  return (
    `The platform fee is ${inHundredths(rule.basisPoints)}% of each paid invoice and ` +
    `${(rule.fixedHundredths / 100).toFixed(2)} of its currency, rounded half up to the currency's smallest unit.`
  );
}

/** "Nov 2026" or "November 2026". */
function monthName(month: string, style: "short" | "long"): string {
  const format = new Intl.DateTimeFormat("en-GB", { month: style, year: "numeric", timeZone: "UTC" });
  return format.format(new Date(`${month}-01T00:00:00Z`));
}
