import type { Metadata } from "next";
import { OverviewPage } from "#app/(console)/[org]/billing/overview-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Billing" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/billing", await searchParams);
  const until = Promise.all([
    queryClient.prefetchQuery(api.billing.overview.queryOptions()),
    queryClient.prefetchQuery(api.billing.invoices.queryOptions({})),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <OverviewPage />
    </Prefetched>
  );
}
