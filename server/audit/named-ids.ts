import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { AuditEntry } from "./schema.ts";

const namedMax = 50;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** What the ids among an entry's values are called now, where the organization still knows them. */
export async function nameIds(
  ctx: ReadCtx,
  { before, after }: Pick<AuditEntry, "before" | "after">,
): Promise<AuditEntry["names"]> {
  const values = [before, after].flatMap((side) => Object.values(side).flat());
  const ids = [...new Set(values.filter((value) => typeof value === "string" && uuid.test(value)))];
  if (ids.length === 0) return {};
  const wanted = Prisma.sql`(SELECT unnest(${ids.slice(0, namedMax)}::uuid[]))`;
  const rows = await ctx.db.$queryRaw<{ id: string; name: string }[]>`
    SELECT id, name FROM members WHERE id IN ${wanted}
    UNION ALL SELECT id, name FROM roles WHERE id IN ${wanted}
    UNION ALL SELECT id, name FROM projects WHERE id IN ${wanted}
    UNION ALL SELECT id, title FROM tasks WHERE id IN ${wanted}
    UNION ALL SELECT id, name FROM api_keys WHERE id IN ${wanted}
    UNION ALL SELECT id, email FROM invites WHERE id IN ${wanted}`;
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}
