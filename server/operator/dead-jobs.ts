import { recordSecurityEvent } from "../access/security-log.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { RequestInfo } from "../tenancy/context.ts";
import type { DiscardDeadJob, ListDeadJobs, ReplayDeadJobs } from "./schema.ts";

/** Who acts for the fleet; every act of an operator stands in the platform's log. */
export type OperatorAct = { accountId?: string; request: RequestInfo };

export type DeadJob = {
  id: string;
  organizationId: string | null;
  organizationSlug: string | null;
  name: string;
  attempts: number;
  error: string | null;
  requestId: string | null;
  createdAt: Date;
};

type DeadRow = {
  id: string;
  tenant_id: string | null;
  name: string;
  attempts: number;
  error: string | null;
  request_id: string | null;
  created_at: Date;
};

/** Jobs that failed for good, newest first: what, whose and why, never with what data. */
export async function listDeadJobs(
  input: ListDeadJobs,
): Promise<{ items: DeadJob[]; nextAfter: string | null }> {
  const rows = await platformDb().$queryRaw<DeadRow[]>`
    SELECT * FROM astra.dead_jobs(${input.after ?? null}::uuid, ${input.limit}::int)`;
  const ids = rows.flatMap((row) => row.tenant_id ?? []);
  const organizations = await platformDb().organization.findMany({
    where: { id: { in: ids } },
    select: { id: true, slug: true },
  });
  const slugs = new Map(organizations.map(({ id, slug }) => [id, slug]));
  const items = rows.map((row) => ({
    id: row.id,
    organizationId: row.tenant_id,
    organizationSlug: row.tenant_id ? (slugs.get(row.tenant_id) ?? null) : null,
    name: row.name,
    attempts: row.attempts,
    error: row.error,
    requestId: row.request_id,
    createdAt: row.created_at,
  }));
  return { items, nextAfter: rows.length === input.limit ? (rows.at(-1)?.id ?? null) : null };
}

/** Makes dead jobs due again, as if they were new. Throws AppError not_found when none is dead any more. */
export async function replayDeadJobs(act: OperatorAct, input: ReplayDeadJobs): Promise<{ replayed: number }> {
  const id = "id" in input ? input.id : null;
  const name = "name" in input ? input.name : null;
  const replayed = await platformDb().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ replayed: bigint }[]>`
      SELECT astra.replay_dead(${id}::uuid, ${name}) AS replayed`;
    const count = Number(rows[0]?.replayed ?? 0);
    if (count === 0) throw new AppError("NOT_FOUND", "not_found", "No such job is dead any more.");
    await recordSecurityEvent(
      { kind: "operator.jobs.replay", ...act, detail: { id, name, replayed: count } },
      tx,
    );
    return count;
  });
  wakeRelay();
  return { replayed };
}

/** Gives a dead job up for good. Throws AppError not_found when it is not dead. */
export async function discardDeadJob(act: OperatorAct, input: DiscardDeadJob): Promise<void> {
  await platformDb().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ discarded: boolean }[]>`
      SELECT astra.discard_dead(${input.id}::uuid) AS discarded`;
    if (!rows[0]?.discarded) throw new AppError("NOT_FOUND", "not_found", "This job is not dead any more.");
    await recordSecurityEvent({ kind: "operator.jobs.discard", ...act, detail: { id: input.id } }, tx);
  });
}
