import { Prisma } from "#prisma/generated/tenant/client.ts";
import { missingFrom } from "../access/grant.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { InviteRow, InviteState, ListInvites } from "./schema.ts";

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
