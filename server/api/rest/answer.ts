import { TRPCError } from "@trpc/server";
import { AppError } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import type { RequestInfo } from "../../tenancy/context.ts";
import { wireError } from "../error-map.ts";
import { rateHeaders } from "../rate-limit.ts";
import { createRequestContext, type RequestContext } from "../request-context.ts";
import { appRouter } from "../root.ts";
import { createCallerFactory } from "../trpc.ts";
import { matchRoute, stepsOf, type Route } from "./match.ts";
import { readInput } from "./read-input.ts";

const prefix = "/api/v1/";
const callerOf = createCallerFactory(appRouter);

/**
 * Answers a request to the REST door, `/api/v1/{organization}/…`, through the same procedures, guards and limits as
 * any other. Who calls is what the request bears; a browser's session counts for nothing here.
 */
export async function answerRest(request: Request, { info }: { info: RequestInfo }): Promise<Response> {
  const headers = new Headers({ "x-request-id": info.id, "cache-control": "no-store" });
  let context: RequestContext | undefined;
  try {
    const [organization = "", ...steps] = decodedSteps(request);
    context = createRequestContext({
      request: info,
      log: log("web"),
      organizationSlug: organization,
      authorization: request.headers.get("authorization"),
      findSession: async () => null,
    });
    if (context.bearer === null) throw unauthenticated();
    const found = matchRoute(request.method, steps);
    if ("allowed" in found) throw misdirected(found.allowed, headers);
    const input = await readInput(request, found.route, found.params);
    const result = await call(context, found.route, input);
    return answered(found.route, result, addRate(headers, context));
  } catch (error) {
    return refused(error, info, context ? addRate(headers, context) : headers);
  }
}

function decodedSteps(request: Request): string[] {
  const path = new URL(request.url).pathname.slice(prefix.length);
  try {
    return stepsOf(path).map(decodeURIComponent);
  } catch (cause) {
    throw new AppError("BAD_REQUEST", "bad_request", "This address is not one.", { cause });
  }
}

function call(context: RequestContext, { procedure }: Route, input: unknown): Promise<unknown> {
  let step: unknown = callerOf(context);
  for (const part of procedure.path.split(".")) step = (step as Record<string, unknown>)[part];
  // A caller of tRPC is a tree of functions, which the procedure's own path leads through.
  return (step as (input: unknown) => Promise<unknown>)(input);
}

function answered({ procedure }: Route, result: unknown, headers: Headers): Response {
  if (result === undefined) return new Response(null, { status: 204, headers });
  return Response.json(result, { status: procedure.path.endsWith(".create") ? 201 : 200, headers });
}

function unauthenticated(): AppError {
  const message = "Send an API key or a token of this organization as Authorization: Bearer.";
  return new AppError("UNAUTHENTICATED", "not_signed_in", message);
}

function misdirected(allowed: string[], headers: Headers): TRPCError {
  if (allowed.length === 0) return new TRPCError({ code: "NOT_FOUND" });
  headers.set("allow", allowed.join(", "));
  return new TRPCError({ code: "METHOD_NOT_SUPPORTED" });
}

function addRate(headers: Headers, { rate }: RequestContext): Headers {
  for (const [name, value] of Object.entries(rate ? rateHeaders(rate) : {})) headers.set(name, value);
  return headers;
}

/** The same words as at the other door, without its wrapping. */
function refused(error: unknown, info: RequestInfo, headers: Headers): Response {
  const known = error instanceof TRPCError ? error : new TRPCError({ code: codeOf(error), cause: error });
  if (!(error instanceof TRPCError) && !(error instanceof AppError))
    log("web").error({ err: error, requestId: info.id }, "the REST door failed");
  const { httpStatus, ...told } = wireError(known, info.id).data;
  if (httpStatus === 401) headers.set("www-authenticate", 'Bearer realm="Astra"');
  return Response.json({ error: told }, { status: httpStatus, headers });
}

function codeOf(error: unknown): TRPCError["code"] {
  return error instanceof AppError ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR";
}
