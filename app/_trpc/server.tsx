import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { cache, Suspense, type ReactNode } from "react";
import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { TRPCError } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { notFound } from "next/navigation";
import { makeQueryClient } from "#app/_trpc/query-client.ts";
import { PageSkeleton } from "#app/_ui/page-skeleton.tsx";
import { serverContext } from "#server/api/caller.ts";
import { appRouter, type AppRouter } from "#server/api/root.ts";

const patienceMs = 200;

/**
 * The API inside this process, for one organization (null: the account's own procedures). Layout and page of one
 * request share it, its request context and its cache. Every procedure checks the session and permission itself.
 */
export const serverApi = cache((organization: string | null) => {
  const queryClient = makeQueryClient();
  const api = createTRPCOptionsProxy<AppRouter>({
    router: appRouter,
    ctx: () => serverContext(organization),
    queryClient,
  });
  return { api, queryClient };
});

type PrefetchedProps = {
  queryClient: QueryClient;
  /** The reading of what the page shows at first; it must not reject, as `prefetchQuery` does not. */
  until: Promise<unknown>;
  children: ReactNode;
};

/**
 * Hands what was read on the server to the components inside, which then need not ask again. Waits a moment for it:
 * only a slow answer is worth a skeleton. Whatever decides the status (sign-in, moved, not found) comes before this.
 */
export async function Prefetched(props: PrefetchedProps) {
  const quick = await Promise.race([props.until.then(() => true), sleep(patienceMs, false, { ref: false })]);
  if (quick) return <Hydrated {...props} />;
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Hydrated {...props} />
    </Suspense>
  );
}

async function Hydrated({ queryClient, until, children }: PrefetchedProps) {
  await until;
  return <Hydrate queryClient={queryClient}>{children}</Hydrate>;
}

/** Hands over what stands in the cache now. */
export function Hydrate({ queryClient, children }: Omit<PrefetchedProps, "until">) {
  return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>;
}

/**
 * Turns NOT_FOUND (which is also the answer for things of other organizations) into the not-found page, a refusal
 * too (to whom may not see a thing it is not there), and an address that cannot be that of anything.
 */
export async function orNotFound<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TRPCError && nothingToSee.has(error.code)) notFound();
    throw error;
  }
}

const nothingToSee = new Set(["NOT_FOUND", "FORBIDDEN", "BAD_REQUEST"]);
