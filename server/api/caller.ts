import { headers } from "next/headers";
import { cache } from "react";
import { currentSession } from "../identity/current-session.ts";
import { requestInfo } from "../platform/client-address.ts";
import { log } from "../platform/log.ts";
import { createRequestContext, type RequestContext } from "./request-context.ts";

/**
 * The context of a server component's calls: the same session, guards and limits as over HTTP. One a
 * request and organization, so that all parts of a page share one turn, and one database connection.
 */
export const serverContext = cache(async (organization: string | null): Promise<RequestContext> => {
  return createRequestContext({
    request: requestInfo(await headers()),
    log: log("web"),
    organizationSlug: organization,
    findSession: currentSession,
  });
});
