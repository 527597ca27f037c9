"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { seriesInput } from "#app/(console)/[org]/billing/usage/search-params.ts";
import { figure, monthInWords, standing, usageBars } from "#app/(console)/[org]/billing/usage/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { StackedBars } from "#app/_ui/chart/stacked-bars.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type MonthUsage = Outputs["usage"]["month"];
type MeterUsage = MonthUsage["meters"][number];

const about: Record<MeterUsage["meter"], string> = {
  api_calls: "Every call that was let through with an API key.",
  webhook_deliveries: "Every event that arrived at an endpoint.",
};

const refreshMs = 15_000;

type MeterCardProps = { meter: MeterUsage; usage: MonthUsage; day: number | null };

/** One meter: the month's figure beside what is included, and a chart of the days or hours. */
export function MeterCard({ meter, usage, day }: MeterCardProps) {
  const { title, unit, used, counting, included } = meter;
  const { words, state } = standing(used, included);
  const pressing = state === "near" || state === "over";
  return (
    <Card aria-label={title}>
      <CardHeader title={title} description={about[meter.meter]} />
      <CardBody>
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="tabular text-3xl font-semibold text-ink">{figure(used)}</span>
          <span className="text-base text-ink-muted">
            {included === null ? unit.many : `of ${figure(included)} ${unit.many} included`}
          </span>
        </p>
        <div
          aria-hidden
          className={cn("mt-2 h-1.5 overflow-hidden rounded-full", included !== null && "bg-pressed")}
        >
          {included !== null && used > 0 && (
            <div
              className={cn("h-full min-w-1.5 rounded-full", pressing ? "bg-warning" : "bg-accent")}
              style={{ width: `${Math.min(1, included === 0 ? 1 : used / included) * 100}%` }}
            />
          )}
        </div>
        <p className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-sm">
          <span className={pressing ? "text-warning-text" : "text-ink-subtle"}>{words}</span>
          {counting > 0 && (
            <span className="text-ink-subtle">{figure(counting)} of an hour that is not added up yet</span>
          )}
        </p>
        <div className="mt-5">
          <MeterChart meter={meter} usage={usage} day={day} />
        </div>
      </CardBody>
    </Card>
  );
}

function MeterChart({ meter: { meter, title, used }, usage, day }: MeterCardProps) {
  const series = useQuery({
    ...useApi().usage.series.queryOptions(seriesInput(usage, day, meter)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  if (used === 0) {
    return (
      <p className="rounded-lg bg-sunken px-4 py-10 text-center text-base text-ink-muted">
        {usage.firstMonth === null
          ? "Nothing was counted yet. The first ones show here within seconds."
          : `None in ${monthInWords(usage.month)}.`}
      </p>
    );
  }
  if (series.data) {
    const unit = series.data.by === "hour" ? "Hour" : "Day";
    return (
      <StackedBars
        label={`${title} by the ${unit.toLowerCase()}`}
        unit={unit}
        parts={[{ label: title, color: "bg-accent" }]}
        bars={usageBars(series.data)}
        format={figure}
      />
    );
  }
  if (series.isError) return <LoadProblem error={series.error} onRetry={series.refetch} />;
  return (
    <>
      <LoadingNote>Loading the chart</LoadingNote>
      <Skeleton className="h-48" />
    </>
  );
}
