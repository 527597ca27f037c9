import { Prisma } from "#prisma/generated/tenant/client.ts";
import { firstMembers, type FirstMembers, type MemberRecord } from "../access/member-list.ts";
import { readPage, type Range, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import { foundBy } from "../search/tokens.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { ownerRoleKey } from "../access/permissions.ts";
import { lastOwner, refusalOfAct } from "./rules.ts";
import { memberActs, type ListMembers, type MemberAct, type MemberRow } from "./schema.ts";

/** As many as the largest first page needs, and one more, which tells that the list goes on. */
const firstRows = 101;

const sorts: Record<ListMembers["sort"]["by"], Sort<MemberRecord>> = {
  name: { kind: "column", column: Prisma.sql`m.name`, type: "text", value: (row) => row.name },
  joinedAt: {
    kind: "column",
    column: Prisma.sql`m.joined_at`,
    type: "timestamptz",
    value: (row) => row.joinedAt,
  },
};

/**
 * Pages through the organization's members, the removed ones left out, each with what the caller may do about
 * them. Throws AppError bad_cursor.
 */
export async function listMembers(ctx: ReadCtx, input: ListMembers): Promise<Page<MemberRow>> {
  const conditions = [Prisma.sql`m.status <> 'removed'`];
  if (input.roleKey) conditions.push(Prisma.sql`r.key = ${input.roleKey}`);
  if (input.status) conditions.push(Prisma.sql`m.status = ${input.status}`);
  if (input.search) conditions.push(foundBy("member", Prisma.sql`m.id`, input.search));
  const filter = Prisma.join(conditions, " AND ");
  const rows = ({ where, orderBy, limit }: Range) => ctx.db.$queryRaw<MemberRecord[]>`
    SELECT m.id, m.name, m.email, r.key AS "roleKey", r.name AS "roleName", m.status, m.joined_at AS "joinedAt",
      r.permissions AS "rolePermissions"
    FROM members m JOIN roles r ON r.id = m.role_id
    WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`;
  const total = () => ctx.db.$queryRaw<{ total: number }[]>`
    SELECT count(*)::int AS total FROM members m JOIN roles r ON r.id = m.role_id WHERE ${filter}`;
  const list = { name: "members", id: Prisma.sql`m.id`, sorts, request: input } as const;
  const present = (records: MemberRecord[]) => withActs(ctx, records);
  if (!isFirstByName(input)) return readPage({ ...list, rows, total, present });
  const first = (range: Range) =>
    firstMembers(ctx, async () => ({
      records: await rows({ ...range, limit: firstRows }),
      total: (await total())[0]?.total ?? 0,
    }));
  let found: FirstMembers | undefined;
  return readPage({
    ...list,
    rows: async (range) => {
      found = await first(range);
      return found.records.slice(0, range.limit);
    },
    total: async () => [{ total: found?.total ?? 0 }],
    present,
  });
}

/** The page that everybody begins with; it is remembered. */
function isFirstByName({ search, roleKey, status, cursor, sort }: ListMembers): boolean {
  const whole = search === undefined && roleKey === undefined && status === undefined;
  return whole && cursor === undefined && sort.by === "name" && sort.direction === "asc";
}

async function withActs(ctx: ReadCtx, records: MemberRecord[]): Promise<MemberRow[]> {
  const { actor } = ctx;
  const isOwn = ({ id }: MemberRecord) => actor.kind === "member" && actor.memberId === id;
  const owners = records.some((record) => isOwn(record) && record.roleKey === ownerRoleKey)
    ? await ctx.db.member.count({ where: { status: "active", role: { key: ownerRoleKey } }, take: 2 })
    : 2;
  return records.map(({ rolePermissions, ...record }) => {
    const target = { ...record, rolePermissions };
    const why = (act: MemberAct) => {
      if (act === "leave" && isOwn(target) && owners < 2) return lastOwner().message;
      return refusalOfAct(actor, target, act)?.message ?? null;
    };
    // Every act has its entry: the list of them is closed.
    const acts = Object.fromEntries(memberActs.map((act) => [act, why(act)])) as MemberRow["acts"];
    return { ...record, own: isOwn(target), acts };
  });
}
