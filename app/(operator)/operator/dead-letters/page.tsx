import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DeadLettersPage } from "#app/(operator)/operator/dead-letters/dead-letters-page.tsx";
import {
  deadLettersInput,
  loadDeadLettersSearch,
} from "#app/(operator)/operator/dead-letters/search-params.ts";
import { openAccount } from "#app/_trpc/open-account.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Dead letters" };

export default async function Page({ searchParams }: Pick<PageInput<never>, "searchParams">) {
  const { api, queryClient, me } = await openAccount("/operator/dead-letters");
  if (!me.operator) notFound();
  const input = deadLettersInput(loadDeadLettersSearch(await searchParams));
  const until = Promise.all([
    queryClient.prefetchQuery(api.operator.jobs.dead.queryOptions(input)),
    queryClient.prefetchQuery(api.operator.jobs.deadCounts.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <DeadLettersPage />
    </Prefetched>
  );
}
