"use client";

import { useQuery } from "@tanstack/react-query";
import { UsageBars } from "#app/(console)/[org]/_billing/usage-bars.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";

/** What the organization uses of its plan. */
export function UsagePage() {
  const overview = useQuery(useApi().billing.overview.queryOptions());
  if (overview.data) {
    const { planName, usage } = overview.data;
    return (
      <Card>
        <CardHeader title="Usage" description={`What the ${planName} plan has room for.`} />
        <CardBody>
          <UsageBars usage={usage} />
        </CardBody>
      </Card>
    );
  }
  if (overview.isError) return <LoadProblem error={overview.error} onRetry={overview.refetch} />;
  return <Skeleton className="h-56" />;
}
