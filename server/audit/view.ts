import { Prisma } from "#prisma/generated/tenant/client.ts";
import { notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { checkpointPublicKey } from "./checkpoint.ts";
import { filterCondition, seenActions } from "./filter.ts";
import { nameIds } from "./named-ids.ts";
import type { AuditEntry, AuditFacets, AuditRow, AuditState, ById, ListAudit } from "./schema.ts";

/** Beyond this a count says no more than "many". */
const countedMax = 1_000;
const actorsMax = 200;

/** An entry's columns as lists read them. */
export type EntryRecord = {
  id: string;
  at: Date;
  action: string;
  actorKind: AuditRow["actor"]["kind"];
  actorId: string | null;
  actorName: string;
  impersonatorId: string | null;
  impersonatorName: string | null;
  targetType: string;
  targetId: string | null;
  targetLabel: string;
  ip: string | null;
  requestId: string | null;
  seq: bigint | null;
};

/** Columns of an EntryRecord, from `audit_entries e`. */
export const entryColumns = Prisma.sql`e.id, e.at, e.action, e.actor_kind AS "actorKind", e.actor_id AS "actorId",
  e.actor_name AS "actorName", e.impersonator_id AS "impersonatorId", e.impersonator_name AS "impersonatorName",
  e.target_type AS "targetType", e.target_id AS "targetId", e.target_label AS "targetLabel", e.ip,
  e.request_id AS "requestId", (SELECT s.seq FROM audit_seals s WHERE s.entry_id = e.id) AS seq`;

const sorts: Record<"at", Sort<ListedRecord>> = {
  at: { kind: "column", column: Prisma.sql`e.at`, type: "timestamptz", value: (row) => row.at },
};

/** Longer texts are read with their entry alone: a page of them could be megabytes. */
const listedChangesMax = 10_000;

type ListedRecord = EntryRecord & { changes: string };

/** Pages through the log, the newest first. `total` counts up to 1,001, which means more. Throws AppError bad_cursor. */
export async function listAudit(ctx: ReadCtx, input: ListAudit): Promise<Page<AuditRow>> {
  const { cursor, limit, ...filter } = input;
  const condition = await filterCondition(ctx.db, filter);
  return readPage({
    name: "audit",
    id: Prisma.sql`e.id`,
    sorts,
    request: { sort: { by: "at", direction: "desc" }, cursor, limit },
    rows: ({ where, orderBy, limit: most }) => ctx.db.$queryRaw<ListedRecord[]>`
      SELECT ${entryColumns}, CASE WHEN length(e.changes) <= ${listedChangesMax} THEN e.changes ELSE '{}' END AS changes
      FROM audit_entries e WHERE ${condition} AND ${where} ORDER BY ${orderBy} LIMIT ${most}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM (
        SELECT FROM audit_entries e WHERE ${condition} ORDER BY e.at DESC LIMIT ${countedMax + 1}) AS few`,
    present: (rows) =>
      rows.map((row) => ({ ...presentEntry(row), fields: fieldsOf(readSides(row.changes)) })),
  });
}

/** An entry as callers see it. */
export function presentEntry(row: EntryRecord): Omit<AuditRow, "fields"> {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    impersonator: row.impersonatorId ? { id: row.impersonatorId, name: row.impersonatorName } : null,
    target: { type: row.targetType, id: row.targetId, label: row.targetLabel },
    ip: row.ip,
    requestId: row.requestId,
    seq: row.seq === null ? null : Number(row.seq),
  };
}

function fieldsOf({ before, after, personal = [] }: Sides): string[] {
  return [...new Set([...Object.keys({ ...before, ...after }), ...personal])];
}

/** Written by audit() alone, in this form; what somebody else has put there is shown as it is. */
function readSides(text: string): Sides {
  try {
    return JSON.parse(text) as Sides;
  } catch {
    return { after: { changes: text } };
  }
}

type Sides = { before?: Record<string, unknown>; after?: Record<string, unknown>; personal?: string[] };

/** What an entry's two texts say together; a personal field that was erased is on neither side. */
export function mergedChanges(
  changes: string,
  personal: string | null,
): Required<Pick<AuditEntry, "before" | "after" | "personal">> {
  const open = readSides(changes);
  const closed = readSides(personal ?? "{}");
  return {
    before: { ...open.before, ...closed.before },
    after: { ...open.after, ...closed.after },
    personal: open.personal ?? [],
  };
}

