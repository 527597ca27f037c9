import type { Metadata } from "next";
import { UsagePage } from "#app/(console)/[org]/billing/usage/usage-page.tsx";
import {
  loadUsageSearch,
  monthInput,
  seriesInput,
} from "#app/(console)/[org]/billing/usage/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Usage" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const given = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/billing/usage", given);
  const search = loadUsageSearch(given);
  const read = async () => {
    const month = api.usage.month.queryOptions(monthInput(search));
    await queryClient.prefetchQuery(month);
    const found = queryClient.getQueryData(month.queryKey);
    // Without it the page says what was wrong.
    if (!found) return;
    await Promise.all(
      found.meters.map(({ meter }) =>
        queryClient.prefetchQuery(api.usage.series.queryOptions(seriesInput(found, search.day, meter))),
      ),
    );
  };
  return (
    <Prefetched queryClient={queryClient} until={read()}>
      <UsagePage />
    </Prefetched>
  );
}
