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
import { closeRow, endTry, failTry, LostTry, putBackUnknown, spareTry, startTry, type Try } from "./tries.ts";

/**
 * One try of a job, as its handler sees it. The signal says that it is given up: what takes long looks at it, for
 * from then on another try may do the same.
 */
export type JobInfo = { id: string; attempt: number; requestId: string; signal: AbortSignal };

/**
 * How a job is done: in one transaction of its tenant (closed in the same commit), at a tenant's door, on
 * a tenant from outside (it may be half gone), or for the platform. `onDead` hears when nothing is tried any more,
 * for whatever reason, before the row says so; it may hear it twice.
 */
export type Handler<Name extends JobName> = Name extends TenantJobName
  ?
      | { inTenant: (ctx: WriteCtx, payload: JobPayload<Name>) => Promise<void> }
      | {
          atDoor: (door: Door, payload: JobPayload<Name>, job: JobInfo) => Promise<void>;
          onDead?: (door: Door, payload: JobPayload<Name>) => Promise<void>;
        }
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
  onDead?: (door: Door, payload: unknown) => Promise<void>;
};

/**
 * Runs one try and settles its row: done, due again, or dead. The row decides what is done and for whom;
 * what came through the queue only says where to look. Throws only when the database is away: then the
 * lease runs out, and the row is carried again.
 */
export async function runJob(handlers: Handlers, queued: QueuedJob): Promise<void> {
  const made = await startTry(queued);
  if (!made) return;
  const requestId = made.request_id ?? made.id;
  const job: JobInfo = { id: made.id, attempt: made.attempts, requestId, signal: made.stop.signal };
  const fields = {
    job: made.name,
    jobId: job.id,
    attempt: job.attempt,
    requestId: job.requestId,
    tenant: made.tenant_id,
  };
  try {
    await withLogFields(fields, () => runTry(handlers, made, job));
  } finally {
    endTry(made);
  }
}

async function runTry(handlers: Handlers, made: Try, job: JobInfo): Promise<void> {
  const { name } = made;
  const line = log("worker");
  if (!isJobName(name)) {
    // A newer version wrote the row.
    const state = await putBackUnknown(made);
    line.warn({ state }, "unknown job");
    return;
  }
  const start = performance.now();
  const took = () => (performance.now() - start) / 1000;
  try {
    // Tries that ended with their worker were never counted as failed; here they are.
    if (made.attempts > jobs[name].attempts)
      throw new AppError("INTERNAL", "tries_used_up", "Its workers died.");
    await untilStopped(made.stop, jobs[name].deadlineMs, () => perform(handlers, name, made, job));
    jobSeconds.observe({ job: name, outcome: "done" }, took());
    line.info({ durationMs: Math.round(took() * 1000) }, "job done");
  } catch (error) {
    if (error instanceof LostTry) {
      jobSeconds.observe({ job: name, outcome: "lost" }, took());
      return line.info("another try has this job");
    }
    if (isOutage(error) && (await spareTry(made, jobs[name].backoffMs, describe(error)))) {
      jobSeconds.observe({ job: name, outcome: "spared" }, took());
      line.warn({ err: error }, "what the job needs is away; the try does not count");
      return;
    }
    if (made.attempts >= jobs[name].attempts) await tellDead(handlers, name, made, job);
    const state = await failTry(made, jobs[name], describe(error));
    jobSeconds.observe({ job: name, outcome: state }, took());
    if (state === "dead") line.error({ err: error }, "job is dead");
    else line.warn({ err: error, state }, "job failed");
  }
}

/**
 * Tells whom it concerns that a job is about to be dead. When the database is away this throws, and the row's
 * lease brings it back to here.
 */
async function tellDead(handlers: Handlers, name: JobName, made: Try, job: JobInfo): Promise<void> {
  const { onDead } = handlers[name] as AnyHandler;
  if (!onDead) return;
  try {
    await onDead(await tenantDoor(made, job), jobs[name].payload.parse(made.payload));
  } catch (error) {
    if (isOutage(error)) throw error;
    log("worker").error({ err: error }, "nobody was told that a job is dead");
  }
}

/** What operators may read of a failure: what kind it is. Messages may quote people's data; they stand in the log. */
function describe(error: unknown): string {
  if (error instanceof AppError) return `${error.reason}: ${error.message}`;
  if (!(error instanceof Error)) return "unknown failure";
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code} (the log has more under this job's request id)`;
}

/** Gives a try up after its time, or when its row is lost. What still runs of it hears that by the signal. */
async function untilStopped(
  stop: AbortController,
  deadlineMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const stopped = Promise.withResolvers<never>();
  stop.signal.addEventListener("abort", () => stopped.reject(stop.signal.reason));
  const timer = setTimeout(
    () => stop.abort(new AppError("UNAVAILABLE", "deadline", `It took longer than ${deadlineMs} ms.`)),
    deadlineMs,
  );
  try {
    await Promise.race([work(), stopped.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function perform(handlers: Handlers, name: JobName, made: Try, job: JobInfo): Promise<void> {
  // The names agree: the table is typed by the registry, and the payload is parsed by the same entry.
  const handler = handlers[name] as AnyHandler;
  // Parsed again: an older version may have written the row.
  const payload = jobs[name].payload.parse(made.payload);
  if (handler.inTenant) {
    const { inTenant } = handler;
    await transact(await tenantDoor(made, job), "write", async (ctx) => {
      await inTenant(ctx, payload);
      // Closed in the commit of the work: done and noted, or neither.
      const closed = await ctx.db.$queryRaw<
        { closed: boolean }[]
      >`SELECT astra.complete(${made.id}::uuid, ${made.dispatches}::int) AS closed`;
      if (!closed[0]?.closed) throw new LostTry();
    });
    return;
  }
  if (handler.atDoor) await handler.atDoor(await tenantDoor(made, job), payload, job);
  else if (handler.onTenant && made.tenant_id) await handler.onTenant(made.tenant_id, payload, job);
  else await handler.platform?.(payload, job);
  if (!(await closeRow(made))) throw new LostTry();
}

async function tenantDoor(made: Try, job: JobInfo): Promise<Door> {
  const organization = made.tenant_id ? await findOrganizationById(made.tenant_id) : null;
  if (!organization) throw new AppError("NOT_FOUND", "no_tenant", "The job's organization does not exist.");
  return systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
}
