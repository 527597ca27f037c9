import type { Metadata } from "next";
import { EditEndpointPage } from "#app/(console)/[org]/webhooks/[endpointId]/edit/edit-endpoint-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Hydrate, orNotFound } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Edit endpoint" };

export default async function Page({ params }: PageInput<{ org: string; endpointId: string }>) {
  const { org, endpointId: id } = await params;
  const { api, queryClient } = await openOrganization(org, `/webhooks/${id}/edit`);
  await orNotFound(queryClient.fetchQuery(api.webhooks.get.queryOptions({ id })));
  await queryClient.prefetchQuery(api.events.types.queryOptions());
  return (
    <Hydrate queryClient={queryClient}>
      <EditEndpointPage id={id} />
    </Hydrate>
  );
}
