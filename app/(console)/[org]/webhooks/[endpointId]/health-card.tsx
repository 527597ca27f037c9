"use client";

import type { ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useQueryState } from "nuqs";
import { ToggleGroup } from "radix-ui";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import {
  healthBars,
  rangeWords,
  type HealthRange,
} from "#app/(console)/[org]/webhooks/[endpointId]/health-bars.ts";
import { healthSearch } from "#app/(console)/[org]/webhooks/search-params.ts";
import { manyInWords, milliseconds, shareInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { StackedBars } from "#app/_ui/chart/stacked-bars.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { healthRanges, type EndpointHealth } from "#server/webhooks/schema.ts";

const refreshMs = 10_000;
const busyMs = 2_000;
const parts = [
  { label: "Delivered", color: "bg-success" },
  { label: "Failed", color: "bg-danger" },
] as const;

/** How an endpoint has done, as it stands in the address for how long; asks again by itself. */
export function useHealth(id: string) {
  const api = useApi();
  const [range, setRange] = useQueryState("range", healthSearch.range);
  const health = useQuery({
    ...api.webhooks.health.queryOptions({ id, range }),
    placeholderData: (previous) => previous,
    refetchInterval: ({ state }) => (state.data && state.data.queue.pending > 0 ? busyMs : refreshMs),
  });
  return { health, range, setRange };
}

/** Success over time: a chart, and the figures that matter. */
export function HealthCard({ id }: { id: string }) {
  const { health, range, setRange } = useHealth(id);
  return (
    <Card aria-label="Health">
      <CardHeader
        title="Health"
        description={`Requests ${rangeWords[range].words}, each try counted.`}
        className="flex-wrap"
        actions={<RangeChoice range={range} onChange={(next) => void setRange(next)} />}
      />
      <CardBody>
        {health.data ? (
          <div className="flex flex-col gap-5">
            <Figures id={id} health={health.data} />
            <StackedBars
              label={`Requests ${rangeWords[range].words}`}
              unit={rangeWords[range].unit}
              parts={parts}
              bars={healthBars(health.data.hours)}
            />
          </div>
        ) : health.isError ? (
          <LoadProblem error={health.error} onRetry={health.refetch} />
        ) : (
          <>
            <LoadingNote>Loading the health</LoadingNote>
            <Skeleton className="h-56" />
          </>
        )}
      </CardBody>
    </Card>
  );
}

type RangeChoiceProps = { range: HealthRange; onChange: (range: HealthRange) => void };

function RangeChoice({ range, onChange }: RangeChoiceProps) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label="Time"
      value={range}
      onValueChange={(next) => {
        const known = healthRanges.find((one) => one === next);
        if (known) onChange(known);
      }}
      className="flex rounded-md border border-line-strong"
    >
      {healthRanges.map((one) => (
        <ToggleGroup.Item
          key={one}
          value={one}
          className="h-7 px-2.5 text-sm text-ink-muted first:rounded-l-md last:rounded-r-md hover:bg-hover data-[state=on]:bg-accent-soft data-[state=on]:font-medium data-[state=on]:text-accent-text pointer-coarse:h-10"
        >
          {rangeWords[one].tab}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

function Figures({ id, health }: { id: string; health: EndpointHealth }) {
  const { slug } = useOrganization();
  const { successRate, p95Ms, queue, oldestPendingAt, delivered, failed } = health;
  const list = (state: string) => `/${slug}/webhooks/deliveries?endpoint=${id}&state=${state}`;
  const tone = successRate === null ? "" : successRate >= 0.99 ? "text-success-text" : "text-danger-text";
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 lg:grid-cols-5">
      <Figure name="Success" note={`${delivered} of ${delivered + failed} requests`}>
        <span className={tone}>{successRate === null ? "–" : shareInWords(successRate)}</span>
      </Figure>
      <Figure name="95% within" note="to the end of the answer">
        {p95Ms === null ? "–" : milliseconds(p95Ms)}
      </Figure>
      <Figure
        name="Waiting"
        note={
          oldestPendingAt ? (
            <>
              the oldest happened <RelativeTime date={oldestPendingAt} />
            </>
          ) : (
            "nothing waits"
          )
        }
      >
        <Count many={queue.pending} what="waiting" href={list("pending")} />
      </Figure>
      <Figure name="Held" note="while it was stopped">
        <Count many={queue.held} what="held" href={list("held")} />
      </Figure>
      <Figure name="Dead letters" note="given up after all tries">
        <Count many={queue.dead} what="dead letters" href={list("dead")} alarming />
      </Figure>
    </dl>
  );
}

type FigureProps = { name: string; note: ReactNode; children: ReactNode };

function Figure({ name, note, children }: FigureProps) {
  return (
    <div>
      <dt className="text-sm text-ink-muted">{name}</dt>
      <dd>
        <span className="tabular block text-2xl font-semibold text-ink">{children}</span>
        <span className="block text-xs text-ink-subtle">{note}</span>
      </dd>
    </div>
  );
}

type CountProps = { many: number; what: string; href: string; alarming?: boolean };

function Count({ many, what, href, alarming = false }: CountProps) {
  if (many === 0) return "0";
  return (
    <Link
      prefetch={false}
      href={href}
      aria-label={`${manyInWords(many)} ${what}`}
      className={`inline-flex min-h-6 items-center underline-offset-4 hover:underline ${alarming ? "text-danger-text" : "text-accent-text"}`}
    >
      {manyInWords(many)}
    </Link>
  );
}
