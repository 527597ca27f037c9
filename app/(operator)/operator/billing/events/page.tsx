import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { EventsPage } from "#app/(operator)/operator/billing/events/events-page.tsx";
import { eventsInput, loadEventsSearch } from "#app/(operator)/operator/billing/events/search-params.ts";
import { openAccount } from "#app/_trpc/open-account.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Stripe's events" };

export default async function Page({ searchParams }: Pick<PageInput<never>, "searchParams">) {
  const { api, queryClient, me } = await openAccount("/operator/billing/events");
  if (!me.operator) notFound();
  const input = eventsInput(loadEventsSearch(await searchParams));
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.operator.stripeEvents.open.queryOptions(input))}
    >
      <EventsPage />
    </Prefetched>
  );
}
