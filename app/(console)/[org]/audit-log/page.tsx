import type { Metadata } from "next";
import { AuditLogPage } from "#app/(console)/[org]/audit-log/audit-log-page.tsx";
import { auditInput, loadAuditSearch, rangeStart } from "#app/(console)/[org]/audit-log/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Audit log" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const given = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/audit-log", given);
  const search = loadAuditSearch(given);
  const now = Date.now();
  const rangeFrom = search.range ? rangeStart(search.range, now) : null;
  const input = auditInput(search, { live: search.live, rangeFrom });
  const until = Promise.all([
    queryClient.prefetchQuery(api.audit.list.queryOptions(input)),
    queryClient.prefetchQuery(api.audit.state.queryOptions()),
    search.verify ? queryClient.prefetchQuery(api.audit.run.queryOptions({ id: search.verify })) : null,
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <AuditLogPage openedAt={now} />
    </Prefetched>
  );
}
