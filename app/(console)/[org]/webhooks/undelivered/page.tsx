import type { Metadata } from "next";
import { UndeliveredPage } from "#app/(console)/[org]/webhooks/undelivered/undelivered-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Undelivered" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/webhooks/undelivered", await searchParams);
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.webhooks.undelivered.queryOptions())}
    >
      <UndeliveredPage />
    </Prefetched>
  );
}
