import "server-only";
import { cache, type ReactNode } from "react";
import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { TRPCError } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { notFound } from "next/navigation";
import { makeQueryClient } from "#app/_trpc/query-client.ts";
import { serverContext } from "#server/api/caller.ts";
import { appRouter, type AppRouter } from "#server/api/root.ts";

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

/** Hands what was read on the server to the components inside, which then need not ask again. */
export function Hydrate({ queryClient, children }: { queryClient: QueryClient; children: ReactNode }) {
  return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>;
}

/** Turns NOT_FOUND (which is also the answer for things of other organizations) into the not-found page. */
export async function orNotFound<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TRPCError && error.code === "NOT_FOUND") notFound();
    throw error;
  }
}
