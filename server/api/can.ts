import { TRPCError } from "@trpc/server";
import type { z } from "zod";
import { findOrganization, forgetDirectory, isMember } from "../access/directory.ts";
import { memberAccess, noAccess } from "../access/member-access.ts";
import { permissionRegistry, type Permission } from "../access/permissions.ts";
import { recordSecurityEvent } from "../access/security-log.ts";
import { recordedRead, type Recorded } from "../audit/recorded-read.ts";
import { AppError } from "../platform/errors.ts";
import { StaleAccess } from "../tenancy/failures.ts";
import type { Door, ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import type { RequestContext } from "./request-context.ts";
import { observedProcedure, type RestPlace } from "./trpc.ts";

/**
 * `recorded: true` puts each read into the log, "minute" repeated equal ones once a minute (live views). `rest`
 * is the procedure's place at the REST door, or false for what only the console asks.
 */
type Options = { recorded?: Recorded; rest?: RestPlace | false };

type Verb<Ctx, Schema extends z.ZodType, Result> = (ctx: Ctx, input: z.output<Schema>) => Promise<Result>;

/**
 * Procedures of an organization that need a permission. The order is fixed: who and where, permission,
 * input, transaction, verb. A query runs READ ONLY, unless it is recorded. Refusals are AppErrors with a stable reason.
 */
export function can(permission: Permission, { recorded = false, rest }: Options = {}) {
  const guarded = observedProcedure
    .meta({ guard: permission, ...(rest !== undefined && { rest }) })
    .use(async ({ ctx, path, next }) => {
      const door = await ctx.turn.add(() => openDoor(ctx, permission));
      return next({ ctx: { ...ctx, door, path } });
    });
  return {
    /** Reads one organization. */
    query<Schema extends z.ZodType, Result>(schema: Schema, verb: Verb<ReadCtx, Schema, Result>) {
      return guarded.input(schema).query(({ ctx, input }) =>
        // tRPC's own type of a parsed input does not resolve for a schema that is still a parameter.
        patiently(ctx, permission, (door) =>
          recordedRead(door, { action: ctx.path, input, recorded }, (c) =>
            verb(c, input as z.output<Schema>),
          ),
        ),
      );
    },
    /** Changes one organization. */
    mutation<Schema extends z.ZodType, Result>(schema: Schema, verb: Verb<WriteCtx, Schema, Result>) {
      return guarded
        .input(schema)
        .mutation(({ ctx, input }) =>
          patiently(ctx, permission, (door) =>
            transact(door, "write", (c) => verb(c, input as z.output<Schema>)),
          ),
        );
    },
    /** For a verb that talks to the network or the platform: it opens its own short transactions. */
    direct<Schema extends z.ZodType, Result>(schema: Schema, verb: Verb<Door, Schema, Result>) {
      return guarded
        .input(schema)
        .mutation(({ ctx, input }) =>
          patiently(ctx, permission, (door) => verb(door, input as z.output<Schema>)),
        );
    },
  };
}

/** Runs in the request's turn; once more through a fresh door when roles or members changed meanwhile. */
function patiently<Result>(
  ctx: RequestContext & { door: Door },
  permission: Permission,
  work: (door: Door) => Promise<Result>,
): Promise<Result> {
  return ctx.turn.add(async () => {
    let { door } = ctx;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(door);
      } catch (error) {
        if (!(error instanceof StaleAccess)) throw error;
        if (attempt >= 3)
          throw new AppError("UNAVAILABLE", "try_again", "Roles are changing just now. Try again.");
        door = await openDoor(ctx, permission, { fresh: true });
      }
    }
  });
}

/**
 * Resolves and proves who acts in which organization. Throws UNAUTHORIZED without a session and AppError
 * no_access, email_not_confirmed or missing_permission.
 */
export async function openDoor(
  ctx: RequestContext,
  permission: Permission,
  { fresh = false }: { fresh?: boolean } = {},
): Promise<Door> {
  const session = await ctx.session();
  if (!session) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  if (!session.emailConfirmed) {
    throw new AppError("FORBIDDEN", "email_not_confirmed", "Confirm your e-mail address first.");
  }
  const organization = ctx.organizationSlug === null ? null : await findOrganization(ctx.organizationSlug);
  if (!organization) throw noAccess();
  const { accountId } = session;
  if (!(await isMember(organization.id, accountId))) {
    await recordSecurityEvent({
      kind: "not_a_member",
      organizationId: organization.id,
      accountId,
      request: ctx.request,
    });
    throw noAccess();
  }
  const access = await currentAccess(organization.id, accountId, permission, fresh);
  if (!access.permissions.has(permission)) throw missingPermission(permission);
  return {
    organization,
    actor: { kind: "member", accountId, ...access },
    request: ctx.request,
    clock: ctx.clock,
    log: ctx.log.child({ organization: organization.id, account: accountId }),
    accessVersion: access.accessVersion,
    recordReads: access.recordReads,
  };
}

/** A remembered yes is held against the guard by its transaction; a no opens none, so it is looked up anew. */
async function currentAccess(
  organizationId: string,
  accountId: string,
  permission: Permission,
  fresh: boolean,
) {
  try {
    const access = await memberAccess(organizationId, accountId, { fresh });
    if (fresh || access.permissions.has(permission)) return access;
    return await memberAccess(organizationId, accountId, { fresh: true });
  } catch (error) {
    forgetDirectory(organizationId, accountId);
    throw error;
  }
}

function missingPermission(permission: Permission): AppError {
  const { description } = permissionRegistry[permission];
  const message = `Your role does not permit this: ${description.toLowerCase()} (${permission}).`;
  return new AppError("FORBIDDEN", "missing_permission", message, { field: permission });
}
