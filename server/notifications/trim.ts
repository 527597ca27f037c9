import { forEveryOrganization } from "../organizations/every.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";

const keptDays = 90;
const batchRows = 1_000;

/** Removes what happened last more than 90 days ago from every organization of a shard. */
export async function trimNotifications(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  await forEveryOrganization({
    shardId,
    job,
    act: trimOne,
    failed: ["notifications", "old ones were not removed"],
  });
}

/** Removes one organization's old notifications, some in each transaction. */
export async function trimOne(door: Door): Promise<void> {
  const before = new Date(door.clock.now().getTime() - keptDays * 86_400_000);
  const batch = (ctx: WriteCtx) => ctx.db.$executeRaw`
    DELETE FROM notifications WHERE id IN (
      SELECT n.id FROM notifications n WHERE n.at < ${before}::timestamptz LIMIT ${batchRows})`;
  while ((await transact(door, "write", batch)) === batchRows);
}
