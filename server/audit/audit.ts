import type { WriteCtx } from "../tenancy/context.ts";

export type AuditTarget = { type: string; id: string; label: string };

/** Plain values of what changed; only the fields that differ are kept. */
export type AuditChange = {
  action: string;
  target: AuditTarget;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};

/**
 * Writes the entry of a change into the transaction of the change. It fails the change when it cannot
 * be written. Callers name the fields they pass: a secret must never be among them.
 */
export async function audit(ctx: WriteCtx, change: AuditChange): Promise<void> {
  const { actor, request } = ctx;
  await ctx.db.auditEntry.create({
    data: {
      at: ctx.clock.now(),
      action: change.action,
      actorKind: actor.kind,
      actorId: actor.kind === "member" ? actor.memberId : null,
      actorName: actor.name,
      targetType: change.target.type,
      targetId: change.target.id,
      targetLabel: change.target.label.slice(0, 200),
      changes: JSON.stringify(difference(change.before ?? {}, change.after ?? {})),
      ip: request.ip,
      userAgent: request.userAgent?.slice(0, 400) ?? null,
      requestId: request.id,
    },
    select: { id: true },
  });
}

/** The fields whose values differ, before and after; absent on one side means it was not there. */
export function difference(before: Record<string, unknown>, after: Record<string, unknown>) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (side: Record<string, unknown>) =>
    Object.fromEntries(changed.filter((name) => side[name] !== undefined).map((name) => [name, side[name]]));
  return { before: pick(before), after: pick(after) };
}
