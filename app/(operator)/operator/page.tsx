import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { FleetPage } from "#app/(operator)/operator/fleet-page.tsx";
import { openAccount } from "#app/_trpc/open-account.ts";
import { Prefetched } from "#app/_trpc/server.tsx";

export const metadata: Metadata = { title: "Operator" };

export default async function Page() {
  const { api, queryClient, me } = await openAccount("/operator");
  // To a stranger the operator console does not exist; the procedures refuse by themselves as well.
  if (!me.operator) notFound();
  const until = Promise.all([
    queryClient.prefetchQuery(api.operator.overview.queryOptions()),
    queryClient.prefetchQuery(api.operator.webhooks.queryOptions()),
  ]);
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <FleetPage />
    </Prefetched>
  );
}
