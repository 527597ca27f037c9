"use client";

import { useQuery } from "@tanstack/react-query";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { EndpointActions } from "#app/(console)/[org]/webhooks/[endpointId]/endpoint-actions.tsx";
import { EndpointNotices } from "#app/(console)/[org]/webhooks/[endpointId]/endpoint-notices.tsx";
import { HealthCard } from "#app/(console)/[org]/webhooks/[endpointId]/health-card.tsx";
import { LastErrors } from "#app/(console)/[org]/webhooks/[endpointId]/last-errors.tsx";
import { RecoveriesCard } from "#app/(console)/[org]/webhooks/[endpointId]/recoveries-card.tsx";
import { SecretCard } from "#app/(console)/[org]/webhooks/[endpointId]/secret-card.tsx";
import { SettingsCard } from "#app/(console)/[org]/webhooks/[endpointId]/settings-card.tsx";
import { VerifyCard } from "#app/(console)/[org]/webhooks/[endpointId]/verify-card.tsx";
import { DeliverySheet } from "#app/(console)/[org]/webhooks/_deliveries/delivery-sheet.tsx";
import { EndpointStateBadge } from "#app/(console)/[org]/webhooks/endpoint-cells.tsx";
import { shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

const refreshMs = 10_000;

/** One endpoint: how it does, what it is told, and everything that can be done with it. */
export function EndpointPage({ id }: { id: string }) {
  const api = useApi();
  const { slug } = useOrganization();
  const { data, error, refetch } = useQuery({
    ...api.webhooks.get.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.status === "error" ? false : refreshMs),
  });
  if (!data && error) return <LoadProblem error={error} onRetry={refetch} />;
  if (!data) {
    return (
      <>
        <LoadingNote>Loading the endpoint</LoadingNote>
        <Skeleton className="h-96" />
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={data.description || shortAddress(data.url)}
        trail={[{ href: `/${slug}/webhooks`, label: "Webhooks" }]}
        aside={<EndpointStateBadge endpoint={data} />}
        description={<span className="font-mono text-sm break-all">{data.url}</span>}
      />
      <EndpointActions endpoint={data} />
      <EndpointNotices endpoint={data} />
      <div className="flex flex-col gap-6">
        <HealthCard id={id} />
        <RecoveriesCard id={id} />
        <LastErrors id={id} />
        <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
          <SettingsCard endpoint={data} />
          <div className="flex flex-col gap-6">
            <SecretCard endpoint={data} />
            <VerifyCard />
          </div>
        </div>
      </div>
      <DeliverySheet />
    </>
  );
}
