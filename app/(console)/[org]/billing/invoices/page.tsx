import type { Metadata } from "next";
import { InvoicesPage } from "#app/(console)/[org]/billing/invoices/invoices-page.tsx";
import { invoicesInput, loadInvoicesSearch } from "#app/(console)/[org]/billing/invoices/search-params.ts";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Invoices" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/billing/invoices", search);
  const input = invoicesInput(loadInvoicesSearch(search));
  return (
    <Prefetched
      queryClient={queryClient}
      until={queryClient.prefetchQuery(api.billing.invoices.queryOptions(input))}
    >
      <InvoicesPage />
    </Prefetched>
  );
}
