import { Prisma } from "#prisma/generated/tenant/client.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import { foundBy } from "../search/tokens.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { ListMembers, MemberRow } from "./schema.ts";

const sorts: Record<ListMembers["sort"]["by"], Sort<MemberRow>> = {
  name: { kind: "column", column: Prisma.sql`m.name`, type: "text", value: (row) => row.name },
  joinedAt: {
    kind: "column",
    column: Prisma.sql`m.joined_at`,
    type: "timestamptz",
    value: (row) => row.joinedAt,
  },
};

/** Pages through the organization's members, the removed ones left out. Throws AppError bad_cursor. */
export async function listMembers(ctx: ReadCtx, input: ListMembers): Promise<Page<MemberRow>> {
  const conditions = [Prisma.sql`m.status <> 'removed'`];
  if (input.roleKey) conditions.push(Prisma.sql`r.key = ${input.roleKey}`);
  if (input.search) conditions.push(foundBy("member", Prisma.sql`m.id`, input.search));
  const filter = Prisma.join(conditions, " AND ");
  return readPage({
    name: "members",
    id: Prisma.sql`m.id`,
    sorts,
    request: input,
    rows: ({ where, orderBy, limit }) => ctx.db.$queryRaw<MemberRow[]>`
      SELECT m.id, m.name, m.email, r.key AS "roleKey", r.name AS "roleName", m.status, m.joined_at AS "joinedAt"
      FROM members m JOIN roles r ON r.id = m.role_id
      WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM members m JOIN roles r ON r.id = m.role_id WHERE ${filter}`,
    present: (rows) => rows,
  });
}
