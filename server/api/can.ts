import type { z } from "zod";
import type { Permission } from "../access/permissions.ts";
import { recordedRead, type Recorded } from "../audit/recorded-read.ts";
import { refuseUnpaid } from "../billing/access.ts";
import { AppError } from "../platform/errors.ts";
import { StaleAccess } from "../tenancy/failures.ts";
import type { Door, ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { openDoor } from "./open-door.ts";
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
    /** Reads one organization after something was brought up to date, in short transactions of `prepare`'s own. */
    preparedQuery<Schema extends z.ZodType, Result>(
      schema: Schema,
      prepare: Verb<Door, Schema, void>,
      verb: Verb<ReadCtx, Schema, Result>,
    ) {
      return guarded.input(schema).query(({ ctx, input }) =>
        patiently(ctx, permission, async (door) => {
          await prepare(door, input as z.output<Schema>);
          return recordedRead(door, { action: ctx.path, input, recorded }, (c) =>
            verb(c, input as z.output<Schema>),
          );
        }),
      );
    },
    /**
     * As direct, for what only reads. Before the answer leaves a transaction of ours holds what is believed of the
     * caller against the guard, whether or not the verb had one, and commits the entry of a read that is recorded.
     */
    directQuery<Schema extends z.ZodType, Result>(schema: Schema, verb: Verb<Door, Schema, Result>) {
      return guarded.input(schema).query(({ ctx, input }) =>
        patiently(ctx, permission, async (door) => {
          const answer = await verb(door, input as z.output<Schema>);
          await recordedRead(door, { action: ctx.path, input, recorded }, async () => {});
          return answer;
        }),
      );
    },
    /** Changes one organization. */
    mutation<Schema extends z.ZodType, Result>(schema: Schema, verb: Verb<WriteCtx, Schema, Result>) {
      return guarded.input(schema).mutation(({ ctx, input }) =>
        patiently(ctx, permission, (door) => {
          refuseUnpaid(door, ctx.path);
          return transact(door, "write", (c) => verb(c, input as z.output<Schema>));
        }),
      );
    },
    /** For a verb that talks to the network or the platform: it opens its own short transactions. */
    direct<Schema extends z.ZodType, Result>(schema: Schema, verb: Verb<Door, Schema, Result>) {
      return guarded.input(schema).mutation(({ ctx, input }) =>
        patiently(ctx, permission, (door) => {
          refuseUnpaid(door, ctx.path);
          return verb(door, input as z.output<Schema>);
        }),
      );
    },
  };
}

/** Each further try means that somebody else's change came in between. */
const triesMax = 6;

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
        if (attempt >= triesMax)
          throw new AppError("UNAVAILABLE", "try_again", "Roles are changing just now. Try again.");
        door = await openDoor(ctx, permission, { fresh: true });
      }
    }
  });
}
