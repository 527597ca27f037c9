import { Prisma } from "#prisma/generated/tenant/client.ts";
import { v7 as uuid } from "uuid";
import { lockAccess } from "../access/access-version.ts";
import { assertGrantable, missingFrom } from "../access/grant.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { normalizeEmail } from "../identity/email-address.ts";
import { askMail } from "../mail/ask.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import { planOf } from "../plans/catalogue.ts";
import { limitReached, assertRoom, roomFor } from "../plans/quota.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import {
  inviteDays,
  type CreateInvites,
  type InviteById,
  type InviteOutcome,
  type InviteResult,
  type InviteRow,
  type InviteState,
  type ListInvites,
  type UpdateInvite,
} from "./schema.ts";
import { inviteHash } from "./token.ts";

const dayMs = 86_400_000;
/** The pause after the first sending; it doubles with each further one. */
const resendPauseMs = 60_000;
const sendingsMax = 12;
/** How many invites one address may get in a day, those taken back included. */
const invitesPerAddressMax = 3;

const sentences: Record<Exclude<InviteOutcome, "invited" | "no_seat">, string> = {
  already_member: "This person is a member already.",
  already_invited: "This person has been invited already.",
  not_an_address: "This is not an e-mail address we can use.",
  repeated: "This address stands in the list twice.",
  too_often: "This address, or everybody together, was invited often enough for one day. Try again tomorrow.",
};

type Role = { id: string; key: string; name: string; permissions: string[] };

/**
 * Invites people, each row by itself: what cannot be invited is said in its row and holds up no other. An open
 * invite keeps a seat. Throws AppError not_found for a role that is not there, and exceeds_own_permissions.
 */
export async function createInvites(
  ctx: WriteCtx,
  input: CreateInvites,
): Promise<{ results: InviteResult[] }> {
  await lockAccess(ctx);
  const roles = await loadRoles(ctx, [...new Set(input.invites.map(({ roleId }) => roleId))]);
  for (const role of roles.values()) assertGrantable(ctx.actor, role.permissions, "roleId");
  await closeExpired(ctx);
  const rows = input.invites.map(({ email, roleId }) => ({
    typed: email,
    email: normalizeEmail(email),
    roleId,
  }));
  const known = await knownAddresses(
    ctx,
    rows.flatMap(({ email }) => email ?? []),
  );
  const spent = await spentToday(ctx);
  let room = await roomFor(ctx, "seats");
  const results: InviteResult[] = [];
  const seen = new Set<string>();
  for (const { typed, email, roleId } of rows) {
    const role = roles.get(roleId);
    if (!email || !role) {
      results.push({ email: typed.trim(), ...refused("not_an_address") });
      continue;
    }
    const outcome = seen.has(email) ? "repeated" : (known.get(email) ?? spent(email));
    seen.add(email);
    if (outcome) results.push({ email, ...refused(outcome) });
    else if (room < 1) {
      const { message } = limitReached(ctx, "seats");
      results.push({ email, outcome: "no_seat", message, inviteId: null });
    } else {
      room--;
      results.push({ email, outcome: "invited", message: null, inviteId: await invite(ctx, email, role) });
    }
  }
  return { results };
}

/**
 * Who takes an invite back and makes it again sends another mail to somebody who did not ask for one: so mails are
 * counted for each address, and for the organization, over a day.
 */
async function spentToday(ctx: WriteCtx): Promise<(email: string) => "too_often" | undefined> {
  const rows = await ctx.db.$queryRaw<{ email: string; invites: number }[]>`
    SELECT email, count(*)::int AS invites FROM invites
    WHERE sent_at > ${new Date(ctx.clock.now().getTime() - dayMs)}::timestamptz GROUP BY email`;
  const byAddress = new Map(rows.map(({ email, invites }) => [email, invites]));
  let left = planOf(ctx.organization.plan).invitesPerDay;
  for (const { invites } of rows) left -= invites;
  return (email) => {
    if (left < 1 || (byAddress.get(email) ?? 0) >= invitesPerAddressMax) return "too_often";
    left--;
    return undefined;
  };
}

function refused(outcome: keyof typeof sentences): Omit<InviteResult, "email"> {
  return { outcome, message: sentences[outcome], inviteId: null };
}

async function invite(ctx: WriteCtx, email: string, role: Role): Promise<string> {
  const id = uuid();
  const sending = 1;
  await ctx.db.invite.create({
    data: { id, email, roleId: role.id, createdAt: ctx.clock.now(), ...sendingOf(ctx, id, sending) },
    select: { id: true },
  });
  await audit(ctx, {
    action: "invites.create",
    target: { type: "invite", id, label: email },
    after: { email, role: role.key },
  });
  await emit(ctx, "invite.created", { id, roleKey: role.key });
  await askMail(ctx, "invite", id);
  return id;
}

