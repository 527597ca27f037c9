import { v7 as uuid } from "uuid";
import { lockAccess } from "../access/access-version.ts";
import { assertGrantable } from "../access/grant.ts";
import { auditMany } from "../audit/audit-many.ts";
import { askSeats } from "../billing/ask-seats.ts";
import { emitMany } from "../events/emit.ts";
import { normalizeEmail } from "../identity/email-address.ts";
import { askMails } from "../mail/ask.ts";
import { limitReached, roomFor } from "../plans/quota.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import type { CreateInvites, InviteOutcome, InviteResult } from "./schema.ts";
import { knownAddresses, loadRoles, mailsLeft, sendingOf, tooOften, type InviteRole } from "./sendings.ts";

const sentences: Record<Exclude<InviteOutcome, "invited" | "no_seat">, string> = {
  already_member: "This person is a member already.",
  already_invited: "This person has been invited already.",
  not_an_address: "This is not an e-mail address we can use.",
  repeated: "This address stands in the list twice.",
  too_often: tooOften,
};

type NewInvite = { id: string; email: string; role: InviteRole };

/**
 * Invites people, each row by itself: what cannot be invited is said in its row and holds up no other. An open
 * invite keeps a seat. The whole list is written by a handful of statements, since it holds the organization's
 * turn. Throws AppError not_found for a role that is not there, and exceeds_own_permissions.
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
  const emails = rows.flatMap(({ email }) => email ?? []);
  const known = await knownAddresses(ctx, emails);
  const spend = await mailsLeft(ctx);
  let room = await roomFor(ctx, "seats");
  const results: InviteResult[] = [];
  const invites: NewInvite[] = [];
  const seen = new Set<string>();
  for (const { typed, email, roleId } of rows) {
    const role = roles.get(roleId);
    if (!email || !role) {
      results.push({ email: typed.trim(), ...refused("not_an_address") });
      continue;
    }
    const outcome = seen.has(email) ? "repeated" : known.get(email);
    seen.add(email);
    if (outcome) results.push({ email, ...refused(outcome) });
    else if (room < 1) results.push({ email, ...noSeat(ctx) });
    else if (spend(email)) results.push({ email, ...refused("too_often") });
    else {
      room--;
      const id = uuid();
      invites.push({ id, email, role });
      results.push({ email, outcome: "invited", message: null, inviteId: id });
    }
  }
  if (invites.length > 0) await write(ctx, invites);
  return { results };
}

function refused(outcome: keyof typeof sentences): Omit<InviteResult, "email"> {
  return { outcome, message: sentences[outcome], inviteId: null };
}

function noSeat(ctx: WriteCtx): Omit<InviteResult, "email"> {
  return { outcome: "no_seat", message: limitReached(ctx, "seats").message, inviteId: null };
}

async function write(ctx: WriteCtx, invites: readonly NewInvite[]): Promise<void> {
  const createdAt = ctx.clock.now();
  await ctx.db.invite.createMany({
    data: invites.map(({ id, email, role }) => ({
      id,
      email,
      roleId: role.id,
      createdAt,
      ...sendingOf(ctx, id, 1),
    })),
  });
  const entries = invites.map(({ id, email, role }) => ({
    target: { type: "invite", id, label: email },
    after: { email, role: role.key },
  }));
  await auditMany(ctx, "invites.create", entries);
  await emitMany(
    ctx,
    "invite.created",
    invites.map(({ id, role }) => ({ id, roleKey: role.key })),
  );
  await askMails(
    ctx,
    "invite",
    invites.map(({ id }) => id),
  );
  await askSeats(ctx);
}

/** Invites whose time is over give their address free, so that it can be invited anew. */
async function closeExpired(ctx: WriteCtx): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db.invite.updateMany({
    where: { status: "pending", expiresAt: { lte: now } },
    data: { status: "expired", closedAt: now },
  });
}
