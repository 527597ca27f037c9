import { platformDb } from "../platform/database.ts";
import type { OrganizationInfo } from "../tenancy/context.ts";

const pageRows = 500;
const first = "00000000-0000-0000-0000-000000000000";

/**
 * Walks the organizations of a shard whose tenants are in one of these states; those that come meanwhile may be left
 * out. Throws the signal's reason before the next one when it is aborted.
 */
export async function* everyOrganization(
  shardId: string,
  { states = ["active"], signal }: { states?: readonly string[]; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<OrganizationInfo> {
  for (let after = first; ;) {
    const page = await platformDb().organization.findMany({
      where: { id: { gt: after }, discardedAt: null, tenant: { shardId, state: { in: [...states] } } },
      orderBy: { id: "asc" },
      take: pageRows,
      select: { id: true, slug: true, name: true, plan: true },
    });
    for (const organization of page) {
      signal?.throwIfAborted();
      yield organization;
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}
