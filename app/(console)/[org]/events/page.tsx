import type { Metadata } from "next";
import { rangeStart } from "#app/(console)/[org]/audit-log/search-params.ts";
import { EventsPage } from "#app/(console)/[org]/events/events-page.tsx";
import { eventsInput, loadEventsSearch } from "#app/(console)/[org]/events/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Events" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const given = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/events", given);
  const search = loadEventsSearch(given);
  const now = Date.now();
  const input = eventsInput(search, search.range ? rangeStart(search.range, now) : null);
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.events.list.queryOptions(input))}
    >
      <EventsPage openedAt={now} />
    </Prefetched>
  );
}
