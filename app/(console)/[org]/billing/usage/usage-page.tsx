"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import { MeterCard } from "#app/(console)/[org]/billing/usage/meter-card.tsx";
import { monthInput, usageSearch } from "#app/(console)/[org]/billing/usage/search-params.ts";
import { UsageControls } from "#app/(console)/[org]/billing/usage/usage-controls.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

const refreshMs = 15_000;

/** What the organization has used in a month, beside what its plan includes; asks again by itself. */
export function UsagePage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(usageSearch, { history: "push" });
  const usage = useQuery({
    ...api.usage.month.queryOptions(monthInput(search)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  if (usage.data) {
    return (
      <>
        <UsageControls usage={usage.data} day={search.day} onChange={(next) => void setSearch(next)} />
        <div className="grid gap-5 xl:grid-cols-2">
          {usage.data.meters.map((meter) => (
            <MeterCard key={meter.meter} meter={meter} usage={usage.data} day={search.day} />
          ))}
        </div>
        <p className="mt-5 max-w-3xl text-sm text-ink-muted">
          Months, days and hours are those of UTC. Each hour is added up within ten minutes of its end; the
          figures here have the present hour already. Owners and others who look after billing are told at 80%
          and at 100% of what the plan includes. What is used beyond it is neither refused nor charged.
        </p>
      </>
    );
  }
  if (usage.isError) return <LoadProblem error={usage.error} onRetry={usage.refetch} />;
  return (
    <>
      <LoadingNote>Loading the usage</LoadingNote>
      <Skeleton className="h-72" />
    </>
  );
}
