import { lockAccess } from "../access/access-version.ts";
import { assertGrantable } from "../access/grant.ts";
import { audit } from "../audit/audit.ts";
import { askSeats } from "../billing/ask-seats.ts";
import { emit } from "../events/emit.ts";
import { askMail } from "../mail/ask.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { assertRoom } from "../plans/quota.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import type { InviteById, UpdateInvite } from "./schema.ts";
import { giverOf, knownAddresses, loadRoles, mailsLeft, sendingOf, tooOften } from "./sendings.ts";
import { sendingsMax } from "./token.ts";

/** The pause after the first sending; it doubles with each further one. */
const resendPauseMs = 60_000;

/**
 * Sends an invite once more, for another seven days; links sent before end. It stands on the permissions of
 * who sends it now. Throws AppError not_found, invite_closed, exceeds_own_permissions, limit_reached,
 * sent_just_now, and invited_too_often when address or organization had their mails of the day.
 */
export async function resendInvite(
  ctx: WriteCtx,
  { id }: InviteById,
): Promise<{ id: string; expiresAt: Date }> {
  const before = await loadOpen(ctx, id);
  const now = ctx.clock.now();
  const pauseMs = resendPauseMs * 2 ** (before.sending - 1);
  if (now.getTime() - before.sentAt.getTime() < pauseMs || before.sending >= sendingsMax) {
    const wait = pauseMs === resendPauseMs ? "a minute" : `${pauseMs / resendPauseMs} minutes`;
    const message = `This invite was sent just now. There must be ${wait} between this sending and the next.`;
    throw new AppError("RATE_LIMITED", "sent_just_now", message);
  }
  // One whose time was over kept no seat any more.
  if (before.expiresAt <= now) await assertRoom(ctx, "seats");
  if ((await mailsLeft(ctx))(before.email)) {
    throw new AppError("RATE_LIMITED", "invited_too_often", tooOften, { field: "id" });
  }
  const sending = before.sending + 1;
  const data = sendingOf(ctx, id, sending, before.sentTimes);
  await ctx.db.invite.update({
    where: { id },
    data: { ...data, status: "pending", closedAt: null },
    select: { id: true },
  });
  await audit(ctx, {
    action: "invites.resend",
    target: { type: "invite", id, label: before.email },
    before: { expiresAt: before.expiresAt, sending: before.sending },
    after: { expiresAt: data.expiresAt, sending },
  });
  await emit(ctx, "invite.resent", { id, roleKey: before.role.key });
  await askMail(ctx, "invite", id, { attempt: sending });
  await askSeats(ctx);
  return { id, expiresAt: data.expiresAt };
}

/** Takes an invite back; its link ends at once. Throws AppError not_found, invite_closed and exceeds_own_permissions. */
export async function revokeInvite(ctx: WriteCtx, { id }: InviteById): Promise<{ id: string }> {
  const before = await loadOpen(ctx, id);
  const data = { status: "revoked", closedAt: ctx.clock.now() };
  await ctx.db.invite.update({ where: { id }, data, select: { id: true } });
  await audit(ctx, {
    action: "invites.revoke",
    target: { type: "invite", id, label: before.email },
    before: { status: "pending" },
    after: { status: "revoked" },
  });
  await emit(ctx, "invite.revoked", { id, roleKey: before.role.key });
  await askSeats(ctx);
  return { id };
}

/**
 * Gives an invite another role. It stands on the permissions of who changed it. Throws AppError not_found,
 * invite_closed and exceeds_own_permissions, also when the role it had is beyond the caller.
 */
export async function updateInvite(ctx: WriteCtx, { id, roleId }: UpdateInvite): Promise<{ id: string }> {
  const before = await loadOpen(ctx, id);
  const role = (await loadRoles(ctx, [roleId])).get(roleId);
  if (!role) throw notFound("role");
  assertGrantable(ctx.actor, role.permissions, "roleId");
  if (before.role.id === roleId) return { id };
  await ctx.db.invite.update({
    where: { id },
    data: { roleId, grantedById: giverOf(ctx) },
    select: { id: true },
  });
  await audit(ctx, {
    action: "invites.update",
    target: { type: "invite", id, label: before.email },
    before: { role: before.role.key },
    after: { role: role.key },
  });
  await emit(ctx, "invite.updated", { id, roleKey: role.key });
  return { id };
}

/** An invite that was neither accepted nor taken back, in the organization's turn; and within the caller's reach. */
async function loadOpen(ctx: WriteCtx, id: string) {
  await lockAccess(ctx);
  const found = await ctx.db.invite.findUnique({
    where: { id },
    select: {
      email: true,
      status: true,
      sending: true,
      sentAt: true,
      sentTimes: true,
      expiresAt: true,
      role: { select: { id: true, key: true, name: true, permissions: true } },
    },
  });
  if (!found) throw notFound("invite");
  const { role } = found;
  if (!role || (found.status !== "pending" && found.status !== "expired")) {
    throw new AppError("CONFLICT", "invite_closed", "This invite was accepted or taken back already.", {
      field: "id",
    });
  }
  if (found.status === "expired" && (await knownAddresses(ctx, [found.email])).size > 0) {
    throw new AppError("CONFLICT", "invite_closed", "This address was invited anew meanwhile.", {
      field: "id",
    });
  }
  assertGrantable(ctx.actor, role.permissions, "id");
  return { ...found, role };
}
