import type { Actor, WriteCtx } from "../../tenancy/context.ts";

/** A member of the demo who can act in it. */
export type Player = Extract<Actor, { kind: "member" }>;

/** The context of a verb that somebody called at some time. */
export function as(ctx: WriteCtx, actor: Player, at: Date): WriteCtx {
  const request = { id: ctx.request.id, ip: "192.0.2.10", userAgent: "Demo" };
  return { ...ctx, actor, clock: { now: () => at }, request };
}
