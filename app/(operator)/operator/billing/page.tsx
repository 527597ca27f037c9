import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { BillingPage } from "#app/(operator)/operator/billing/billing-page.tsx";
import { loadBillingSearch, paidInput } from "#app/(operator)/operator/billing/search-params.ts";
import { openAccount } from "#app/_trpc/open-account.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Billing" };

export default async function Page({ searchParams }: Pick<PageInput<never>, "searchParams">) {
  const { api, queryClient, me } = await openAccount("/operator/billing");
  if (!me.operator) notFound();
  const input = paidInput(loadBillingSearch(await searchParams));
  const until = Promise.all([
    queryClient.prefetchQuery(api.operator.billing.report.queryOptions()),
    queryClient.prefetchQuery(api.operator.billing.paid.queryOptions(input)),
    queryClient.prefetchQuery(api.operator.billing.trials.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <BillingPage />
    </Prefetched>
  );
}
