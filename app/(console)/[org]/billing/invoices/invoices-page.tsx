"use client";

import { useQuery } from "@tanstack/react-query";
import { ReceiptText } from "lucide-react";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card } from "#app/_ui/card.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";

/** What was billed. */
export function InvoicesPage() {
  const invoices = useQuery(useApi().billing.invoices.queryOptions({}));
  if (invoices.data) {
    if (invoices.data.items.length === 0) {
      return (
        <Card>
          <FirstUse
            icon={<ReceiptText />}
            title="No invoices"
            text="Invoices appear here once something was bought."
          />
        </Card>
      );
    }
    return (
      <Card>
        <ul className="divide-y divide-line px-5">
          {invoices.data.items.map(({ id, number, total, currency, createdAt }) => (
            <li key={id} className="flex justify-between gap-4 py-3 text-base">
              <span>{number ?? "Draft"}</span>
              <CalendarDate date={createdAt} />
              <span className="tabular">{formatMoney(total, currency)}</span>
            </li>
          ))}
        </ul>
      </Card>
    );
  }
  if (invoices.isError) return <LoadProblem error={invoices.error} onRetry={invoices.refetch} />;
  return <Skeleton className="h-56" />;
}
