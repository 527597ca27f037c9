import type { Metadata } from "next";
import { UsagePage } from "#app/(console)/[org]/billing/usage/usage-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Usage" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/billing/usage", await searchParams);
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.billing.overview.queryOptions())}
    >
      <UsagePage />
    </Prefetched>
  );
}
