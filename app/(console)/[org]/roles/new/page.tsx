import type { Metadata } from "next";
import { NewRolePage } from "#app/(console)/[org]/roles/new/new-role-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "New role" };

export default async function Page({ params }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/roles/new");
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.roles.permissions.queryOptions())}
    >
      <NewRolePage />
    </Prefetched>
  );
}
