import { defaultShouldDehydrateQuery, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";
import { readServerError } from "#app/_ui/server-error.ts";

const staleMs = 30_000;
const retriesMax = 2;
/** Without a connection a call fails and says so; it would wait in silence else, and be sent when nobody expects it. */
const networkMode = "always";

/** What a refused call can tell of the person, beside itself. */
export type StandingEvents = {
  /** The session is over. */
  signedOut: () => void;
  /** The person is no member of the organization any more, or is suspended. */
  expelled: () => void;
  /** Their role, or what was paid for, permits less than the screen believes. */
  restricted: () => void;
};

const restricting = new Set(["missing_permission", "billing_read_only", "payment_missing"]);

/**
 * A cache of answers. The browser keeps one per organization, so that no answer of one is ever shown in another;
 * the server makes one per request.
 */
export function makeQueryClient(events?: StandingEvents): QueryClient {
  const onError = (error: unknown) => {
    const { code, reason } = readServerError(error);
    if (code === "UNAUTHORIZED") events?.signedOut();
    else if (reason === "no_access") events?.expelled();
    else if (reason && restricting.has(reason)) events?.restricted();
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
