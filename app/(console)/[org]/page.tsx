import type { Metadata } from "next";
import { OverviewPage } from "#app/(console)/[org]/overview-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Overview" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "", await searchParams);
  const until = queryClient.prefetchQuery(api.organization.overview.queryOptions());
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <OverviewPage />
    </Prefetched>
  );
}
