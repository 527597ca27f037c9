"use client";

import { useQuery } from "@tanstack/react-query";
import { CreditCard, TriangleAlert } from "lucide-react";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { CalendarDate, RelativeTime } from "#app/_ui/relative-time.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type Trial = Outputs["operator"]["billing"]["trials"]["items"][number];

/** Trials that end soon, and whether anything can be charged then. */
export function TrialsCard() {
  const api = useApi();
  const { data, error, refetch } = useQuery(api.operator.billing.trials.queryOptions());
  const more = data ? data.total - data.items.length : 0;
  return (
    <Card aria-labelledby="trials">
      <CardHeader
        id="trials"
        title="Trials that end"
        description={`In the next ${data?.days ?? 14} days, the soonest first.`}
      />
      {data === undefined ? (
        error ? (
          <LoadProblem error={error} onRetry={refetch} />
        ) : (
          <CardBody>
            <LoadingNote>Loading the trials</LoadingNote>
            <Skeleton className="h-12" />
          </CardBody>
        )
      ) : data.items.length === 0 ? (
        <CardBody className="text-base text-ink-subtle">No trial ends in the next {data.days} days.</CardBody>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {data.items.map((trial) => (
            <TrialLine key={trial.organization.id} trial={trial} />
          ))}
          {more > 0 && <li className="px-5 py-3 text-sm text-ink-subtle">and {more} more</li>}
        </ul>
      )}
    </Card>
  );
}

function TrialLine({ trial: { organization, plan, seats, trialEnd, card, leaving } }: { trial: Trial }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3">
      <span className="min-w-0 flex-1 basis-48">
        <span className="clip-line block font-medium text-ink">{organization.name}</span>
        <span className="clip-line block font-mono text-xs text-ink-subtle">/{organization.slug}</span>
      </span>
      <span className="flex flex-wrap items-center gap-2">
        <Badge className="capitalize">{plan}</Badge>
        <span className="text-sm text-ink-muted">
          {seats} {seats === 1 ? "seat" : "seats"}
        </span>
        {leaving && <Badge tone="warning">Canceled</Badge>}
        {card ? (
          <Badge tone="success" icon={<CreditCard aria-hidden />}>
            Card
          </Badge>
        ) : (
          <Badge tone="warning" icon={<TriangleAlert aria-hidden />}>
            No card
          </Badge>
        )}
      </span>
      <span className="text-sm text-ink-muted sm:w-44 sm:text-right">
        <CalendarDate date={trialEnd} />{" "}
        <span className="text-ink-subtle">
          · <RelativeTime date={trialEnd} />
        </span>
      </span>
    </li>
  );
}
