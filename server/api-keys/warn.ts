import { notify } from "../notifications/notify.ts";
import { forEveryOrganization } from "../organizations/every.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";

const dayMs = 86_400_000;
/** How long before its end a key is spoken of: twice, the earlier time first. */
const warnDays = [7, 1] as const;
const keysMax = 500;

/** Tells of the keys of every organization on a shard that expire soon. */
export async function warnOfExpiringKeys(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  await forEveryOrganization({
    shardId,
    job,
    act: warnOne,
    failed: ["api-keys", "nobody was told of expiring keys"],
  });
}

/** Tells of one organization's keys: their maker of a personal one, who manages keys of the organization's own. */
export async function warnOne(door: Door): Promise<void> {
  const soon = await transact(door, "read", ({ db, clock }) =>
    db.apiKey.findMany({
      where: {
        revokedAt: null,
        expiresAt: { gt: clock.now(), lte: new Date(clock.now().getTime() + warnDays[0] * dayMs) },
      },
      orderBy: { expiresAt: "asc" },
      take: keysMax,
      select: { id: true, name: true, kind: true, ending: true, createdById: true, expiresAt: true },
    }),
  );
  if (soon.length === 0) return;
  await transact(door, "write", async (ctx) => {
    const successors = await ctx.db.apiKey.findMany({
      where: { rotatedFromId: { in: soon.map(({ id }) => id) }, revokedAt: null },
      select: { rotatedFromId: true },
    });
    const replaced = new Set(successors.map(({ rotatedFromId }) => rotatedFromId));
    // One that was rotated ends on purpose.
    for (const key of soon) if (!replaced.has(key.id)) await warnOfKey(ctx, key);
  });
}

type ExpiringKey = {
  id: string;
  name: string;
  kind: string;
  ending: string;
  createdById: string | null;
  expiresAt: Date | null;
};

async function warnOfKey(ctx: WriteCtx, key: ExpiringKey): Promise<void> {
  const { id, name, kind, ending, createdById, expiresAt } = key;
  if (!expiresAt) return;
  const leftMs = expiresAt.getTime() - ctx.clock.now().getTime();
  const days = warnDays.findLast((most) => leftMs <= most * dayMs);
  const notice = {
    key: `api_key:${id}:${days}`,
    data: { name, ending, expiresAt: expiresAt.toISOString() },
    once: true,
  };
  if (kind === "machine") await notify(ctx, "machine_key_expiring", notice);
  else await notify(ctx, "api_key_expiring", { ...notice, memberId: createdById });
}
