"use client";

import { useQuery } from "@tanstack/react-query";
import { formatPrice } from "#app/(console)/[org]/_billing/money.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";

/** What can be bought. */
export function PlansPage() {
  const plans = useQuery(useApi().billing.plans.queryOptions());
  if (plans.data) {
    const { current, currency } = plans.data;
    return (
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {plans.data.plans.map(({ plan, name, description, prices }) => (
          <Card key={plan} className="pb-2">
            <CardHeader
              title={name}
              description={prices ? `${formatPrice(prices.month, currency)} per seat and month` : description}
              actions={plan === current && <Badge tone="accent">Current</Badge>}
            />
          </Card>
        ))}
      </div>
    );
  }
  if (plans.isError) return <LoadProblem error={plans.error} onRetry={plans.refetch} />;
  return <Skeleton className="h-56" />;
}
