import { Readable } from "node:stream";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import type { AccountSession } from "../access/account-session.ts";
import { exportedChunks, exportKey } from "../audit/export.ts";
import { recordedRead } from "../audit/recorded-read.ts";
import { isGoodLink } from "../audit/runs.ts";
import { AuditFilter, exportFormats, type ExportFormat } from "../audit/schema.ts";
import { AppError, errorStatus, notFound } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { tenantStorage } from "../platform/storage.ts";
import { StaleAccess } from "../tenancy/failures.ts";
import type { Door, RequestInfo } from "../tenancy/context.ts";
import { openDoor } from "./open-door.ts";
import { createRequestContext, type RequestContext } from "./request-context.ts";

const slug = z.string().min(1).max(63);

/** Either a finished export by its signed link, or what a filter chooses, written as it is read. */
const Query = z.union([
  z.strictObject({
    kind: z.literal("audit"),
    organization: slug,
    run: z.uuid(),
    expires: z.string().regex(/^\d{1,16}$/),
    signature: z.string().max(100),
  }),
  z.strictObject({
    kind: z.literal("audit"),
    organization: slug,
    format: z.enum(exportFormats).default("jsonl"),
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
    action: AuditFilter.shape.action,
    actorId: AuditFilter.shape.actorId,
    actorKind: AuditFilter.shape.actorKind,
    targetType: AuditFilter.shape.targetType,
    targetId: AuditFilter.shape.targetId,
    ip: AuditFilter.shape.ip,
    search: AuditFilter.shape.search,
    changesOnly: z
      .literal("true")
      .transform(() => true)
      .optional(),
  }),
]);

type Parts = { info: RequestInfo; findSession(): Promise<AccountSession | null> };

/**
 * Answers GET /api/compliance/export?kind=audit&organization=…: the permission is checked on each download,
 * and the download stands in the log before its first byte leaves.
 */
export async function answerComplianceExport(request: Request, parts: Parts): Promise<Response> {
  try {
    const query = Query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
    if (!query.success)
      throw new AppError("BAD_REQUEST", "bad_query", "The address of this export is not right.");
    const context = createRequestContext({
      request: parts.info,
      log: log("web"),
      organizationSlug: query.data.organization,
      authorization: request.headers.get("authorization"),
      findSession: () => parts.findSession(),
    });
    return await answerAtDoor(context, query.data);
  } catch (error) {
    return refusal(error, parts.info);
  }
}

type Asked = z.infer<typeof Query>;

/** Once more through a fresh door when roles, members or keys changed since they were last read. */
async function answerAtDoor(context: RequestContext, asked: Asked): Promise<Response> {
  const answer = (door: Door) => ("run" in asked ? download(door, asked) : stream(door, asked));
  try {
    return await answer(await openDoor(context, "audit_log.export"));
  } catch (error) {
    if (!(error instanceof StaleAccess)) throw error;
    return await answer(await openDoor(context, "audit_log.export", { fresh: true }));
  }
}

async function download(
  door: Door,
  link: { run: string; expires: string; signature: string },
): Promise<Response> {
  if (!isGoodLink(door.organization.id, link, door.clock.now())) {
    throw new AppError("FORBIDDEN", "link_expired", "This link has expired. Open the export once more.");
  }
  const read = { action: "audit.download", input: { id: link.run }, recorded: true };
  const run = await recordedRead(door, read, (ctx) =>
    ctx.db.auditRun.findFirst({ where: { id: link.run, kind: "export", state: "done" } }),
  );
  if (!run) throw notFound("export");
  const content = await tenantStorage(door.organization.id).getStream(exportKey(run.id));
  return file(door, run.format === "csv" ? "csv" : "jsonl", content);
}

async function stream(
  door: Door,
  query: Omit<AuditFilter, "from" | "to"> & {
    kind: "audit";
    organization: string;
    format: ExportFormat;
    from?: string | undefined;
    to?: string | undefined;
  },
): Promise<Response> {
  const { kind: _kind, organization: _organization, format, from, to, ...rest } = query;
  const filter = {
    ...rest,
    ...(from ? { from: new Date(from) } : {}),
    ...(to ? { to: new Date(to) } : {}),
  };
  await recordedRead(
    door,
    { action: "audit.download", input: { format, filter }, recorded: true },
    async () => {},
  );
  return file(door, format, Readable.from(exportedChunks(door, { filter, format }), { objectMode: false }));
}

function file(door: Door, format: ExportFormat, content: Readable): Response {
  const day = door.clock.now().toISOString().slice(0, 10);
  // Node's and the web's streams differ in their types alone.
  const body = Readable.toWeb(content) as unknown as ReadableStream<Uint8Array>;
  return new Response(body, {
    headers: {
      "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
      "content-disposition": `attachment; filename="audit-${door.organization.slug}-${day}.${format}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function refusal(error: unknown, info: RequestInfo): Response {
  const headers = { "x-request-id": info.id };
  if (error instanceof TRPCError && error.code === "UNAUTHORIZED") {
    return Response.json({ reason: "not_signed_in", message: "Sign in first." }, { status: 401, headers });
  }
  if (!(error instanceof AppError) || error.code === "INTERNAL") {
    log("web").error({ err: error, requestId: info.id }, "an export failed");
    return Response.json({ reason: "internal", message: "Something went wrong." }, { status: 500, headers });
  }
  const { reason, message, code } = error;
  return Response.json({ reason, message }, { status: errorStatus[code], headers });
}
