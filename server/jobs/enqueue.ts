import { Prisma } from "#prisma/generated/platform/client.ts";
import type { PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { jobs, type JobName, type JobPayload, type PlatformJobName, type TenantJobName } from "./registry.ts";
import { wakeRelay } from "./wake.ts";

const atOnceMax = 1_000;

/**
 * Accepts a job in the transaction of the change that causes it: both commit or neither. The tenant
 * comes from the transaction's own key. `at` delays the first try. Throws AppError for a payload that
 * does not fit the registry.
 */
export async function enqueue<Name extends TenantJobName>(
  ctx: WriteCtx,
  name: Name,
  payload: JobPayload<Name>,
  options: { at?: Date } = {},
): Promise<string> {
  const [id] = await enqueueMany(ctx, name, [payload], options);
  if (!id) throw notAccepted();
  return id;
}

/** As enqueue, for several jobs of one kind in one statement. Answers their ids in the order of the payloads. */
export async function enqueueMany<Name extends TenantJobName>(
  ctx: WriteCtx,
  name: Name,
  payloads: JobPayload<Name>[],
  options: { at?: Date } = {},
): Promise<string[]> {
  if (payloads.length > atOnceMax) throw new RangeError(`more than ${atOnceMax} jobs at once`);
  const texts = payloads.map((payload) => checkedPayload(name, payload));
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    SELECT astra.enqueue(${name}, asked.payload::jsonb, ${options.at ?? null}::timestamptz, ${ctx.request.id}) AS id
    FROM unnest(${texts}::text[]) WITH ORDINALITY AS asked (payload, number) ORDER BY asked.number`;
  // What is due later is found when it is due.
  if (!options.at) ctx.afterCommit(() => wakeRelay(jobs[name].queue));
  return rows.map(({ id }) => id);
}

type PlatformJobOptions = { at?: Date; requestId?: string; once?: boolean };

/**
 * Accepts a job of the platform in a platform transaction. With `once`, one that waits already will do.
 * The caller wakes the relay after its commit.
 */
export async function enqueuePlatform<Name extends PlatformJobName>(
  tx: PlatformTx,
  name: Name,
  payload: JobPayload<Name>,
  options: PlatformJobOptions = {},
): Promise<string> {
  const rows = await tx.$queryRaw<{ id: string }[]>`SELECT ${platformJob(name, payload, options)} AS id`;
  const id = rows[0]?.id;
  if (!id) throw notAccepted();
  return id;
}

/**
 * What accepts a job of the platform, as an expression for a statement of one's own; it answers the job's id. Throws
 * AppError for a payload that does not fit the registry.
 */
export function platformJob<Name extends PlatformJobName>(
  name: Name,
  payload: JobPayload<Name>,
  { at, requestId, once = false }: PlatformJobOptions = {},
): Prisma.Sql {
  const text = checkedPayload(name, payload);
  return Prisma.sql`astra.enqueue_platform(${name}, ${text}::jsonb, ${at ?? null}::timestamptz, ${requestId ?? null},
    ${once})`;
}

function checkedPayload(name: JobName, payload: unknown): string {
  const parsed = jobs[name].payload.safeParse(payload);
  if (!parsed.success) throw new AppError("INTERNAL", "job_payload", `The job ${name} got a wrong payload.`);
  return JSON.stringify(parsed.data);
}

function notAccepted(): AppError {
  return new AppError("INTERNAL", "job_refused", "The job was not accepted.");
}
