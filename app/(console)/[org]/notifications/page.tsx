import type { Metadata } from "next";
import { NotificationsPage } from "#app/(console)/[org]/notifications/notifications-page.tsx";
import {
  loadNotificationsSearch,
  notificationsInput,
} from "#app/(console)/[org]/notifications/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Notifications" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/notifications", search);
  const input = notificationsInput(loadNotificationsSearch(search));
  const until = Promise.all([
    queryClient.prefetchQuery(api.notifications.list.queryOptions(input)),
    queryClient.prefetchQuery(api.notifications.preferences.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <NotificationsPage />
    </Prefetched>
  );
}
