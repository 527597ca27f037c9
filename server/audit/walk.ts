import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";

const pageRows = 500;
const firstPlace = "00000000-0000-0000-0000-000000000000";

type Walk = {
  /** Under which name the place is kept: the schedule's, of which there is one on each shard. */
  name: "audit.sweep-all" | "audit.retain";
  shardId: string;
  /** What one run does not come to within this time is the next one's. */
  forMs: number;
  signal?: AbortSignal | undefined;
};

export type Walked = { id: string; state: string };

/**
 * Looks after every organization of a shard that is active, read-only or suspended, a page at a time. It goes on where
 * the last run came to within its time, else the last organizations of very many would never have their turn. `each`
 * is called with one, `page` behind those that were looked after. Throws the signal's reason, and what they throw.
 */
export async function walkOrganizations(
  { name, shardId, forMs, signal }: Walk,
  each: (organization: Walked) => Promise<void>,
  page: () => Promise<void> = async () => {},
): Promise<void> {
  const until = performance.now() + forMs;
  for (let after = await readPlace(shardId, name); ;) {
    const organizations = await platformDb().organization.findMany({
      where: { id: { gt: after }, tenant: { shardId, state: { in: ["active", "read_only", "suspended"] } } },
      orderBy: { id: "asc" },
      take: pageRows,
      select: { id: true, tenant: { select: { state: true } } },
    });
    if (organizations.length === 0) return keepPlace(shardId, name, firstPlace);
    for (const { id, tenant } of organizations) {
      signal?.throwIfAborted();
      await each({ id, state: tenant?.state ?? "" });
      after = id;
      if (performance.now() > until) break;
    }
    await page();
    await keepPlace(shardId, name, after);
    if (performance.now() > until) return;
  }
}

async function readPlace(shardId: string, name: string): Promise<string> {
  const { rows } = await ownerPool(shardId).query<{ place: string | null }>(
    "SELECT place FROM astra.schedules WHERE name = $1",
    [name],
  );
  return rows[0]?.place ?? firstPlace;
}

async function keepPlace(shardId: string, name: string, place: string): Promise<void> {
  await ownerPool(shardId).query(
    `INSERT INTO astra.schedules (name, place) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET place = excluded.place`,
    [name, place],
  );
}