type WholeRecord = EntryRecord & {
  userAgent: string | null;
  changes: string;
  personal: string | null;
  hash: string | null;
  previousHash: string | null;
  actorErased: boolean;
  subjectErased: boolean;
};

/** One entry with what changed and its link of the chain. Throws AppError not_found. */
export async function getAuditEntry(ctx: ReadCtx, { id }: ById): Promise<AuditEntry> {
  const [row] = await ctx.db.$queryRaw<WholeRecord[]>`
    SELECT ${entryColumns}, e.user_agent AS "userAgent", e.changes, e.personal,
      e.actor_salt IS NULL AS "actorErased", e.subject_salt IS NULL AS "subjectErased",
      encode(l.hash, 'hex') AS hash, encode(l.prev_hash, 'hex') AS "previousHash"
    FROM audit_entries e LEFT JOIN audit_seals l ON l.entry_id = e.id WHERE e.id = ${id}::uuid`;
  if (!row) throw notFound("entry");
  const changes = mergedChanges(row.changes, row.personal);
  return {
    ...presentEntry(row),
    fields: fieldsOf(changes),
    userAgent: row.userAgent,
    ...changes,
    names: await nameIds(ctx, changes),
    hash: row.hash,
    previousHash: row.previousHash,
    erased: { actor: row.actorErased, subject: row.subjectErased },
  };
}

/** Which actions and which actors the log knows, for the viewer's choices. */
export async function auditFacets(ctx: ReadCtx): Promise<AuditFacets> {
  const actors = await ctx.db.$queryRaw<AuditFacets["actors"]>`
    WITH RECURSIVE seen AS (
      (SELECT e.actor_id FROM audit_entries e WHERE e.actor_id IS NOT NULL ORDER BY e.actor_id LIMIT 1)
      UNION ALL
      SELECT (SELECT e.actor_id FROM audit_entries e WHERE e.actor_id > s.actor_id ORDER BY e.actor_id LIMIT 1)
      FROM seen s WHERE s.actor_id IS NOT NULL
    )
    SELECT l.kind, s.actor_id AS id, l.name
    FROM (SELECT actor_id FROM seen WHERE actor_id IS NOT NULL LIMIT ${actorsMax}) s
    CROSS JOIN LATERAL (SELECT e.actor_kind AS kind, e.actor_name AS name FROM audit_entries e
      WHERE e.actor_id = s.actor_id ORDER BY e.at DESC LIMIT 1) l
    ORDER BY l.name, s.actor_id`;
  return { actions: await seenActions(ctx.db), actors };
}

/** How far the log is sealed, checkpointed and verified. */
export async function auditState(ctx: ReadCtx): Promise<AuditState> {
  const chain = await ctx.db.auditChain.findUniqueOrThrow({ where: { one: true } });
  const [waiting] = await ctx.db.$queryRaw<{ pending: number }[]>`
    SELECT count(*)::int AS pending FROM (SELECT FROM audit_entries e
      WHERE (e.xid, e.id) > (${chain.cursorXid}::bigint, ${chain.cursorId}::uuid)
        AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) LIMIT ${countedMax + 1}) AS few`;
  const { checkpointAt, verifiedAt, verifiedSeq, verifiedFinding } = chain;
  // Written by the verification alone.
  const finding = verifiedFinding
    ? (JSON.parse(verifiedFinding) as NonNullable<AuditState["verified"]>["finding"])
    : null;
  return {
    sealed: Number(chain.seq),
    pending: waiting?.pending ?? 0,
    sealedAt: chain.sealedAt,
    head: chain.head ? Buffer.from(chain.head).toString("hex") : null,
    checkpoint: checkpointAt ? { seq: Number(chain.checkpointSeq), at: checkpointAt } : null,
    prunedThrough: Number(chain.prunedSeq),
    verified: verifiedAt ? { at: verifiedAt, through: Number(verifiedSeq ?? 0), finding } : null,
    publicKey: checkpointPublicKey(ctx.organization.id),
  };
}
