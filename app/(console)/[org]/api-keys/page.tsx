import type { Metadata } from "next";
import { ApiKeysPage } from "#app/(console)/[org]/api-keys/api-keys-page.tsx";
import { keysInput, loadKeysSearch } from "#app/(console)/[org]/api-keys/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "API keys" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/api-keys", search);
  const until = Promise.all([
    queryClient.prefetchQuery(api.apiKeys.list.queryOptions(keysInput(loadKeysSearch(search)))),
    queryClient.prefetchQuery(api.apiKeys.settings.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <ApiKeysPage />
    </Prefetched>
  );
}
