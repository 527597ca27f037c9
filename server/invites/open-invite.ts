import { findOrganizationById } from "../access/directory.ts";
import { missingFrom } from "../access/grant.ts";
import { AppError } from "../platform/errors.ts";
import { limitReached, roomFor } from "../plans/quota.ts";
import type { Door, OrganizationInfo, ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import type { InviteState } from "./schema.ts";
import { isSecretOf, readInviteToken, type InviteToken } from "./token.ts";

export type FoundInvite = {
  id: string;
  email: string;
  status: InviteState;
  expiresAt: Date;
  role: { id: string; key: string; name: string; permissions: string[] } | null;
  grantedBy: { name: string; status: string; role: { permissions: string[] } } | null;
};

/** An invite as its link shows it, with the door at which it stands. */
export type OpenedLink = {
  door: Door;
  organization: OrganizationInfo;
  token: InviteToken;
  invite: FoundInvite;
};

/** Looks an invite up by its link; null for a link that was never made, or was replaced by a newer one. */
export async function openLink(
  text: string,
  call: Pick<Door, "request" | "clock">,
): Promise<OpenedLink | null> {
  const token = readInviteToken(text);
  const organization = token && (await findOrganizationById(token.organizationId));
  if (!token || !organization) return null;
  const door = { ...systemDoor(organization, call.request), clock: call.clock };
  const invite = await transact(door, "read", (ctx) => findInvite(ctx, token));
  return invite && { door, organization, token, invite };
}

/** The invite of a link in its organization; null when the secret is not the present one. */
export async function findInvite(ctx: ReadCtx, token: InviteToken): Promise<FoundInvite | null> {
  const row = await ctx.db.invite.findUnique({
    where: { id: token.inviteId },
    select: {
      id: true,
      email: true,
      status: true,
      tokenHash: true,
      expiresAt: true,
      role: { select: { id: true, key: true, name: true, permissions: true } },
      grantedBy: { select: { name: true, status: true, role: { select: { permissions: true } } } },
    },
  });
  if (!row || !isSecretOf(token.secret, row.tokenHash)) return null;
  const { tokenHash: _hash, ...invite } = row;
  const over = invite.status === "pending" && invite.expiresAt <= ctx.clock.now();
  // The column's CHECK holds the same closed set as the type.
  return { ...invite, status: over ? "expired" : (invite.status as InviteState) };
}

/**
 * Refuses an invite that cannot be accepted now: closed, or given by somebody who may not give it any more.
 * Throws AppError invite_accepted, invite_revoked, invite_expired and inviter_lost_access.
 */
export function assertStands(invite: FoundInvite): NonNullable<FoundInvite["role"]> {
  switch (invite.status) {
    case "accepted":
      throw new AppError("CONFLICT", "invite_accepted", "This invite was accepted before.");
    case "revoked":
      throw new AppError("CONFLICT", "invite_revoked", "This invite was taken back.");
    case "expired":
      throw new AppError("CONFLICT", "invite_expired", "This invite has run out. Ask for a new one.");
    case "pending":
      break;
    default:
      invite.status satisfies never;
  }
  const { role } = invite;
  if (!role || !isGivenStill(invite)) {
    const message = "Whoever invited you may not give this role any more. Ask for a new invite.";
    throw new AppError("FORBIDDEN", "inviter_lost_access", message);
  }
  return role;
}

/** The rule of handing out access, once more: with what the giver holds now, not when they gave. */
export function isGivenStill({ role, grantedBy }: FoundInvite): boolean {
  const held = new Set(grantedBy?.status === "active" ? grantedBy.role.permissions : []);
  return role !== null && held.has("members.write") && missingFrom(held, role.permissions).length === 0;
}

/** Refuses when the plan has shrunk below what is used; the invite's own seat was kept for it. Throws AppError limit_reached. */
export async function assertSeatKept(ctx: WriteCtx): Promise<void> {
  if ((await roomFor(ctx, "seats")) < 0) throw limitReached(ctx, "seats");
}
