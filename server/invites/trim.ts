import { forEveryOrganization } from "../organizations/every.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";

const keptDays = 90;
const batchRows = 1_000;

/** Removes invites that were closed, or ran out, more than 90 days ago from every organization of a shard: they are addresses of people. */
export async function trimInvites(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  await forEveryOrganization({
    shardId,
    job,
    act: trimOne,
    failed: ["invites", "old ones were not removed"],
  });
}

/** Removes one organization's old invites, some in each transaction. */
export async function trimOne(door: Door): Promise<void> {
  const before = new Date(door.clock.now().getTime() - keptDays * 86_400_000);
  // Each was sent before it ended, and what was sent long ago is found by its index.
  const batch = (ctx: WriteCtx) => ctx.db.$executeRaw`
    DELETE FROM invites WHERE id IN (
      SELECT i.id FROM invites i WHERE i.sent_at < ${before}::timestamptz
        AND coalesce(i.closed_at, i.expires_at) < ${before}::timestamptz LIMIT ${batchRows})`;
  while ((await transact(door, "write", batch)) === batchRows);
}
