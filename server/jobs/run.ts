import { findOrganizationById } from "../access/directory.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { jobSeconds } from "../platform/metrics.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { closeRow, failTry, startTry } from "./outbox.ts";
import type { QueuedJob } from "./queue.ts";
import {
  isJobName,
  jobs,
  type JobName,
  type JobPayload,
  type PlatformJobName,
  type TenantJobName,
} from "./registry.ts";

/** One try of a job, as its handler sees it. */
export type JobInfo = { id: string; attempt: number; requestId: string };

/** How a job is done: in one transaction of its tenant, at a tenant's door, or for the platform. */
export type Handler<Name extends JobName> = Name extends TenantJobName
  ?
      | { inTenant: (ctx: WriteCtx, payload: JobPayload<Name>) => Promise<void> }
      | { atDoor: (door: Door, payload: JobPayload<Name>, job: JobInfo) => Promise<void> }
  : Name extends PlatformJobName
    ? { platform: (payload: JobPayload<Name>, job: JobInfo) => Promise<void> }
    : never;

export type Handlers = { [Name in JobName]: Handler<Name> };

type AnyHandler = {
  inTenant?: (ctx: WriteCtx, payload: unknown) => Promise<void>;
  atDoor?: (door: Door, payload: unknown, job: JobInfo) => Promise<void>;
  platform?: (payload: unknown, job: JobInfo) => Promise<void>;
};

/**
 * Runs one try of a queued job and settles its row: done, due again, or dead. Never throws: what is
 * wrong with a job stands in its row.
 */
export async function runJob(handlers: Handlers, name: string, queued: QueuedJob): Promise<void> {
  const { rowId, shardId, attempt } = queued;
  const requestId = queued.requestId ?? rowId;
  const line = log("worker").child({ requestId, job: name, jobId: rowId, attempt, tenant: queued.tenantId });
  if (!isJobName(name)) {
    // A newer version wrote it; it waits for a worker that knows it.
    await failTry(shardId, { id: rowId, attempt }, { attempts: 50, backoffMs: 5_000 }, "unknown job");
    line.warn("unknown job");
    return;
  }
  if (!(await startTry(shardId, rowId, attempt, name))) return;
  const start = performance.now();
  try {
    // The names agree: the table is typed by the registry, and the payload is parsed by the same entry.
    await perform(handlers[name] as AnyHandler, name, queued, { id: rowId, attempt, requestId });
    jobSeconds.observe({ job: name, outcome: "done" }, (performance.now() - start) / 1000);
    line.info({ durationMs: Math.round(performance.now() - start) }, "job done");
  } catch (error) {
    if (error instanceof DoneBefore) return;
    const message = error instanceof Error ? error.message : String(error);
    const state = await failTry(shardId, { id: rowId, attempt }, jobs[name], message);
    jobSeconds.observe({ job: name, outcome: state }, (performance.now() - start) / 1000);
    line[state === "dead" ? "error" : "warn"](
      { err: error },
      state === "dead" ? "job is dead" : "job failed",
    );
  }
}

/** Another try has finished this job: roll back what this one did. */
class DoneBefore extends Error {}

async function perform(handler: AnyHandler, name: JobName, queued: QueuedJob, job: JobInfo): Promise<void> {
  // Parsed again: an older version may have written the row.
  const payload = jobs[name].payload.parse(queued.payload);
  if (handler.platform) {
    await handler.platform(payload, job);
    await closeRow(queued.shardId, job.id);
    return;
  }
  const door = await tenantDoor(queued, job);
  if (handler.inTenant) {
    const { inTenant } = handler;
    await transact(door, "write", async (ctx) => {
      await inTenant(ctx, payload);
      // Closed in the commit of the work: done and noted, or neither.
      const closed = await ctx.db.$queryRaw<
        { closed: boolean }[]
      >`SELECT astra.complete(${job.id}::uuid) AS closed`;
      if (!closed[0]?.closed) throw new DoneBefore();
    });
    return;
  }
  await handler.atDoor?.(door, payload, job);
  await closeRow(queued.shardId, job.id);
}

async function tenantDoor(queued: QueuedJob, job: JobInfo): Promise<Door> {
  const organization = queued.tenantId ? await findOrganizationById(queued.tenantId) : null;
  if (!organization) throw new AppError("NOT_FOUND", "no_tenant", "The job's organization does not exist.");
  return systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
}
