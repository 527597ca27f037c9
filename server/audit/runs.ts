import { createHmac, timingSafeEqual } from "node:crypto";
import { v7 as uuid } from "uuid";
import { enqueue } from "../jobs/enqueue.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { derivedKey } from "../platform/secrets.ts";
import type { Door, ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { audit } from "./audit.ts";
import type { AuditExport, AuditRun, ById, ExportAudit, ExportFormat } from "./schema.ts";

/** A run that is older than this is not under way any more, whatever it says. */
const underWayMs = 7_200_000;
const exportsMax = 10;
/** Runs that are not over. */
export const openStates = ["waiting", "running"] as const;

/** Asks for a verification of the whole log; one that is under way is joined. Answers its run. */
export async function requestVerification(ctx: WriteCtx): Promise<{ id: string }> {
  const under = await runUnderWay(ctx, "verify");
  await audit(ctx, { action: "audit.verify", target: { type: "audit", id: under?.id ?? "", label: "" } });
  if (under) return under;
  const id = uuid();
  await ctx.db.auditRun.create({
    data: { id, kind: "verify", memberId: memberOf(ctx), createdAt: ctx.clock.now() },
    select: { id: true },
  });
  await enqueue(ctx, "audit.verify", { runId: id });
  return { id };
}

/** The run of this kind that waits or runs: an organization has one at most, since all share the workers. */
async function runUnderWay(ctx: WriteCtx, kind: AuditRun["kind"]): Promise<{ id: string } | null> {
  // Two that ask at once would each find none.
  await ctx.db.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 8))::text`;
  const since = new Date(ctx.clock.now().getTime() - underWayMs);
  return ctx.db.auditRun.findFirst({
    where: { kind, state: { in: [...openStates] }, createdAt: { gt: since } },
    select: { id: true },
  });
}

/** Asks for an export of what a filter chooses. Answers its run. Throws AppError export_under_way. */
export async function requestExport(ctx: WriteCtx, input: ExportAudit): Promise<{ id: string }> {
  if (await runUnderWay(ctx, "export")) {
    throw new AppError(
      "CONFLICT",
      "export_under_way",
      "An export is being written. Ask again when it is ready.",
    );
  }
  const id = uuid();
  const { format, filter } = input;
  await ctx.db.auditRun.create({
    data: {
      id,
      kind: "export",
      format,
      filter: JSON.stringify(filter),
      memberId: memberOf(ctx),
      createdAt: ctx.clock.now(),
    },
    select: { id: true },
  });
  await audit(ctx, {
    action: "audit.export",
    target: { type: "audit", id, label: "" },
    after: { format, filter },
    // What somebody looks for may be somebody's name.
    personal: ["filter"],
  });
  await enqueue(ctx, "audit.export", { runId: id });
  return { id };
}

function memberOf(ctx: WriteCtx): string | null {
  return ctx.actor.kind === "member" ? ctx.actor.memberId : null;
}

/** How far a verification or an export is. Throws AppError not_found. */
export async function getAuditRun(ctx: ReadCtx, { id }: ById): Promise<AuditRun> {
  const run = await ctx.db.auditRun.findUnique({ where: { id } });
  if (!run) throw notFound("run");
  return presentRun(ctx, run);
}

/** The exports that were asked for last, the newest first. */
export async function listExports(ctx: ReadCtx): Promise<AuditExport[]> {
  const runs = await ctx.db.auditRun.findMany({
    where: { kind: "export" },
    orderBy: { createdAt: "desc" },
    take: exportsMax,
  });
  const memberIds = runs.map((run) => run.memberId).filter((id) => id !== null);
  const members = await ctx.db.member.findMany({
    where: { id: { in: memberIds } },
    select: { id: true, name: true },
  });
  return runs.map((run) => ({
    ...presentRun(ctx, run),
    requestedBy: members.find((member) => member.id === run.memberId)?.name ?? null,
  }));
}

type RunRecord = NonNullable<Awaited<ReturnType<ReadCtx["db"]["auditRun"]["findUnique"]>>>;

function presentRun(ctx: ReadCtx, run: RunRecord): AuditRun {
  const { id, createdAt, finishedAt, expiresAt, result } = run;
  const open = run.kind === "export" && run.state === "done" && expiresAt && expiresAt > ctx.clock.now();
  return {
    id,
    // The columns' CHECKs hold the same closed sets as the types.
    kind: run.kind as AuditRun["kind"],
    state: run.state as AuditRun["state"],
    format: run.format as ExportFormat | null,
    done: Number(run.done),
    total: Number(run.total),
    result: result ? (JSON.parse(result) as Record<string, unknown>) : null,
    createdAt,
    finishedAt,
    expiresAt,
    downloadPath: open ? downloadPath(ctx, id, expiresAt) : null,
  };
}

export type Progress = {
  state?: AuditRun["state"];
  done?: number;
  total?: number;
  result?: string;
  finishedAt?: Date;
  expiresAt?: Date;
};

/** Notes how far a run is, in a short transaction of its own. */
export async function noteRun(door: Door, id: string, progress: Progress): Promise<void> {
  await transact(door, "write", (ctx) =>
    ctx.db.auditRun.update({ where: { id }, data: progress, select: { id: true } }),
  );
}

function downloadPath(ctx: ReadCtx, runId: string, expiresAt: Date): string {
  const expires = String(expiresAt.getTime());
  const signature = signatureOf(ctx.organization.id, runId, expires);
  const query = new URLSearchParams({
    kind: "audit",
    organization: ctx.organization.slug,
    run: runId,
    expires,
    signature,
  });
  return `/api/compliance/export?${query}`;
}

/** Whether a link was made by this installation for this export, and is still good. */
export function isGoodLink(
  organizationId: string,
  link: { run: string; expires: string; signature: string },
  now: Date,
): boolean {
  const expected = Buffer.from(signatureOf(organizationId, link.run, link.expires));
  const given = Buffer.from(link.signature);
  const same = given.length === expected.length && timingSafeEqual(given, expected);
  return same && Number(link.expires) > now.getTime();
}

function signatureOf(organizationId: string, runId: string, expires: string): string {
  return createHmac("sha256", derivedKey("audit-export-links"))
    .update(`${organizationId}.${runId}.${expires}`)
    .digest("base64url");
}
