import type { AccountSession } from "../access/account-session.ts";
import { lockAccess, raiseAccess } from "../access/access-version.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import type { AccountDoor } from "../identity/account-door.ts";
import { countAttempt } from "../identity/attempt-limits.ts";
import { hashPassword } from "../identity/passwords.ts";
import { isOwnData, ownDataMessage } from "../identity/schema.ts";
import { revokeAllSessions } from "../identity/sessions.ts";
import { enqueue } from "../jobs/enqueue.ts";
import { changeMembership } from "../members/membership.ts";
import { syncMember } from "../organizations/projection.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { keepTokens } from "../search/tokens.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import {
  assertSeatKept,
  assertStands,
  findInvite,
  isGivenStill,
  openLink,
  type OpenedLink,
} from "./open-invite.ts";
import type { InviteLink, InviteView, JoinByInvite } from "./schema.ts";

type Joiner = { accountId: string; name: string; email: string };
type Joined = { slug: string; email: string };

/** Shows the invite of a link; looking uses nothing up, so a mail scanner burns no link. Throws AppError too_many_attempts. */
export async function inspectInvite(
  { token }: InviteLink,
  door: AccountDoor,
  session: AccountSession | null,
): Promise<InviteView> {
  await countAttempt(door, "link", null);
  const link = await openLink(token, door);
  if (!link) return { state: "dead" };
  const { invite, organization } = link;
  if (invite.status !== "pending") return { state: invite.status, organization: organization.name };
  if (!isGivenStill(invite)) return { state: "lapsed", organization: organization.name };
  const account = await platformDb().account.findUnique({
    where: { email: invite.email },
    select: { emailConfirmedAt: true },
  });
  return {
    state: "open",
    organization: organization.name,
    role: invite.role?.name ?? "",
    invitedBy: invite.grantedBy?.name ?? null,
    email: invite.email,
    expiresAt: invite.expiresAt,
    // Only the mailbox's reader gets here, and learns what their own address is good for.
    hasAccount: Boolean(account?.emailConfirmedAt),
    signedIn: session && { email: session.email, matches: session.email === invite.email },
  };
}

/**
 * Accepts an invite as the account that is signed in. The invite is for one address alone; its link came by
 * mail, so it also confirms that address. Throws AppError link_not_valid, other_address, already_member,
 * member_suspended, limit_reached, and what assertStands throws.
 */
export async function acceptInvite(
  { token }: InviteLink,
  door: AccountDoor,
  session: AccountSession,
): Promise<Joined> {
  await countAttempt(door, "link", null);
  const link = await openedLink(token, door);
  const { email } = link.invite;
  if (session.email !== email) {
    const message = `This invite is for ${email}, and you are signed in as ${session.email}. Sign in as ${email} to accept it.`;
    throw new AppError("FORBIDDEN", "other_address", message, { field: "email" });
  }
  assertStands(link.invite);
  await proveAddress(session, email, door);
  return join(link, { accountId: session.accountId, name: session.name, email });
}

/**
 * Accepts an invite as somebody without an account: makes one for the invite's address, which the link proves.
 * An account that nobody ever proved is taken over with a new password, as by a password reset. Throws AppError
 * account_exists, own_data, limit_reached before anything is made, and what acceptInvite throws.
 */
export async function joinByInvite(input: JoinByInvite, door: AccountDoor): Promise<Joined> {
  await countAttempt(door, "link", null);
  const link = await openedLink(input.token, door);
  assertStands(link.invite);
  const { email } = link.invite;
  // Before an account is made, in a transaction that could write: there must be a seat, and a way in to take it.
  await transact(link.door, "write", assertSeatKept);
  if (isOwnData(input.password, { email, name: input.name })) {
    throw new AppError("BAD_REQUEST", "own_data", ownDataMessage, { field: "password" });
  }
  const passwordHash = await hashPassword(input.password);
  const accountId = await provenAccount({ email, name: input.name, passwordHash }, door);
  return join(link, { accountId, name: input.name, email });
}

async function openedLink(token: string, door: AccountDoor): Promise<OpenedLink> {
  const link = await openLink(token, door);
  if (link) return link;
  const message = "This link is not right, or was replaced by a newer one. Look for the latest mail.";
  throw new AppError("BAD_REQUEST", "link_not_valid", message, { field: "token" });
}

