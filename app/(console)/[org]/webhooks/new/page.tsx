import type { Metadata } from "next";
import { NewEndpointPage } from "#app/(console)/[org]/webhooks/new/new-endpoint-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "New endpoint" };

export default async function Page({ params }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/webhooks/new");
  return (
    <Prefetched queryClient={queryClient} until={queryClient.prefetchQuery(api.events.types.queryOptions())}>
      <NewEndpointPage />
    </Prefetched>
  );
}
