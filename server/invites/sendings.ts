import type { WriteCtx } from "../tenancy/context.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { planOf } from "../plans/catalogue.ts";
import { inviteDays } from "./schema.ts";
import { inviteHash } from "./token.ts";

const dayMs = 86_400_000;
/** How many mails of invites one address may get in a day, those of invites taken back included. */
const mailsPerAddressMax = 3;

/** The role of an invite, as it is checked and noted. */
export type InviteRole = { id: string; key: string; name: string; permissions: string[] };

/** What somebody is told whose invite would be one mail too many. */
export const tooOften =
  "This address, or everybody together, was invited often enough for one day. Try again tomorrow.";

/** What a sending sets: its link, its time, and whose permissions it stands on from now on. */
export function sendingOf(ctx: WriteCtx, id: string, sending: number, before: readonly Date[] = []) {
  const now = ctx.clock.now();
  return {
    sending,
    tokenHash: new Uint8Array(inviteHash(ctx.organization.id, id, sending)),
    grantedById: giverOf(ctx),
    sentAt: now,
    // Older ones count for nothing any more.
    sentTimes: [...before.filter((time) => time > dayBefore(now)), now],
    expiresAt: new Date(now.getTime() + inviteDays * dayMs),
  };
}

function dayBefore(now: Date): Date {
  return new Date(now.getTime() - dayMs);
}

/** The member who gives. Throws AppError members_only. */
export function giverOf(ctx: WriteCtx): string {
  if (ctx.actor.kind === "member") return ctx.actor.memberId;
  throw new AppError("FORBIDDEN", "members_only", "Only a member can invite people.");
}

/** The roles of these ids. Throws AppError not_found when one is not there. */
export async function loadRoles(ctx: WriteCtx, ids: string[]): Promise<Map<string, InviteRole>> {
  const roles = await ctx.db.role.findMany({
    where: { id: { in: ids } },
    select: { id: true, key: true, name: true, permissions: true },
  });
  if (roles.length !== ids.length) throw notFound("role");
  return new Map(roles.map((role) => [role.id, role]));
}

/** Which of these addresses are members', or have an open invite. */
export async function knownAddresses(
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
 * Counts the mails that were asked for within a day: whoever takes an invite back and makes it again, or sends it
 * again, mails somebody who did not ask for it. Answers a function that takes one more for an address, or says
 * why not: the address has had its share, or the organization's plan is used up.
 */
export async function mailsLeft(ctx: WriteCtx): Promise<(email: string) => "too_often" | undefined> {
  const since = dayBefore(ctx.clock.now());
  // An invite of the version before does not say when it was sent before.
  const rows = await ctx.db.$queryRaw<{ email: string; mails: number }[]>`
    SELECT email, sum(greatest(1, (SELECT count(*) FROM unnest(sent_times) AS t (sent) WHERE t.sent > ${since}::timestamptz)))::int
      AS mails
    FROM invites WHERE sent_at > ${since}::timestamptz GROUP BY email`;
  const byAddress = new Map(rows.map(({ email, mails }) => [email, mails]));
  let left = planOf(ctx.organization.plan).invitesPerDay;
  for (const { mails } of rows) left -= mails;
  return (email) => {
    const had = byAddress.get(email) ?? 0;
    if (left < 1 || had >= mailsPerAddressMax) return "too_often";
    left--;
    byAddress.set(email, had + 1);
    return undefined;
  };
}