async function provenAccount(
  given: { email: string; name: string; passwordHash: string },
  door: AccountDoor,
): Promise<string> {
  const { email, name, passwordHash } = given;
  const emailConfirmedAt = door.clock.now();
  return platformDb().$transaction(async (tx) => {
    // Of two at once with one address the second waits here, and finds the account of the first.
    await tx.account.createMany({ data: [{ email, name }], skipDuplicates: true });
    const [known] = await tx.$queryRaw<{ id: string; proven: boolean }[]>`
      SELECT id, email_confirmed_at IS NOT NULL AS proven FROM accounts WHERE email = ${email} FOR UPDATE`;
    if (!known || known.proven) {
      const message = "There is an account with this address already. Sign in to accept the invite.";
      throw new AppError("CONFLICT", "account_exists", message, { field: "email" });
    }
    await tx.account.update({
      where: { id: known.id },
      data: { name, passwordHash, emailConfirmedAt },
      select: { id: true },
    });
    await endAllBefore(tx, known.id, emailConfirmedAt);
    return known.id;
  });
}

/** The link proves the address of an account that was not confirmed; whatever began there before ends, save this browser. */
async function proveAddress(session: AccountSession, email: string, door: AccountDoor): Promise<void> {
  const now = door.clock.now();
  await platformDb().$transaction(async (tx) => {
    const proven = await tx.account.updateMany({
      where: { id: session.accountId, email, emailConfirmedAt: null },
      data: { emailConfirmedAt: now },
    });
    if (proven.count === 1) await endAllBefore(tx, session.accountId, now, session.sessionId);
  });
}

/** Sessions and links of whoever had typed this address in before it was proven. */
async function endAllBefore(tx: PlatformTx, accountId: string, now: Date, sessionId?: string): Promise<void> {
  await revokeAllSessions(tx, accountId, now, sessionId);
  await tx.accountToken.updateMany({ where: { accountId, usedAt: null }, data: { usedAt: now } });
}

async function join(link: OpenedLink, joiner: Joiner): Promise<Joined> {
  const { door, organization } = link;
  const memberId = await transact(door, "write", (ctx) => enter(ctx, link, joiner));
  await syncMember(organization.id, memberId).catch((error: unknown) =>
    door.log.warn({ err: error }, "the directory follows later"),
  );
  return { slug: organization.slug, email: joiner.email };
}

/** Everything is looked at again in the organization's turn: what the page showed may have changed since. */
async function enter(ctx: WriteCtx, { token }: OpenedLink, joiner: Joiner): Promise<string> {
  await lockAccess(ctx);
  const invite = await findInvite(ctx, token);
  if (!invite) throw new AppError("BAD_REQUEST", "link_not_valid", "This link was replaced by a newer one.");
  const role = assertStands(invite);
  await assertSeatKept(ctx);
  const memberId = await admit(ctx, joiner, role.id);
  const now = ctx.clock.now();
  const data = { status: "accepted", memberId, closedAt: now };
  await ctx.db.invite.update({ where: { id: invite.id }, data, select: { id: true } });
  const { accountId, name, email } = joiner;
  await keepTokens(ctx.db, "member", memberId, `${name} ${email}`);
  const permissions = new Set(role.permissions);
  const actor = { kind: "member" as const, memberId, accountId, name, roleKey: role.key, permissions };
  await audit(
    { ...ctx, actor },
    {
      action: "invites.accept",
      target: { type: "member", id: memberId, label: name },
      after: { inviteId: invite.id, email, role: role.key },
    },
  );
  await emit(ctx, "invite.accepted", { id: invite.id, roleKey: role.key, memberId });
  await emit(ctx, "member.joined", { id: memberId, accountId, roleKey: role.key, status: "active" });
  return memberId;
}

/** A new member, or one who comes back. A suspension is not undone by an invite. */
async function admit(ctx: WriteCtx, joiner: Joiner, roleId: string): Promise<string> {
  const { accountId, name, email } = joiner;
  const known = await ctx.db.member.findUnique({
    where: { accountId },
    select: {
      id: true,
      accountId: true,
      name: true,
      status: true,
      role: { select: { id: true, key: true, name: true, permissions: true } },
    },
  });
  const joinedAt = ctx.clock.now();
  if (!known) {
    const { id } = await ctx.db.member.create({
      data: { accountId, name, email, roleId, joinedAt },
      select: { id: true },
    });
    // The list of members is remembered as well, at the version that this raises.
    await raiseAccess(ctx, { accountIds: [accountId] });
    await enqueue(ctx, "directory.sync-member", { memberId: id });
    return id;
  }
  if (known.status === "active") {
    throw new AppError("CONFLICT", "already_member", "You are a member of this organization already.");
  }
  if (known.status === "suspended") {
    const message = "Your membership is suspended. Only the organization can reactivate it.";
    throw new AppError("FORBIDDEN", "member_suspended", message);
  }
  await ctx.db.member.update({ where: { id: known.id }, data: { name, email }, select: { id: true } });
  await changeMembership(ctx, { ...known, status: "removed" }, { roleId, status: "active", joinedAt });
  return known.id;
}
