"use client";

import { useState, type ReactNode } from "react";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import superjson from "superjson";
import { makeQueryClient } from "#app/_trpc/query-client.ts";
import type { AppRouter } from "#server/api/root.ts";

const batchMax = 10;
/** The key of `organization.get`, which holds the member's permissions and what payments keep it from. */
const ownStanding = [["organization", "get"]];

const context = createTRPCContext<AppRouter>();

/** The API of the organization (or account) whose provider is around this component. */
export const useApi = context.useTRPC;

type ApiProviderProps = {
  /** Slug of the organization that all calls are made in; null for the account's own procedures. */
  organization: string | null;
  children: ReactNode;
};

/** Ties everything inside to one organization: its door of the API, and a cache that holds only its answers. */
export function ApiProvider({ organization, children }: ApiProviderProps) {
  return (
    <OneApi key={organization} organization={organization}>
      {children}
    </OneApi>
  );
}

function OneApi({ organization, children }: ApiProviderProps) {
  const [queryClient] = useState(() => makeBrowserCache(organization));
  const [client] = useState(() => makeClient(organization));
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
}

function makeBrowserCache(organization: string | null): QueryClient {
  const queryClient = makeQueryClient({
    signedOut: goToSignIn,
    // The page that comes says so, and nothing that a member has read stays in memory.
    expelled: () => {
      if (organization !== null) window.location.reload();
    },
    // What the screen offers follows what the role permits now.
    restricted: () => void queryClient.invalidateQueries({ queryKey: ownStanding }),
  });
  return queryClient;
}

function makeClient(organization: string | null) {
  const door = organization === null ? "-" : encodeURIComponent(organization);
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `/api/trpc/${door}`, transformer: superjson, maxItems: batchMax })],
  });
}

/** A full load on purpose: nothing that was read while signed in stays in memory. */
function goToSignIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}
