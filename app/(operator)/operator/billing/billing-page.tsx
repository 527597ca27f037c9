"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import Link from "next/link";
import { BillingFrame } from "#app/(operator)/operator/billing/billing-frame.tsx";
import { OrganizationsCard } from "#app/(operator)/operator/billing/organizations-card.tsx";
import { PaidCard } from "#app/(operator)/operator/billing/paid-card.tsx";
import { revenueCsv, saveFile } from "#app/(operator)/operator/billing/revenue-csv.ts";
import { RevenueCard } from "#app/(operator)/operator/billing/revenue-card.tsx";
import { TrialsCard } from "#app/(operator)/operator/billing/trials-card.tsx";
import { Figure } from "#app/(operator)/operator/figure.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type Report = Outputs["operator"]["billing"]["report"];

const refreshMs = 30_000;

/** What the fleet earns, which payments fail, and which trials end; asks again by itself. */
export function BillingPage() {
  const api = useApi();
  const report = useQuery({ ...api.operator.billing.report.queryOptions(), refetchInterval: refreshMs });
  return (
    <BillingFrame actions={report.data && <DownloadButton report={report.data} />}>
      {report.data ? (
        <div className="flex flex-col gap-4">
          <Figures report={report.data} />
          <Reconciled found={report.data.reconciled} />
          <RevenueCard report={report.data} />
          <PaidCard />
          <TrialsCard />
          <OrganizationsCard organizations={report.data.organizations} />
        </div>
      ) : report.isError ? (
        <Card>
          <LoadProblem error={report.error} onRetry={report.refetch} />
        </Card>
      ) : (
        <>
          <LoadingNote>Loading what organizations pay</LoadingNote>
          <Skeleton className="h-64" />
        </>
      )}
    </BillingFrame>
  );
}

function DownloadButton({ report }: { report: Report }) {
  const name = `revenue-${report.at.toISOString().slice(0, 10)}.csv`;
  return (
    <Button onClick={() => saveFile(name, revenueCsv(report))}>
      <Download aria-hidden />
      Download CSV
    </Button>
  );
}

function Figures({ report }: { report: Report }) {
  const { total, currency, ending, failures, openEvents } = report;
  const { tried, failed, recovered, days } = failures;
  const waiting = openEvents.unresolved + openEvents.failed;
  const rate = tried === 0 ? "–" : `${((failed / tried) * 100).toFixed(1)}%`;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Figure
        label="Revenue a month"
        value={formatMoney(total.live.monthly, currency)}
        note={`${subscriptions(total.live.subscriptions)}${ending > 0 ? `, ${ending} to end` : ""}`}
      />
      <Figure
        label="Payment missing"
        value={formatMoney(total.pastDue.monthly, currency)}
        note={`${failures.missing} of ${subscriptions(failures.paying)} that should be paid`}
        alarming={failures.missing > 0}
      />
      <Figure
        label="Failed payments"
        value={rate}
        note={
          tried === 0
            ? `no invoice in ${days} days`
            : `${failed} of ${tried} ${tried === 1 ? "invoice" : "invoices"} in ${days} days refused at least once${failed > 0 ? `, ${recovered} paid since` : ""}`
        }
        alarming={failed > recovered}
      />
      <Figure
        label="Events that wait"
        value={waiting}
        note={
          <Link
            href="/operator/billing/events"
            className="inline-flex min-h-6 items-center text-accent-text underline-offset-4 hover:underline"
          >
            Look at them
          </Link>
        }
        alarming={waiting > 0}
      />
    </dl>
  );
}

/** What the nightly look at every customer found: anything but nothing means that events were lost. */
function Reconciled({ found }: { found: Report["reconciled"] }) {
  if (!found) return null;
  const { at, looked, repaired, seats, failed } = found;
  return (
    <p className="px-1 text-sm text-ink-subtle">
      Held against Stripe <RelativeTime date={at} />: {looked} looked at, {repaired} put right, {seats} with
      other seats, {failed} failed.
    </p>
  );
}

function subscriptions(count: number): string {
  return `${count} ${count === 1 ? "subscription" : "subscriptions"}`;
}
