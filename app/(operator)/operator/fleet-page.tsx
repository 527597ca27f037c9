"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Figure } from "#app/(operator)/operator/figure.tsx";
import { WebhooksCard } from "#app/(operator)/operator/webhooks-card.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Badge, type BadgeTone } from "#app/_ui/badge.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type Fleet = Outputs["operator"]["overview"];

const refreshMs = 10_000;

/** How the fleet stands now; asks again by itself. */
export function FleetPage() {
  const api = useApi();
  const fleet = useQuery({ ...api.operator.overview.queryOptions(), refetchInterval: refreshMs });
  return (
    <>
      <PageHeader
        title="Fleet"
        description="Organizations, ready schemas and the outbox, as they stand now."
      />
      {fleet.data ? (
        <div className="flex flex-col gap-4">
          <Figures fleet={fleet.data} />
          <WebhooksCard />
          <RecentOrganizations organizations={fleet.data.recentOrganizations} />
        </div>
      ) : fleet.isError ? (
        <Card>
          <LoadProblem error={fleet.error} onRetry={fleet.refetch} />
        </Card>
      ) : (
        <>
          <LoadingNote>Loading the fleet</LoadingNote>
          <Skeleton className="h-64" />
        </>
      )}
    </>
  );
}

function Figures({ fleet }: { fleet: Fleet }) {
  const { organizations, readySchemas, outbox } = fleet;
  const states = organizations.byState.map(({ state, count }) => `${count} ${state}`).join(", ");
  const waiting = outbox.pending === 0 ? "nothing waits" : `the oldest waits ${outbox.oldestSeconds} s`;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Figure label="Organizations" value={organizations.total} note={states} />
      <Figure label="Ready schemas" value={readySchemas} note="for the next sign-ups" />
      <Figure label="Outbox" value={outbox.pending} note={waiting} />
      <Figure
        label="Dead letters"
        value={outbox.dead}
        note={
          <Link
            href="/operator/dead-letters"
            className="inline-flex min-h-6 items-center text-accent-text underline-offset-4 hover:underline"
          >
            Look at them
          </Link>
        }
        alarming={outbox.dead > 0}
      />
    </dl>
  );
}

const stateTones: Record<string, BadgeTone> = {
  active: "success",
  read_only: "warning",
  suspended: "danger",
};

function RecentOrganizations({ organizations }: { organizations: Fleet["recentOrganizations"] }) {
  return (
    <Card>
      <CardHeader title="Newest organizations" />
      {organizations.length === 0 ? (
        <CardBody className="text-base text-ink-subtle">There is no organization yet.</CardBody>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {organizations.map((organization) => (
            <li key={organization.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3">
              <span className="min-w-0 flex-1 basis-48">
                <span className="clip-line block font-medium text-ink">{organization.name}</span>
                <span className="clip-line block font-mono text-xs text-ink-subtle">
                  /{organization.slug}
                </span>
              </span>
              <Badge className="capitalize">{organization.plan}</Badge>
              <Badge tone={stateTones[organization.state] ?? "neutral"}>{organization.state}</Badge>
              <span className="text-sm text-ink-subtle sm:w-32 sm:text-right">
                <RelativeTime date={organization.createdAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
