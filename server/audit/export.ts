import { Readable } from "node:stream";
import { Prisma } from "#prisma/generated/tenant/client.ts";
import { emit } from "../events/emit.ts";
import { notify } from "../notifications/notify.ts";
import { csvLine } from "../platform/csv.ts";
import { notFound } from "../platform/errors.ts";
import { tenantStorage } from "../platform/storage.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { entryText } from "./chain.ts";
import { filterCondition } from "./filter.ts";
import { noteRun, openStates } from "./runs.ts";
import { AuditFilter, type ExportFormat } from "./schema.ts";
import { entryColumns, mergedChanges, presentEntry, type EntryRecord } from "./view.ts";

const pageRows = 1_000;
const keptMs = 86_400_000;

/** An entry with all that an export says of it. */
export type ExportRecord = EntryRecord & {
  userAgent: string | null;
  changes: string;
  personal: string | null;
  hash: string | null;
  previousHash: string | null;
  text: string;
};

/** Where exports are in the organization's storage. */
export const exportsFolder = "audit/exports";

/** What an export is called in the organization's storage. */
export function exportKey(runId: string): string {
  return `${exportsFolder}/${runId}`;
}

/**
 * Writes an export that somebody asked for into storage, where it stays for a day. Throws the signal's reason when
 * it is aborted, and AppError not_found.
 */
export async function runExport(
  door: Door,
  { runId }: { runId: string },
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const run = await transact(door, "read", (ctx) => ctx.db.auditRun.findUnique({ where: { id: runId } }));
  if (!run) throw notFound("run");
  // The text is the one that requestExport made of a parsed filter; dates come back as texts.
  const stored = JSON.parse(run.filter, (name, value: unknown) =>
    (name === "from" || name === "to") && typeof value === "string" ? new Date(value) : value,
  ) as unknown;
  const filter = AuditFilter.parse(stored);
  const format = run.format === "csv" ? "csv" : "jsonl";
  await noteRun(door, runId, { state: "running", done: 0 });
  let rows = 0;
  const count = async (more: number) => {
    signal?.throwIfAborted();
    rows += more;
    await noteRun(door, runId, { done: rows });
  };
  const storage = tenantStorage(door.organization.id);
  await storage.putStream(exportKey(runId), Readable.from(exportedChunks(door, { filter, format, count })));
  const bytes = await storage.sizeOf(exportKey(runId));
  signal?.throwIfAborted();
  const now = door.clock.now();
  const expiresAt = new Date(now.getTime() + keptMs);
  const result = JSON.stringify({ rows, bytes });
  await transact(door, "write", async (ctx) => {
    await ctx.db.auditRun.update({
      where: { id: runId },
      data: { state: "done", total: rows, result, finishedAt: now, expiresAt },
      select: { id: true },
    });
    const told = { key: toldKey(runId), memberId: run.memberId };
    await notify(ctx, "audit_export_ready", { ...told, data: { runId, format, rows } });
    await emit(ctx, "audit.export_ready", { id: runId, format, rows });
  });
}

/**
 * Notes that an export will not be written any more, and tells the member who asked for it, in one commit. What its
 * tries have left in storage is not kept: it has expired.
 */
export async function giveUpExport(door: Door, { runId }: { runId: string }): Promise<void> {
  await transact(door, "write", async (ctx) => {
    const now = ctx.clock.now();
    const failed = await ctx.db.auditRun.updateManyAndReturn({
      where: { id: runId, state: { in: [...openStates] } },
      data: { state: "failed", finishedAt: now, expiresAt: now },
      select: { memberId: true },
    });
    for (const { memberId } of failed) {
      await notify(ctx, "audit_export_failed", { key: toldKey(runId), memberId, data: { runId } });
      await emit(ctx, "audit.export_failed", { id: runId });
    }
  });
}

function toldKey(runId: string): string {
  return `audit_export:${runId}`;
}

type Wanted = { filter: AuditFilter; format: ExportFormat; count?: (rows: number) => Promise<void> };

/**
 * The chosen entries, the newest first, in pieces of text. Each piece is read in a short transaction of its
 * own, so that an export of any size holds up nobody. What is written meanwhile is not in it.
 */
export async function* exportedChunks(door: Door, wanted: Wanted): AsyncGenerator<string> {
  const { filter, format, count } = wanted;
  const end = door.clock.now();
  const to = filter.to && filter.to < end ? filter.to : end;
  const toText = format === "csv" ? recordLine : entryLine;
  if (format === "csv") yield csvLine(csvColumns);
  let after: { at: Date; id: string } | undefined;
  for (;;) {
    const rows = await readPageOf(door, { ...filter, to }, after);
    if (rows.length > 0) yield rows.map(toText).join("");
    await count?.(rows.length);
    after = rows.at(-1);
    if (rows.length < pageRows) return;
  }
}

async function readPageOf(
  door: Door,
  filter: AuditFilter,
  after: { at: Date; id: string } | undefined,
): Promise<ExportRecord[]> {
  return transact(door, "read", async (ctx) => {
    const condition = await filterCondition(ctx.db, filter);
    const beyond = after
      ? Prisma.sql`(e.at, e.id) < (${after.at}::timestamptz, ${after.id}::uuid)`
      : Prisma.sql`true`;
    return ctx.db.$queryRaw<ExportRecord[]>`
      SELECT ${entryColumns}, e.user_agent AS "userAgent", e.changes, e.personal, ${Prisma.raw(entryText)} AS text,
        encode(l.hash, 'hex') AS hash, encode(l.prev_hash, 'hex') AS "previousHash"
      FROM audit_entries e LEFT JOIN audit_seals l ON l.entry_id = e.id
      WHERE ${condition} AND ${beyond} ORDER BY e.at DESC, e.id DESC LIMIT ${pageRows}`;
  });
}

/** One entry as a line of JSON, with its link: `text` is exactly what `hash` was made of. */
export function entryLine(row: ExportRecord): string {
  const { userAgent, hash, previousHash, text } = row;
  const changes = mergedChanges(row.changes, row.personal);
  return `${JSON.stringify({ kind: "entry", ...presentEntry(row), userAgent, ...changes, previousHash, hash, text })}\n`;
}

const csvColumns = [
  "seq",
  "id",
  "at",
  "action",
  "actor_kind",
  "actor_id",
  "actor_name",
  "impersonator_id",
  "target_type",
  "target_id",
  "target_label",
  "ip",
  "user_agent",
  "request_id",
  "before",
  "after",
  "hash",
];

function recordLine(row: ExportRecord): string {
  const { before, after } = mergedChanges(row.changes, row.personal);
  const cells = [
    row.seq === null ? "" : String(row.seq),
    row.id,
    row.at.toISOString(),
    row.action,
    row.actorKind,
    row.actorId,
    row.actorName,
    row.impersonatorId,
    row.targetType,
    row.targetId,
    row.targetLabel,
    row.ip,
    row.userAgent,
    row.requestId,
    JSON.stringify(before),
    JSON.stringify(after),
    row.hash,
  ];
  return csvLine(cells.map((cell) => cell ?? ""));
}
