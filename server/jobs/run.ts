import { findOrganizationById } from "../access/directory.ts";
import { AppError } from "../platform/errors.ts";
import { log, withLogFields } from "../platform/log.ts";
import { jobSeconds } from "../platform/metrics.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { isOutage } from "./outage.ts";
import type { QueuedJob } from "./queue.ts";
import {
  isJobName,
  jobs,
  type JobName,
  type JobPayload,
  type PlatformJobName,
  type TenantJobName,
} from "./registry.ts";
import { closeRow, endTry, failTry, spareTry, startTry, type StartedRow } from "./tries.ts";

/** One try of a job, as its handler sees it. */
export type JobInfo = { id: string; attempt: number; requestId: string };

/**
 * How a job is done: in one transaction of its tenant (closed in the same commit), at a tenant's door, on
 * a tenant from outside (it may be half gone), or for the platform.
 */
export type Handler<Name extends JobName> = Name extends TenantJobName
  ?
      | { inTenant: (ctx: WriteCtx, payload: JobPayload<Name>) => Promise<void> }
      | { atDoor: (door: Door, payload: JobPayload<Name>, job: JobInfo) => Promise<void> }
      | { onTenant: (tenantId: string, payload: JobPayload<Name>, job: JobInfo) => Promise<void> }
  : Name extends PlatformJobName
    ? { platform: (payload: JobPayload<Name>, job: JobInfo) => Promise<void> }
    : never;

export type Handlers = { [Name in JobName]: Handler<Name> };

type AnyHandler = {
  inTenant?: (ctx: WriteCtx, payload: unknown) => Promise<void>;
  atDoor?: (door: Door, payload: unknown, job: JobInfo) => Promise<void>;
  onTenant?: (tenantId: string, payload: unknown, job: JobInfo) => Promise<void>;
  platform?: (payload: unknown, job: JobInfo) => Promise<void>;
};

/** A newer version wrote the row: it waits for a worker that knows it. */
const unknownJob = { attempts: 50, backoffMs: 5_000 };

/**
 * Runs one try and settles its row: done, due again, or dead. The row decides what is done and for whom;
 * what came through the queue only says where to look. Throws only when the database is away: then the
 * lease runs out, and the row is carried again.
 */
export async function runJob(handlers: Handlers, queued: QueuedJob): Promise<void> {
  const row = await startTry(queued);
  if (!row) return;
  const job: JobInfo = { id: row.id, attempt: row.attempts, requestId: row.request_id ?? row.id };
  const fields = {
    job: row.name,
    jobId: job.id,
    attempt: job.attempt,
    requestId: job.requestId,
    tenant: row.tenant_id,
  };
  try {
    await withLogFields(fields, () => runTry(handlers, queued, row, job));
  } finally {
    endTry(queued.shardId, row);
  }
}

async function runTry(handlers: Handlers, queued: QueuedJob, row: StartedRow, job: JobInfo): Promise<void> {
  const { name } = row;
  const line = log("worker");
  if (!isJobName(name)) {
    await failTry(queued, unknownJob, "unknown job");
    line.warn("unknown job");
    return;
  }
  const start = performance.now();
  const took = () => (performance.now() - start) / 1000;
  try {
    // Tries that ended with their worker were never counted as failed; here they are.
    if (row.attempts > jobs[name].attempts)
      throw new AppError("INTERNAL", "tries_used_up", "Its workers died.");
    await withDeadline(jobs[name].deadlineMs, () => perform(handlers, name, row, queued.shardId, job));
    jobSeconds.observe({ job: name, outcome: "done" }, took());
    line.info({ durationMs: Math.round(took() * 1000) }, "job done");
  } catch (error) {
    if (error instanceof DoneBefore) return;
    if (isOutage(error) && (await spareTry(queued, jobs[name].backoffMs, describe(error)))) {
      jobSeconds.observe({ job: name, outcome: "spared" }, took());
      line.warn({ err: error }, "what the job needs is away; the try does not count");
      return;
    }
    const state = await failTry(queued, jobs[name], describe(error));
    jobSeconds.observe({ job: name, outcome: state }, took());
    if (state === "dead") line.error({ err: error }, "job is dead");
    else line.warn({ err: error }, "job failed");
  }
}

/** Another try has finished this job: roll back what this one did. */
class DoneBefore extends Error {}

/** What operators may read of a failure: what kind it is. Messages may quote people's data; they stand in the log. */
function describe(error: unknown): string {
  if (error instanceof AppError) return `${error.reason}: ${error.message}`;
  if (!(error instanceof Error)) return "unknown failure";
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code} (the log has more under this job's request id)`;
}

/** Gives a try up after its time. What still runs of it can no longer close the row in a tenant's commit. */
async function withDeadline(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AppError("UNAVAILABLE", "deadline", `It took longer than ${deadlineMs} ms.`)),
    deadlineMs,
  );
  try {
    await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function perform(
  handlers: Handlers,
  name: JobName,
  row: StartedRow,
  shardId: string,
  job: JobInfo,
): Promise<void> {
  // The names agree: the table is typed by the registry, and the payload is parsed by the same entry.
  const handler = handlers[name] as AnyHandler;
  // Parsed again: an older version may have written the row.
  const payload = jobs[name].payload.parse(row.payload);
  if (handler.inTenant) {
    const { inTenant } = handler;
    await transact(await tenantDoor(row, job), "write", async (ctx) => {
      await inTenant(ctx, payload);
      // Closed in the commit of the work: done and noted, or neither.
      const closed = await ctx.db.$queryRaw<
        { closed: boolean }[]
      >`SELECT astra.complete(${job.id}::uuid) AS closed`;
      if (!closed[0]?.closed) throw new DoneBefore();
    });
    return;
  }
  if (handler.atDoor) await handler.atDoor(await tenantDoor(row, job), payload, job);
  else if (handler.onTenant && row.tenant_id) await handler.onTenant(row.tenant_id, payload, job);
  else await handler.platform?.(payload, job);
  await closeRow(shardId, job.id);
}

async function tenantDoor(row: StartedRow, job: JobInfo): Promise<Door> {
  const organization = row.tenant_id ? await findOrganizationById(row.tenant_id) : null;
  if (!organization) throw new AppError("NOT_FOUND", "no_tenant", "The job's organization does not exist.");
  return systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
}
