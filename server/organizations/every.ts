import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import type { Door, OrganizationInfo } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";

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

type Round = {
  shardId: string;
  job: { requestId: string; signal?: AbortSignal };
  /** Does one organization's part. */
  act: (door: Door) => Promise<unknown>;
  /** Whose log an organization's failure stands in, and what was not done for it. */
  failed: [logName: string, message: string];
};

/**
 * Does something for each active organization of a shard, one after the other. Where it fails for one, that is logged
 * and the next one follows; only the job's signal ends it early, with its reason thrown.
 */
export async function forEveryOrganization({ shardId, job, act, failed }: Round): Promise<void> {
  const [logName, message] = failed;
  for await (const organization of everyOrganization(shardId, { signal: job.signal })) {
    try {
      await act(systemDoor(organization, { id: job.requestId, ip: null, userAgent: null }));
    } catch (error) {
      log(logName).error({ organization: organization.id, err: error }, message);
    }
  }
}
