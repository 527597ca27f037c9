import type { Metadata } from "next";
import { endpointsInput, loadEndpointsSearch } from "#app/(console)/[org]/webhooks/search-params.ts";
import { WebhooksPage } from "#app/(console)/[org]/webhooks/webhooks-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Webhooks" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/webhooks", search);
  const until = Promise.all([
    queryClient.prefetchQuery(api.webhooks.list.queryOptions(endpointsInput(loadEndpointsSearch(search)))),
    queryClient.prefetchQuery(api.organization.usage.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <WebhooksPage />
    </Prefetched>
  );
}
