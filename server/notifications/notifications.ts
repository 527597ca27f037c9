import { Prisma } from "#prisma/generated/tenant/client.ts";
import { audit } from "../audit/audit.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { isNotificationKind, notificationKind, notificationKinds, sayStored } from "./kinds.ts";
import {
  unreadMax,
  type ById,
  type ListNotifications,
  type NotificationPreference,
  type NotificationRow,
  type UpdatePreferences,
} from "./schema.ts";

type Stored = {
  id: string;
  kind: string;
  data: string;
  times: number;
  at: Date;
  readAt: Date | null;
};

/** Notifications are a person's: nobody else's are ever read, whatever a role permits. */
function ownId(ctx: ReadCtx): string {
  if (ctx.actor.kind === "member") return ctx.actor.memberId;
  throw new AppError("FORBIDDEN", "members_only", "Only members have notifications.");
}

const byTime: Sort<Stored> = {
  kind: "column",
  column: Prisma.sql`n.at`,
  type: "timestamptz",
  value: (row) => row.at,
};

/** Pages through one's own notifications, the latest first. Throws AppError bad_cursor. */
export async function listNotifications(
  ctx: ReadCtx,
  input: ListNotifications,
): Promise<Page<NotificationRow>> {
  const own = Prisma.sql`n.member_id = ${ownId(ctx)}::uuid`;
  const filter = input.unread ? Prisma.sql`${own} AND n.read_at IS NULL` : own;
  return readPage({
    name: input.unread ? "unread-notifications" : "notifications",
    id: Prisma.sql`n.id`,
    sorts: { at: byTime },
    request: { ...input, sort: { by: "at", direction: "desc" } },
    rows: ({ where, orderBy, limit }) => ctx.db.$queryRaw<Stored[]>`
      SELECT n.id, n.kind, n.data, n.times, n.at, n.read_at AS "readAt" FROM notifications n
      WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM notifications n WHERE ${filter}`,
    present: (rows) => rows.map((row) => present(row, ctx.organization.slug)),
  });
}

function present(row: Stored, slug: string): NotificationRow {
  const { id, kind, times, at, readAt } = row;
  const { level, title, text, path } = sayStored(row, slug);
  return { id, kind, level, title, text, path, times, at, readAt };
}

/** How many of one's own notifications are unread; one more than `unreadMax` stands for all beyond. */
export async function countUnread(ctx: ReadCtx): Promise<{ unread: number }> {
  const [counted] = await ctx.db.$queryRaw<{ unread: number }[]>`
    SELECT count(*)::int AS unread FROM (
      SELECT FROM notifications n WHERE n.member_id = ${ownId(ctx)}::uuid AND n.read_at IS NULL
      LIMIT ${unreadMax + 1}) u`;
  return { unread: counted?.unread ?? 0 };
}

/** Marks one of one's own notifications as read. Throws AppError not_found. */
export async function markRead(ctx: WriteCtx, { id }: ById): Promise<void> {
  const memberId = ownId(ctx);
  const found = await ctx.db.notification.findFirst({
    where: { id, memberId },
    select: { kind: true, readAt: true },
  });
  if (!found) throw notFound("notification");
  if (found.readAt !== null) return;
  await ctx.db.notification.updateMany({ where: { id, memberId }, data: { readAt: ctx.clock.now() } });
  await audit(ctx, {
    action: "notifications.markRead",
    target: { type: "notification", id, label: found.kind },
    before: { read: false },
    after: { read: true },
  });
}

/** Marks all of one's own notifications as read. Answers how many were not. */
export async function markAllRead(ctx: WriteCtx): Promise<{ marked: number }> {
  const marked = await ctx.db.notification.updateMany({
    where: { memberId: ownId(ctx), readAt: null },
    data: { readAt: ctx.clock.now() },
  });
  if (marked.count === 0) return { marked: 0 };
  await audit(ctx, {
    action: "notifications.markAllRead",
    target: { type: "notification", id: "", label: "" },
    after: { marked: marked.count },
  });
  return { marked: marked.count };
}

/** Which kinds can reach the member, and which of them are mailed. */
export async function listPreferences(ctx: ReadCtx): Promise<NotificationPreference[]> {
  const chosen = await ctx.db.notificationPreference.findMany({
    where: { memberId: ownId(ctx) },
    select: { kind: true, mail: true },
  });
  const wishes = new Map(chosen.map(({ kind, mail }) => [kind, mail]));
  return Object.keys(notificationKinds)
    .filter(isNotificationKind)
    .filter((name) => reaches(ctx, name))
    .map((name) => {
      const { label, level, mail } = notificationKind(name);
      return { kind: name, label, level, mail: wishes.get(name) ?? mail };
    });
}

function reaches(ctx: ReadCtx, name: keyof typeof notificationKinds): boolean {
  return ctx.actor.permissions.has(notificationKind(name).permission);
}

/** Chooses whether one kind is mailed to oneself. Throws AppError no_such_kind. */
export async function updatePreferences(
  ctx: WriteCtx,
  { kind, mail }: UpdatePreferences,
): Promise<NotificationPreference> {
  const memberId = ownId(ctx);
  if (!isNotificationKind(kind) || !reaches(ctx, kind)) {
    throw new AppError("BAD_REQUEST", "no_such_kind", "No such notification reaches you.", { field: "kind" });
  }
  const { label, level, mail: byDefault } = notificationKind(kind);
  const where = { memberId_kind: { memberId, kind } };
  const before = await ctx.db.notificationPreference.findUnique({ where, select: { mail: true } });
  await ctx.db.$executeRaw`
    INSERT INTO notification_preferences (member_id, kind, mail) VALUES (${memberId}::uuid, ${kind}, ${mail})
    ON CONFLICT (member_id, kind) DO UPDATE SET mail = excluded.mail`;
  await audit(ctx, {
    action: "notifications.updatePreferences",
    target: { type: "notification", id: "", label: kind },
    before: { mail: before?.mail ?? byDefault },
    after: { mail },
  });
  return { kind, label, level, mail };
}
