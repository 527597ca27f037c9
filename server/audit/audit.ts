import { v7 as uuid } from "uuid";
import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { Actor, WriteCtx } from "../tenancy/context.ts";
import { difference, partedTexts, refuseSecrets } from "./fields.ts";
import { noteUnsealed } from "./unsealed.ts";

/** What an entry refers to its actor by; null for one that has no row. */
export function actorIdOf(actor: Actor): string | null {
  if (actor.kind === "member") return actor.memberId;
  return actor.kind === "api_key" ? actor.keyId : null;
}

/** What was acted upon; an empty id for the whole of its type. */
export type AuditTarget = { type: string; id: string; label: string };

/** Plain values of what changed; only the fields that differ are kept. */
export type AuditChange = {
  action: string;
  target: AuditTarget;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** Fields that are about a person beside e-mail, phone and address: they can be erased, the rest cannot. */
  personal?: readonly string[];
  /** A fixed id, for what may be told twice: the second time nothing is written. */
  id?: string;
};

/**
 * Writes the entry of a change into the transaction of the change. It fails the change when it cannot
 * be written. Callers name the fields they pass. Throws AppError audit_secret for the name of a secret and
 * audit_too_large.
 */
export async function audit(ctx: WriteCtx, change: AuditChange): Promise<void> {
  const { actor, request, impersonator } = ctx;
  const { before = {}, after = {}, target } = change;
  refuseSecrets(before);
  refuseSecrets(after);
  const { changes, personal } = partedTexts(difference(before, after), change.personal ?? []);
  const userAgent = request.userAgent?.slice(0, 400) ?? null;
  // One plain statement: salts, commitments and the transaction's number are put in by the server.
  await ctx.db.$executeRaw`
    INSERT INTO audit_entries (id, at, action, actor_kind, actor_id, actor_name, impersonator_id, impersonator_name,
      target_type, target_id, target_label, changes, personal, ip, user_agent, request_id)
    VALUES (${change.id ?? uuid()}::uuid, ${ctx.clock.now()}::timestamptz, ${change.action}, ${actor.kind},
      ${actorIdOf(actor)}::uuid, ${actor.name},
      ${impersonator?.accountId ?? null}::uuid, ${impersonator?.name ?? null}, ${target.type}, ${target.id || null},
      ${target.label.slice(0, 200)}, ${changes}, ${personal}, ${request.ip}, ${userAgent}, ${request.id})
    ${change.id ? Prisma.sql`ON CONFLICT (id) DO NOTHING` : Prisma.empty}`;
  const { id } = ctx.organization;
  ctx.afterCommit(() => noteUnsealed(id));
}
