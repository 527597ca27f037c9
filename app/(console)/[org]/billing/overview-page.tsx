"use client";

import { PaymentNotices } from "#app/(console)/[org]/billing/payment-notices.tsx";
import { PlanCard } from "#app/(console)/[org]/billing/plan-card.tsx";
import { RecentInvoices } from "#app/(console)/[org]/billing/recent-invoices.tsx";
import { UsageBars } from "#app/(console)/[org]/_billing/usage-bars.tsx";
import { useOverview } from "#app/(console)/[org]/_billing/use-overview.ts";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** What the organization has bought, what comes next, and how much of it is used. */
export function OverviewPage() {
  const overview = useOverview();
  if (overview.data) {
    const { planName, usage } = overview.data;
    return (
      <div className="flex max-w-4xl flex-col gap-6">
        <PaymentNotices overview={overview.data} onRetry={overview.refetch} />
        <PlanCard overview={overview.data} />
        <Card aria-label="Limits">
          <CardHeader title="Limits" description={`What the ${planName} plan has room for.`} />
          <CardBody>
            <UsageBars usage={usage} />
          </CardBody>
        </Card>
        {overview.data.portal && <RecentInvoices />}
      </div>
    );
  }
  if (overview.isError) {
    return (
      <Card>
        <LoadProblem error={overview.error} onRetry={overview.refetch} />
      </Card>
    );
  }
  return (
    <div className="flex max-w-4xl flex-col gap-6">
      <LoadingNote>Loading billing</LoadingNote>
      <Skeleton className="h-56" />
      <Skeleton className="h-44" />
    </div>
  );
}
