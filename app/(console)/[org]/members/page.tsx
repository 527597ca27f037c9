import type { Metadata } from "next";
import { MembersPage } from "#app/(console)/[org]/members/members-page.tsx";
import { loadMembersSearch, membersInput } from "#app/(console)/[org]/members/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Members" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/members", search);
  const until = Promise.all([
    queryClient.prefetchQuery(api.members.list.queryOptions(membersInput(loadMembersSearch(search)))),
    queryClient.prefetchQuery(api.roles.list.queryOptions()),
    queryClient.prefetchQuery(api.organization.usage.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <MembersPage />
    </Prefetched>
  );
}
