import { z } from "zod";
import { Prisma } from "#prisma/generated/platform/client.ts";
import { recordSecurityEvent } from "../access/security-log.ts";
import { isJobName, jobs } from "../jobs/registry.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import type { RequestInfo } from "../tenancy/context.ts";
import type {
  DeadJob,
  DeadJobDetail,
  DeadJobId,
  DiscardDeadJobs,
  ListDeadJobs,
  ReplayDeadJobs,
} from "./schema.ts";

/** Who acts for the fleet; every act of an operator stands in the platform's log. */
export type OperatorAct = { accountId?: string; request: RequestInfo };

type DeadRow = {
  id: string;
  tenantId: string | null;
  name: string;
  queue: string;
  attempts: number;
  error: string | null;
  requestId: string | null;
  createdAt: Date;
};

const columns = Prisma.sql`d.id, d.tenant_id AS "tenantId", d.name, d.queue, d.attempts, d.error,
  d.request_id AS "requestId", date_trunc('milliseconds', d.created_at) AS "createdAt"`;

const sorts: { createdAt: Sort<DeadRow> } = {
  createdAt: {
    kind: "column",
    column: Prisma.sql`date_trunc('milliseconds', d.created_at)`,
    type: "timestamptz",
    value: (row) => row.createdAt,
  },
};

/** Made due again with one call. A flood is let out in parts, so that no statement runs long. */
const replayMax = 10_000;

/** Jobs that failed for good, newest first: what, whose and why, never with what data. Throws AppError bad_cursor. */
export async function listDeadJobs(input: ListDeadJobs): Promise<Page<DeadJob>> {
  const chosen = await conditionOf(input);
  return readPage({
    name: "dead-jobs",
    id: Prisma.sql`d.id`,
    sorts,
    request: { ...input, sort: { by: "createdAt", direction: "desc" } },
    rows: ({ where, orderBy, limit }) => platformDb().$queryRaw<DeadRow[]>`
      SELECT ${columns} FROM astra.dead_letters d WHERE ${chosen} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () => platformDb().$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM astra.dead_letters d WHERE ${chosen}`,
    present: presentAll,
  });
}

type Filter = { name?: string | undefined; queue?: string | undefined; organization?: string | undefined };

async function conditionOf(filter: Filter): Promise<Prisma.Sql> {
  const conditions = [Prisma.sql`true`];
  if (filter.name) conditions.push(Prisma.sql`d.name = ${filter.name}`);
  if (filter.queue) conditions.push(Prisma.sql`d.queue = ${filter.queue}`);
  if (filter.organization) {
    conditions.push(Prisma.sql`d.tenant_id = ${await idOf(filter.organization)}::uuid`);
  }
  return Prisma.join(conditions, " AND ");
}

/** An address that leads nowhere chooses nothing. */
async function idOf(slug: string): Promise<string> {
  const organization = await platformDb().organization.findUnique({ where: { slug }, select: { id: true } });
  return organization?.id ?? "00000000-0000-0000-0000-000000000000";
}

/** What stands in the directory of an organization is all that an operator sees of it. */
async function presentAll(rows: DeadRow[]): Promise<DeadJob[]> {
  const ids = rows.flatMap((row) => row.tenantId ?? []);
  const organizations = await platformDb().organization.findMany({
    where: { id: { in: ids } },
    select: { id: true, slug: true, name: true },
  });
  const byId = new Map(organizations.map((organization) => [organization.id, organization]));
  return rows.map(({ tenantId, ...row }) => ({
    ...row,
    organization: tenantId
      ? (byId.get(tenantId) ?? { id: tenantId, slug: "", name: "An organization that is gone" })
      : null,
  }));
}

/** How many jobs of each name are dead, the most first; for the filters. */
export async function countDeadJobs(): Promise<{ name: string; queue: string; count: number }[]> {
  return platformDb().$queryRaw<{ name: string; queue: string; count: number }[]>`
    SELECT d.name, d.queue, count(*)::int AS count FROM astra.dead_letters d
    GROUP BY d.name, d.queue ORDER BY count DESC, d.name LIMIT 100`;
}

const Failures = z.array(
  z.object({
    at: z.iso.datetime({ offset: true }).transform((at) => new Date(at)),
    try: z.int(),
    error: z.string(),
  }),
);

/** One dead job with its payload and what happened at each try. Throws AppError not_found. */
export async function getDeadJob({ id }: DeadJobId): Promise<DeadJobDetail> {
  const rows = await platformDb().$queryRaw<
    (DeadRow & { payload: Record<string, unknown>; failures: unknown })[]
  >`SELECT ${columns}, d.payload, d.failures FROM astra.dead_letters d WHERE d.id = ${id}::uuid`;
  const row = rows[0];
  if (!row) throw notFound("dead job");
  const { payload, failures, ...rest } = row;
  const [job] = await presentAll([rest]);
  if (!job) throw notFound("dead job");
  return {
    ...job,
    payload,
    failures: Failures.catch([]).parse(failures),
    attemptsMax: isJobName(row.name) ? jobs[row.name].attempts : null,
  };
}

/**
 * Makes dead jobs due again, as if they were new: some, or all that a filter chooses, 10,000 at once. Throws
 * AppError not_found when none of them is dead any more.
 */
export async function replayDeadJobs(act: OperatorAct, input: ReplayDeadJobs): Promise<{ replayed: number }> {
  const ids = "ids" in input ? input.ids : null;
  const all: Filter = "all" in input ? input.all : {};
  const tenantId = all.organization ? await idOf(all.organization) : null;
  const replayed = await platformDb().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ replayed: bigint }[]>`
      SELECT astra.replay_dead_letters(${ids}::uuid[], ${all.name ?? null}, ${all.queue ?? null},
        ${tenantId}::uuid, ${replayMax}::int) AS replayed`;
    const count = Number(rows[0]?.replayed ?? 0);
    if (count === 0) throw noneDead();
    const detail = { ...(ids ? { ids } : { filter: { ...all } }), replayed: count };
    await recordSecurityEvent({ kind: "operator.jobs.replay", ...act, detail }, tx);
    return count;
  });
  wakeRelay();
  return { replayed };
}

/** Gives dead jobs up for good, for a reason that is kept. Throws AppError not_found when none of them is dead. */
export async function discardDeadJobs(
  act: OperatorAct,
  { ids, reason }: DiscardDeadJobs,
): Promise<{ discarded: number }> {
  return platformDb().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ discarded: bigint }[]>`
      SELECT astra.discard_dead_letters(${ids}::uuid[], ${reason}) AS discarded`;
    const discarded = Number(rows[0]?.discarded ?? 0);
    if (discarded === 0) throw noneDead();
    await recordSecurityEvent(
      { kind: "operator.jobs.discard", ...act, detail: { ids, reason, discarded } },
      tx,
    );
    return { discarded };
  });
}

function noneDead(): AppError {
  return new AppError("NOT_FOUND", "not_found", "No such job is dead any more.");
}
