import { v7 as uuid } from "uuid";
import { askMail } from "../mail/ask.ts";
import { AppError } from "../platform/errors.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { notificationKind, type NotificationData, type NotificationKind } from "./kinds.ts";

const recipientsMax = 200;
/** What goes on unread is mailed again after this time at the earliest. */
const mailAgainMs = 86_400_000;

type Notice<Name extends NotificationKind> = {
  /** What it is about: told again with the same key, it comes up once more and makes no second row. */
  key: string;
  data: NotificationData<Name>;
  /** The one member to tell, for a kind that concerns one; null tells nobody. */
  memberId?: string | null;
  /** Tells nobody twice: what was told with this key stays as it is. */
  once?: boolean;
};

/**
 * Tells whoever must know, in the transaction of what happened: the active members who hold the kind's
 * permission now, or the one member named. Mails those who want it so. Throws AppError for data that does not
 * fit the kind.
 */
export async function notify<Name extends NotificationKind>(
  ctx: WriteCtx,
  name: Name,
  { key, data, memberId = null, once = false }: Notice<Name>,
): Promise<void> {
  const kind = notificationKind(name);
  const parsed = kind.data.safeParse(data);
  if (!parsed.success) throw new AppError("INTERNAL", "notification_data", `${name} got wrong data.`);
  const text = JSON.stringify(parsed.data);
  const recipients = await recipientsOf(
    ctx,
    kind.told === "one" ? { id: memberId ?? undefined } : { holding: kind.permission },
  );
  for (const recipient of recipients) {
    const mail = await tell(ctx, recipient, { name, key, text, once, mailByDefault: kind.mail });
    if (mail) await askMail(ctx, "notification", mail.id, { attempt: mail.attempt });
  }
}

type Recipients = { id: string | undefined } | { holding: string };

async function recipientsOf(ctx: WriteCtx, who: Recipients): Promise<string[]> {
  if ("id" in who && who.id === undefined) return [];
  const chosen = "id" in who ? { id: who.id } : { role: { permissions: { has: who.holding } } };
  const members = await ctx.db.member.findMany({
    where: { status: "active", ...chosen },
    orderBy: { id: "asc" },
    take: recipientsMax,
    select: { id: true },
  });
  return members.map(({ id }) => id);
}

type Told = { name: string; key: string; text: string; once: boolean; mailByDefault: boolean };

/** Writes or raises one row; answers which mail to ask for, if one is due. */
async function tell(
  ctx: WriteCtx,
  memberId: string,
  { name, key, text, once, mailByDefault }: Told,
): Promise<{ id: string; attempt: number } | null> {
  const now = ctx.clock.now();
  const mailedBefore = new Date(now.getTime() - mailAgainMs);
  // Of two first tellings at once the second waits, and finds that a mail was asked for.
  await ctx.db.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${memberId} ${key}`}, 9))::text`;
  const rows = await ctx.db.$queryRaw<{ id: string; mails: number; due: boolean }[]>`
    WITH wish AS (
      SELECT coalesce((SELECT p.mail FROM notification_preferences p
        WHERE p.member_id = ${memberId}::uuid AND p.kind = ${name}), ${mailByDefault}) AS mail
    ), before AS (
      SELECT n.id, n.read_at IS NOT NULL OR n.mailed_at IS NULL OR n.mailed_at < ${mailedBefore}::timestamptz AS again
      FROM notifications n WHERE n.member_id = ${memberId}::uuid AND n.key = ${key} FOR UPDATE
    ), told AS (
      SELECT (SELECT mail FROM wish) AND coalesce((SELECT again FROM before), true) AS due
    )
    INSERT INTO notifications AS n (id, member_id, kind, key, data, created_at, at, mails, mailed_at)
    SELECT ${uuid()}::uuid, ${memberId}::uuid, ${name}, ${key}, ${text}, ${now}::timestamptz, ${now}::timestamptz,
      due::int, CASE WHEN due THEN ${now}::timestamptz END FROM told
    ON CONFLICT (member_id, key) DO UPDATE SET kind = excluded.kind, data = excluded.data, at = excluded.at,
      times = n.times + 1, read_at = NULL, mails = n.mails + excluded.mails,
      mailed_at = coalesce(excluded.mailed_at, n.mailed_at)
      WHERE NOT ${once}
    RETURNING n.id, n.mails, (SELECT due FROM told) AS due`;
  const row = rows[0];
  return row?.due ? { id: row.id, attempt: row.mails } : null;
}
