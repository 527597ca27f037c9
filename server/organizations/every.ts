import { platformDb } from "../platform/database.ts";
import type { OrganizationInfo } from "../tenancy/context.ts";

const pageRows = 500;
const first = "00000000-0000-0000-0000-000000000000";

/** Walks the organizations of a shard whose tenants are in one of these states; those that come meanwhile may be left out. */
export async function* everyOrganization(
  shardId: string,
  states: readonly string[] = ["active"],
): AsyncGenerator<OrganizationInfo> {
  for (let after = first; ;) {
    const page = await platformDb().organization.findMany({
      where: { id: { gt: after }, discardedAt: null, tenant: { shardId, state: { in: [...states] } } },
      orderBy: { id: "asc" },
      take: pageRows,
      select: { id: true, slug: true, name: true, plan: true },
    });
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}
