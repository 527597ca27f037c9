import { TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { readBounded } from "../platform/bounded-body.ts";
import { AppError } from "../platform/errors.ts";
import { env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import type { RequestInfo } from "../tenancy/context.ts";
import { wireError } from "./error-map.ts";
import { appRouter } from "./root.ts";
import type { AccountSession } from "../access/account-session.ts";
import { rateHeaders } from "./rate-limit.ts";
import { bearerOf, createRequestContext } from "./request-context.ts";

const bodyMaxBytes = 256 * 1024;
const batchMax = 10;
/** Stands in the path of procedures that are in no organization. */
const noOrganization = "-";

/**
 * Answers one HTTP request for procedures: `/api/trpc/{organization}/{procedures}`. The path names the
 * organization; any other place that names a different one is refused.
 */
export async function answerTrpc(
  request: Request,
  parts: { organization: string; info: RequestInfo; findSession(): Promise<AccountSession | null> },
): Promise<Response> {
  const { organization, info } = parts;
  let bounded: Request;
  try {
    // A key is no cookie: no page brings it along unless it has it.
    if (!bearerOf(request.headers.get("authorization"))) refuseForeignOrigin(request);
    refuseOtherOrganization(request, organization);
    bounded = await boundedRequest(request);
  } catch (error) {
    return refusal(error, info);
  }
  const context = createRequestContext({
    request: info,
    log: log("web"),
    organizationSlug: organization === noOrganization ? null : organization,
    authorization: request.headers.get("authorization"),
    findSession: () => parts.findSession(),
  });
  const response = await fetchRequestHandler({
    endpoint: `/api/trpc/${organization}`,
    req: bounded,
    router: appRouter,
    maxBatchSize: batchMax,
    createContext: async () => context,
  });
  for (const [name, value] of Object.entries(context.rate ? rateHeaders(context.rate) : {})) {
    response.headers.set(name, value);
  }
  response.headers.set("x-request-id", info.id);
  response.headers.set("cache-control", "no-store");
  return response;
}

/** A browser that comes from another site brings our cookie, but not our page. */
function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const foreign = (origin !== null && origin !== new URL(env().PUBLIC_URL).origin) || site === "cross-site";
  if (foreign) throw new AppError("FORBIDDEN", "foreign_origin", "Requests from other sites are refused.");
}

function refuseOtherOrganization(request: Request, organization: string): void {
  const hint = request.headers.get("x-astra-organization");
  if (hint !== null && hint !== organization) {
    throw new AppError("FORBIDDEN", "organization_mismatch", "Path and header name different organizations.");
  }
}

async function boundedRequest(request: Request): Promise<Request> {
  if (request.method !== "POST") return request;
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new AppError("UNSUPPORTED_MEDIA", "wrong_content_type", "Send the request as application/json.");
  }
  const body = await readBounded(request, bodyMaxBytes);
  return new Request(request.url, { method: "POST", headers: request.headers, body });
}

/** A refusal before any procedure was found, in the form of the others. */
function refusal(error: unknown, info: RequestInfo): Response {
  if (!(error instanceof AppError)) throw error;
  const { message, data } = wireError(new TRPCError({ code: "BAD_REQUEST", cause: error }), info.id);
  const body = { error: { json: { message, code: -32600, data } } };
  return Response.json(body, { status: data.httpStatus, headers: { "x-request-id": info.id } });
}
