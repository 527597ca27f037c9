import { EndpointPage } from "#app/(console)/[org]/webhooks/[endpointId]/endpoint-page.tsx";
import { loadHealthSearch } from "#app/(console)/[org]/webhooks/search-params.ts";
import { shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched, orNotFound } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

type Params = { org: string; endpointId: string };

export async function generateMetadata({ params }: Pick<PageInput<Params>, "params">) {
  const { org, endpointId } = await params;
  const { api, queryClient } = await openOrganization(org, `/webhooks/${endpointId}`);
  const asked = queryClient.fetchQuery(api.webhooks.get.queryOptions({ id: endpointId }));
  const { url, description } = await orNotFound(asked);
  return { title: description || shortAddress(url) };
}

export default async function Page({ params, searchParams }: PageInput<Params>) {
  const { org, endpointId: id } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, `/webhooks/${id}`, search);
  await orNotFound(queryClient.fetchQuery(api.webhooks.get.queryOptions({ id })));
  const { range } = loadHealthSearch(search);
  const until = Promise.all([
    queryClient.prefetchQuery(api.webhooks.health.queryOptions({ id, range })),
    queryClient.prefetchQuery(api.webhooks.recoveries.queryOptions({ id })),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <EndpointPage id={id} />
    </Prefetched>
  );
}
