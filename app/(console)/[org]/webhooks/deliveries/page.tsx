import type { Metadata } from "next";
import { rangeStart } from "#app/(console)/[org]/audit-log/search-params.ts";
import { DeliveriesPage } from "#app/(console)/[org]/webhooks/deliveries/deliveries-page.tsx";
import {
  deliveriesInput,
  loadDeliveriesSearch,
} from "#app/(console)/[org]/webhooks/deliveries/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Deliveries" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const given = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/webhooks/deliveries", given);
  const search = loadDeliveriesSearch(given);
  const now = Date.now();
  const input = deliveriesInput(search, search.range ? rangeStart(search.range, now) : null);
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.webhooks.deliveries.queryOptions(input))}
    >
      <DeliveriesPage openedAt={now} />
    </Prefetched>
  );
}
