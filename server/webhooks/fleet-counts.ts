import { z } from "zod";
import { everyOrganization } from "../organizations/every.ts";
import { systemClock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import { redis } from "../platform/redis.ts";
import type { ReadDb } from "../tenancy/tenant-db.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { transact } from "../tenancy/transact.ts";
import { askForAllDue } from "./trim.ts";

const key = "webhooks:fleet-counts";
/** Several periods of the job that counts: older figures would say what is not so. */
const keptSeconds = 3_600;
/** Of one organization no more are counted in one state. */
const countedMax = 100_000;

const FleetCounts = z.object({
  organizations: z.int(),
  endpoints: z.int(),
  failing: z.int(),
  disabled: z.int(),
  pending: z.int(),
  held: z.int(),
  dead: z.int(),
  oldestPendingAt: z.iso
    .datetime()
    .transform((at) => new Date(at))
    .nullable(),
  countedAt: z.iso.datetime().transform((at) => new Date(at)),
});

/** The webhooks of all organizations together; no organization's data, and none by itself. */
export type FleetCounts = z.output<typeof FleetCounts>;

type Counts = Omit<FleetCounts, "organizations" | "countedAt">;

/**
 * Counts over all organizations of a shard, for operators; what is counted is kept for an hour. On its way it asks
 * anew for what is due: a delivery's job that is dead takes what it had settled with it.
 */
export async function countWebhooks(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  const sum: FleetCounts = { ...none, organizations: 0, countedAt: systemClock.now() };
  for await (const organization of everyOrganization(shardId, { signal: job.signal })) {
    try {
      const counts = await tenancy().withTenant(organization.id, { readOnly: true }, countOne);
      if (counts) add(sum, counts);
      if (!counts?.pending) continue;
      const door = systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
      await transact(door, "write", askForAllDue);
    } catch (error) {
      log("webhooks").warn({ organization: organization.id, err: error }, "webhooks were not counted");
    }
  }
  await redis().set(key, JSON.stringify(sum), "EX", keptSeconds);
}

const none: Counts = {
  endpoints: 0,
  failing: 0,
  disabled: 0,
  pending: 0,
  held: 0,
  dead: 0,
  oldestPendingAt: null,
};

/** Null for an organization without an endpoint: most have none, and cost one look at a small table. */
async function countOne(db: ReadDb): Promise<Counts | null> {
  const endpoints = await db.webhookEndpoint.findMany({
    where: { state: { not: "deleted" } },
    select: { state: true, failingSince: true },
  });
  if (endpoints.length === 0) return null;
  const rows = await db.$queryRaw<Pick<Counts, "pending" | "held" | "dead" | "oldestPendingAt">[]>`
    SELECT
      (SELECT count(*)::int FROM (SELECT FROM webhook_deliveries WHERE state = 'pending' LIMIT ${countedMax}) p) AS pending,
      (SELECT count(*)::int FROM (SELECT FROM webhook_deliveries WHERE state = 'held' LIMIT ${countedMax}) h) AS held,
      (SELECT count(*)::int FROM (SELECT FROM webhook_deliveries WHERE state = 'dead' LIMIT ${countedMax}) d) AS dead,
      (SELECT created_at FROM webhook_deliveries WHERE state = 'pending' ORDER BY id LIMIT 1) AS "oldestPendingAt"`;
  return {
    ...none,
    ...rows[0],
    endpoints: endpoints.length,
    failing: endpoints.filter(({ state, failingSince }) => state === "active" && failingSince).length,
    disabled: endpoints.filter(({ state }) => state === "disabled").length,
  };
}

function add(sum: FleetCounts, counts: Counts): void {
  sum.organizations++;
  for (const name of ["endpoints", "failing", "disabled", "pending", "held", "dead"] as const) {
    sum[name] += counts[name];
  }
  const { oldestPendingAt } = counts;
  if (oldestPendingAt && (!sum.oldestPendingAt || oldestPendingAt < sum.oldestPendingAt)) {
    sum.oldestPendingAt = oldestPendingAt;
  }
}

/** What was counted last; null when that is too long ago. */
export async function fleetCounts(): Promise<FleetCounts | null> {
  const text = await redis().get(key);
  return text === null ? null : (FleetCounts.safeParse(JSON.parse(text)).data ?? null);
}
