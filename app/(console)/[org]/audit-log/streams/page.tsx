import type { Metadata } from "next";
import { StreamsPage } from "#app/(console)/[org]/audit-log/streams/streams-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Audit streams" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/audit-log/streams", await searchParams);
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.audit.streams.list.queryOptions())}
    >
      <StreamsPage />
    </Prefetched>
  );
}