/** What a sending sets: its link, its time, and whose permissions it stands on from now on. */
function sendingOf(ctx: WriteCtx, id: string, sending: number) {
  const now = ctx.clock.now();
  return {
    sending,
    tokenHash: new Uint8Array(inviteHash(ctx.organization.id, id, sending)),
    grantedById: giverOf(ctx),
    sentAt: now,
    expiresAt: new Date(now.getTime() + inviteDays * dayMs),
  };
}

function giverOf(ctx: WriteCtx): string {
  if (ctx.actor.kind === "member") return ctx.actor.memberId;
  throw new AppError("FORBIDDEN", "members_only", "Only a member can invite people.");
}

async function loadRoles(ctx: WriteCtx, ids: string[]): Promise<Map<string, Role>> {
  const roles = await ctx.db.role.findMany({
    where: { id: { in: ids } },
    select: { id: true, key: true, name: true, permissions: true },
  });
  if (roles.length !== ids.length) throw notFound("role");
  return new Map(roles.map((role) => [role.id, role]));
}

/** Invites whose time is over give their address free, so that it can be invited anew. */
async function closeExpired(ctx: WriteCtx): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db.invite.updateMany({
    where: { status: "pending", expiresAt: { lte: now } },
    data: { status: "expired", closedAt: now },
  });
}

async function knownAddresses(
  ctx: WriteCtx,
  emails: string[],
): Promise<Map<string, "already_member" | "already_invited">> {
  const members = await ctx.db.member.findMany({
    where: { email: { in: emails }, status: { not: "removed" } },
    select: { email: true },
  });
  const invites = await ctx.db.invite.findMany({
    where: { email: { in: emails }, status: "pending" },
    select: { email: true },
  });
  return new Map([
    ...invites.map(({ email }) => [email, "already_invited"] as const),
    ...members.map(({ email }) => [email, "already_member"] as const),
  ]);
}

/**
 * Sends an invite once more, for another seven days; links sent before end. It stands on the permissions of
 * who sends it now. Throws AppError not_found, invite_closed, exceeds_own_permissions, limit_reached and
 * sent_just_now.
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
  const sending = before.sending + 1;
  const data = sendingOf(ctx, id, sending);
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
  await askMail(ctx, "invite", id, { attempt: sending });
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

type InviteRecord = Omit<InviteRow, "acts" | "status"> & { status: string; rolePermissions: string[] | null };

const sorts: Record<ListInvites["sort"]["by"], Sort<InviteRecord>> = {
  email: { kind: "column", column: Prisma.sql`i.email`, type: "text", value: (row) => row.email },
  createdAt: { kind: "id" },
};

/** Pages through invites in one state, each with what the caller may do about it. Throws AppError bad_cursor. */
export async function listInvites(ctx: ReadCtx, input: ListInvites): Promise<Page<InviteRow>> {
  const now = Prisma.sql`${ctx.clock.now()}::timestamptz`;
  const conditions: Record<InviteState, Prisma.Sql> = {
    pending: Prisma.sql`i.status = 'pending' AND i.expires_at > ${now}`,
    expired: Prisma.sql`(i.status = 'expired' OR (i.status = 'pending' AND i.expires_at <= ${now}))`,
    accepted: Prisma.sql`i.status = 'accepted'`,
    revoked: Prisma.sql`i.status = 'revoked'`,
  };
  const filter = conditions[input.status];
  return readPage({
    name: `invites.${input.status}`,
    id: Prisma.sql`i.id`,
    sorts,
    request: input,
    rows: ({ where, orderBy, limit }) => ctx.db.$queryRaw<InviteRecord[]>`
      SELECT i.id, i.email, i.role_id AS "roleId", r.name AS "roleName", r.permissions AS "rolePermissions", i.status,
        i.created_at AS "createdAt", i.sent_at AS "sentAt", i.expires_at AS "expiresAt", m.name AS "grantedBy"
      FROM invites i LEFT JOIN roles r ON r.id = i.role_id LEFT JOIN members m ON m.id = i.granted_by_id
      WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM invites i WHERE ${filter}`,
    present: (rows) => rows.map((row) => present(ctx, row, input.status)),
  });
}

function present(ctx: ReadCtx, record: InviteRecord, status: InviteState): InviteRow {
  const { rolePermissions, ...row } = record;
  const why = whyNot(ctx, rolePermissions, status);
  const revoke = why ?? (status === "expired" ? "It has run out." : null);
  return { ...row, status, acts: { resend: why, revoke, changeRole: revoke } };
}

function whyNot(ctx: ReadCtx, rolePermissions: string[] | null, status: InviteState): string | null {
  if (!ctx.actor.permissions.has("members.write")) return "Your role does not permit this.";
  if (status === "accepted") return "It was accepted.";
  if (status === "revoked") return "It was taken back.";
  if (!rolePermissions) return "Its role was deleted.";
  const missing = missingFrom(ctx.actor.permissions, rolePermissions);
  return missing.length > 0 ? `Its role permits what you may not: ${missing.join(", ")}.` : null;
}
