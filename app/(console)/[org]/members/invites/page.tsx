import type { Metadata } from "next";
import { InvitesPage } from "#app/(console)/[org]/members/invites/invites-page.tsx";
import { invitesInput, loadInvitesSearch } from "#app/(console)/[org]/members/invites/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Invites" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/members/invites", search);
  const until = Promise.all([
    queryClient.prefetchQuery(api.invites.list.queryOptions(invitesInput(loadInvitesSearch(search)))),
    queryClient.prefetchQuery(api.organization.usage.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <InvitesPage />
    </Prefetched>
  );
}
