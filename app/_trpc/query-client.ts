import { defaultShouldDehydrateQuery, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";
import { readServerError } from "#app/_ui/server-error.ts";

const staleMs = 30_000;
const retriesMax = 2;
/** Without a connection a call fails and says so; it would wait in silence else, and be sent when nobody expects it. */
const networkMode = "always";

/**
 * A cache of answers. The browser keeps one per organization, so that no answer of one is ever shown in another;
 * the server makes one per request. `onSignedOut` runs when the API says that the session is over.
 */
export function makeQueryClient(onSignedOut?: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (readServerError(error).code === "UNAUTHORIZED") onSignedOut?.();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Without a stale time the browser would ask again at once for what the server has just sent along.
      queries: { staleTime: staleMs, retry: shouldRetry, networkMode, refetchOnReconnect: true },
      mutations: { networkMode },
      dehydrate: { serializeData: superjson.serialize, shouldDehydrateQuery: defaultShouldDehydrateQuery },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
}

/**
 * A refusal stays a refusal; only what may pass (no connection, a busy server) is tried again, and only by the
 * browser: a page on the server answers at once, and the browser asks for what is missing in it.
 */
function shouldRetry(failures: number, error: unknown): boolean {
  if (typeof window === "undefined") return false;
  const { code } = readServerError(error);
  const passing = code === null || code === "SERVICE_UNAVAILABLE" || code === "INTERNAL_SERVER_ERROR";
  return passing && failures < retriesMax;
}
