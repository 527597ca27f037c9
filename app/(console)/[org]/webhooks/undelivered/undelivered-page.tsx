"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { GroupLine } from "#app/(console)/[org]/webhooks/undelivered/group-line.tsx";
import { RecoverGroupButton } from "#app/(console)/[org]/webhooks/undelivered/recover-group-button.tsx";
import { WebhooksFrame } from "#app/(console)/[org]/webhooks/webhooks-frame.tsx";
import { deliveriesInWords, shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card } from "#app/_ui/card.tsx";
import { AllCleared } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { UndeliveredGroup } from "#server/webhooks/schema.ts";

const refreshMs = 10_000;

/** What did not arrive, and why: by endpoint, with the way to send it again. */
export function UndeliveredPage() {
  return (
    <WebhooksFrame>
      <Undelivered />
    </WebhooksFrame>
  );
}

function Undelivered() {
  const api = useApi();
  const { data, error, refetch } = useQuery({
    ...api.webhooks.undelivered.queryOptions(),
    refetchInterval: refreshMs,
  });
  if (!data && error) {
    return (
      <Card>
        <LoadProblem error={error} onRetry={refetch} />
      </Card>
    );
  }
  if (!data) {
    return (
      <>
        <LoadingNote>Loading what is undelivered</LoadingNote>
        <Skeleton className="h-64" />
      </>
    );
  }
  if (data.items.length === 0) {
    return (
      <Card>
        <AllCleared
          title="Nothing is undelivered"
          text="Dead letters, and what is held for endpoints that are stopped, would stand here."
        />
      </Card>
    );
  }
  const byEndpoint = Map.groupBy(data.items, ({ endpoint }) => endpoint.id);
  return (
    <div className="flex flex-col gap-6">
      {[...byEndpoint].map(([id, groups]) => (
        <EndpointGroups key={id} id={id} groups={groups} />
      ))}
    </div>
  );
}

function EndpointGroups({ id, groups }: { id: string; groups: readonly UndeliveredGroup[] }) {
  const { slug } = useOrganization();
  const [first] = groups;
  if (!first) return null;
  const { url, description } = first.endpoint;
  const name = description || shortAddress(url);
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const oldest = groups.reduce((at, { oldestAt }) => (oldestAt < at ? oldestAt : at), first.oldestAt);
  return (
    <Card aria-label={name}>
      <div className="flex flex-wrap items-start justify-between gap-3 px-5 pt-4 pb-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="text-base font-semibold break-words text-ink">
            <Link
              href={`/${slug}/webhooks/${id}`}
              className="inline-flex min-h-6 items-center break-all underline-offset-4 hover:underline"
            >
              {name}
            </Link>
          </h2>
          <p className="text-sm text-ink-subtle">{deliveriesInWords(total)} did not arrive</p>
        </div>
        <RecoverGroupButton id={id} name={name} total={total} since={oldest} />
      </div>
      <ul className="divide-y divide-line border-t border-line">
        {groups.map((group) => (
          <GroupLine key={`${group.state} ${group.error} ${group.status}`} group={group} />
        ))}
      </ul>
    </Card>
  );
}
