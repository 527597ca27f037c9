import type { Metadata } from "next";
import { RolesPage } from "#app/(console)/[org]/roles/roles-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Roles" };

export default async function Page({ params }: PageInput<{ org: string }>) {
  const { org } = await params;
  const { api, queryClient } = await openOrganization(org, "/roles");
  return (
    <Prefetched queryClient={queryClient} until={queryClient.prefetchQuery(api.roles.list.queryOptions())}>
      <RolesPage />
    </Prefetched>
  );
}
