import { v7 as uuid } from "uuid";
import type { WriteCtx } from "../tenancy/context.ts";
import { actorIdOf, type AuditChange } from "./audit.ts";
import { difference, partedTexts, refuseSecrets } from "./fields.ts";
import { noteUnsealed } from "./unsealed.ts";

const atOnceMax = 1_000;

/**
 * As `audit`, for one action upon many things: all entries by one statement. Throws AppError audit_secret and
 * audit_too_large.
 */
export async function auditMany(
  ctx: WriteCtx,
  action: string,
  changes: readonly Omit<AuditChange, "action" | "id">[],
): Promise<void> {
  if (changes.length > atOnceMax) throw new RangeError(`more than ${atOnceMax} entries at once`);
  if (changes.length === 0) return;
  const { actor, request, impersonator } = ctx;
  const rows = changes.map(({ target, before = {}, after = {}, personal = [] }) => {
    refuseSecrets(before);
    refuseSecrets(after);
    return { target, ...partedTexts(difference(before, after), personal) };
  });
  const ids = rows.map(() => uuid());
  const userAgent = request.userAgent?.slice(0, 400) ?? null;
  // An empty text stands for null: neither an id nor JSON is ever empty.
  await ctx.db.$executeRaw`
    INSERT INTO audit_entries (id, at, action, actor_kind, actor_id, actor_name, impersonator_id, impersonator_name,
      target_type, target_id, target_label, changes, personal, ip, user_agent, request_id)
    SELECT e.id, ${ctx.clock.now()}::timestamptz, ${action}, ${actor.kind}, ${actorIdOf(actor)}::uuid, ${actor.name},
      ${impersonator?.accountId ?? null}::uuid, ${impersonator?.name ?? null}, e.type, nullif(e.target, ''), e.label,
      e.changes, nullif(e.personal, ''), ${request.ip}, ${userAgent}, ${request.id}
    FROM unnest(${ids}::uuid[], ${rows.map(({ target }) => target.type)}::text[],
      ${rows.map(({ target }) => target.id)}::text[], ${rows.map(({ target }) => target.label.slice(0, 200))}::text[],
      ${rows.map((row) => row.changes)}::text[], ${rows.map((row) => row.personal ?? "")}::text[])
      AS e (id, type, target, label, changes, personal)`;
  const { id } = ctx.organization;
  ctx.afterCommit(() => noteUnsealed(id));
}
