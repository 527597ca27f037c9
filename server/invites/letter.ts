import type { Letter } from "../mail/letter.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { inviteToken } from "./token.ts";

const longDay = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** The mail of an invite; nothing once it was accepted, taken back, or has run out. */
export async function inviteLetter(ctx: ReadCtx, inviteId: string): Promise<Letter | null> {
  const invite = await ctx.db.invite.findUnique({
    where: { id: inviteId },
    select: {
      email: true,
      status: true,
      sending: true,
      expiresAt: true,
      role: { select: { name: true } },
      grantedBy: { select: { name: true } },
    },
  });
  if (invite?.status !== "pending" || !invite.role || invite.expiresAt <= ctx.clock.now()) return null;
  const { id, name: organization } = ctx.organization;
  const giver = invite.grantedBy?.name;
  const who = giver ? `${giver} invites you` : "You are invited";
  return {
    to: { name: "", address: invite.email },
    content: {
      subject: `${who} to ${organization}`,
      title: `Join ${organization}`,
      lead: `${who} to work in ${organization} as ${invite.role.name}.`,
      paragraphs: [
        `The invite is for ${invite.email} alone and can be accepted until ${longDay.format(invite.expiresAt)}.`,
      ],
      action: { label: "See the invite", path: `/invite/${inviteToken(id, inviteId, invite.sending)}` },
      footer:
        "You receive this mail because somebody entered your address. If you do not know them, do nothing.",
    },
  };
}
