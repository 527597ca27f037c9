import PQueue from "p-queue";
import type { AccountSession } from "../access/account-session.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { RateState } from "./rate-limit.ts";
import type { RequestInfo } from "../tenancy/context.ts";

/** What is known of a request before any procedure runs. */
export type RequestContext = {
  request: RequestInfo;
  log: Log;
  clock: Clock;
  /** The organization that the request names; proved before anything is done in it. */
  organizationSlug: string | null;
  /** The API key, or the token made of one, that the request bears. It counts alone: no session stands beside it. */
  bearer: string | null;
  /** What is left of the caller's limit, once it was counted. */
  rate: RateState | null;
  /** Looked up once, on first need. */
  session(): Promise<AccountSession | null>;
  /** Set once the session was looked up, for the log. */
  accountId: string | null;
  /** A request runs its tenant transactions one after another: a page that asks ten things takes one connection. */
  turn: PQueue;
};

/** Builds the context of one request around the way its session is found. */
export function createRequestContext(parts: {
  request: RequestInfo;
  log: Log;
  organizationSlug: string | null;
  /** The header of that name. */
  authorization?: string | null;
  findSession(): Promise<AccountSession | null>;
  clock?: Clock;
}): RequestContext {
  let session: Promise<AccountSession | null> | undefined;
  const bearer = bearerOf(parts.authorization);
  const context: RequestContext = {
    request: parts.request,
    log: parts.log.child({ requestId: parts.request.id }),
    clock: parts.clock ?? systemClock,
    organizationSlug: parts.organizationSlug,
    bearer,
    rate: null,
    accountId: null,
    turn: new PQueue({ concurrency: 1 }),
    session() {
      if (bearer !== null) return Promise.resolve(null);
      session ??= parts.findSession().then((found) => {
        context.accountId = found?.accountId ?? null;
        return found;
      });
      return session;
    },
  };
  return context;
}

/** What an Authorization header bears; null for another scheme, which is some proxy's affair. */
export function bearerOf(authorization: string | null | undefined): string | null {
  return /^Bearer(?: +(.*))?$/i.exec(authorization ?? "") ? (authorization ?? "").slice(6).trim() : null;
}
