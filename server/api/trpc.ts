import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Permission } from "../access/permissions.ts";
import { toTrpcError, wireError } from "./error-map.ts";
import { countAccountCall, rateLimited } from "./rate-limit.ts";
import type { RequestContext } from "./request-context.ts";
import { procedureSeconds } from "../platform/metrics.ts";

/** Method and path below an organization, as in "GET /projects/{id}". */
export type RestPlace = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;

export type ProcedureMeta = {
  /** How it is guarded: a permission in an organization, or one of the doors without one. */
  guard: Permission | "account" | "operator" | "public";
  /** Its place at the REST door; false: apps have no use for it. */
  rest?: RestPlace | false;
};

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error, ctx }) => ({
      ...shape,
      ...wireError(error, ctx?.request.id ?? null),
    }),
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** The one place in which every call is timed, logged and has its error mapped. */
const observed = t.middleware(async ({ ctx, path, type, next }) => {
  const start = performance.now();
  const result = await next();
  const durationMs = Math.round((performance.now() - start) * 10) / 10;
  const error = result.ok ? undefined : toTrpcError(result.error);
  procedureSeconds.observe({ procedure: path, outcome: error?.code ?? "ok" }, durationMs / 1000);
  const line = { action: path, type, durationMs, organization: ctx.organizationSlug, account: ctx.accountId };
  if (!error) ctx.log.info(line, "procedure");
  else if (error.code === "INTERNAL_SERVER_ERROR")
    ctx.log.error({ ...line, err: error.cause ?? error }, "procedure failed");
  else ctx.log.info({ ...line, refused: error.code, reason: error.message }, "procedure refused");
  if (error) throw error;
  return result;
});

export const observedProcedure = t.procedure.use(observed);

/** A procedure for anybody. What it may tell and do rests on what is proved in its input. */
export const publicProcedure = observedProcedure.meta({ guard: "public" });

/** A procedure for a signed-in account, outside any organization. */
export const accountProcedure = observedProcedure.meta({ guard: "account" }).use(async ({ ctx, next }) => {
  const session = await ctx.session();
  if (!session) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  ctx.rate = await countAccountCall(session.accountId);
  if (ctx.rate.exceeded) throw rateLimited(ctx.rate);
  return next({ ctx: { ...ctx, account: session } });
});
