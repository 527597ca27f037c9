import type { Letter } from "../mail/letter.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { sayStored } from "./kinds.ts";

/** The mail of a notification; nothing once it was read, trimmed, or its member is no longer active. */
export async function notificationLetter(ctx: ReadCtx, notificationId: string): Promise<Letter | null> {
  const row = await ctx.db.notification.findUnique({
    where: { id: notificationId },
    select: {
      kind: true,
      data: true,
      readAt: true,
      member: { select: { name: true, email: true, status: true } },
    },
  });
  if (!row || row.readAt !== null || row.member.status !== "active") return null;
  const { name: organization, slug } = ctx.organization;
  const { title, text, path } = sayStored(row, slug);
  return {
    to: { name: row.member.name, address: row.member.email },
    content: {
      subject: `${title} · ${organization}`,
      title,
      lead: text,
      action: { label: "Open in Astra", path },
      paragraphs: [
        {
          text: "Which of these come by mail?",
          link: { label: "Choose", path: `/${slug}/notifications#mail` },
        },
      ],
      footer: `You receive this mail because you are a member of ${organization}.`,
    },
  };
}
