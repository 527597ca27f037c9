import { Prisma } from "#prisma/generated/tenant/client.ts";
import { eventTypes, kindOf } from "../events/catalogue.ts";
import { notFound } from "../platform/errors.ts";
import { readPage, type Range, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import {
  countedMax,
  deliveryStates,
  schedulePresets,
  type DeliveryRow,
  type EndpointById,
  type ListDeliveries,
  type ListEndpoints,
  type SchedulePreset,
  type UndeliveredGroup,
  type WebhookEndpoint,
  type WebhookEndpointRow,
} from "./schema.ts";
import { queueDepths } from "./queue-depth.ts";

const dayMs = 86_400_000;
const groupedMax = 10_000;

type EndpointRecord = Omit<WebhookEndpoint, "schedulePreset" | "lastError" | "createdBy"> & {
  error: NonNullable<WebhookEndpoint["lastError"]>["error"] | null;
  errorStatus: number | null;
  errorAt: Date | null;
  createdByName: string | null;
};

const endpointColumns = Prisma.sql`e.id, e.url, e.description, coalesce(e.types, '{}') AS types, e.payload, coalesce(e.header_names, '{}') AS "headerNames",
  coalesce(e.schedule, '{}') AS schedule, e.per_second AS "perSecond", e.concurrency, e.state, e.disabled_for AS "disabledFor",
  e.stopped_at AS "stoppedAt", e.failing_since AS "failingSince", e.delivered_at AS "deliveredAt", e.error,
  e.error_status AS "errorStatus", e.error_at AS "errorAt", e.next_send_at AS "nextSendAt",
  e.overlap_until AS "overlapUntil", m.name AS "createdByName", e.created_at AS "createdAt",
  e.updated_at AS "updatedAt", e.version`;
const endpointTables = Prisma.sql`webhook_endpoints e LEFT JOIN members m ON m.id = e.created_by_id`;

const endpointSorts: Record<"createdAt", Sort<EndpointRecord>> = { createdAt: { kind: "id" } };

/** Pages through the endpoints, the newest first, with what waits for each. Throws AppError bad_cursor. */
export async function listEndpoints(ctx: ReadCtx, input: ListEndpoints): Promise<Page<WebhookEndpointRow>> {
  const filter = Prisma.sql`e.state <> 'deleted'`;
  return readPage({
    name: "webhooks",
    id: Prisma.sql`e.id`,
    sorts: endpointSorts,
    request: { ...input, sort: { by: "createdAt", direction: "desc" } },
    rows: ({ where, orderBy, limit }) => ctx.db.$queryRaw<EndpointRecord[]>`
      SELECT ${endpointColumns} FROM ${endpointTables} WHERE ${filter} AND ${where}
      ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM webhook_endpoints e WHERE ${filter}`,
    present: (rows) => withFigures(ctx, rows),
  });
}

async function withFigures(ctx: ReadCtx, rows: EndpointRecord[]): Promise<WebhookEndpointRow[]> {
  const ids = rows.map(({ id }) => id);
  const depths = await queueDepths(ctx, ids);
  const days = await lastDays(ctx, ids);
  const now = ctx.clock.now();
  return rows.map((row) => ({
    ...presentEndpoint(row, now),
    queue: depths.get(row.id) ?? { pending: 0, held: 0, dead: 0 },
    lastDay: days.get(row.id) ?? { delivered: 0, failed: 0 },
  }));
}

async function lastDays(ctx: ReadCtx, ids: string[]): Promise<Map<string, WebhookEndpointRow["lastDay"]>> {
  const since = new Date(ctx.clock.now().getTime() - dayMs);
  const rows = await ctx.db.$queryRaw<{ id: string; delivered: number; failed: number }[]>`
    SELECT h.endpoint_id AS id, sum(h.delivered)::int AS delivered, sum(h.failed)::int AS failed
    FROM webhook_hours h WHERE h.endpoint_id = ANY (${ids}::uuid[]) AND h.hour > ${since}::timestamptz
    GROUP BY h.endpoint_id`;
  return new Map(rows.map(({ id, ...day }) => [id, day]));
}

/** One endpoint's settings and state. Throws AppError not_found. */
export async function getEndpoint(ctx: ReadCtx, { id }: EndpointById): Promise<WebhookEndpoint> {
  const [row] = await ctx.db.$queryRaw<EndpointRecord[]>`
    SELECT ${endpointColumns} FROM ${endpointTables} WHERE e.id = ${id}::uuid AND e.state <> 'deleted'`;
  if (!row) throw notFound("endpoint");
  return presentEndpoint(row, ctx.clock.now());
}

function presentEndpoint(row: EndpointRecord, now: Date): WebhookEndpoint {
  const { error, errorStatus, errorAt, createdByName, ...endpoint } = row;
  const later = (date: Date | null) => (date && date > now ? date : null);
  return {
    ...endpoint,
    schedulePreset: presetOf(row.schedule),
    lastError: error && errorAt ? { error, status: errorStatus, at: errorAt } : null,
    nextSendAt: later(row.nextSendAt),
    overlapUntil: later(row.overlapUntil),
    createdBy: createdByName,
  };
}

function presetOf(schedule: number[]): SchedulePreset | null {
  const presets = Object.entries(schedulePresets) as [SchedulePreset, readonly number[]][];
  return presets.find(([, pauses]) => pauses.join() === schedule.join())?.[0] ?? null;
}

type DeliveryRecord = Omit<DeliveryRow, "endpoint"> & {
  endpointId: string;
  endpointUrl: string;
  endpointDescription: string;
};

/** Columns of a DeliveryRecord, of `webhook_deliveries d` and `webhook_endpoints e`. */
export const deliveryColumns = Prisma.sql`d.id, d.endpoint_id AS "endpointId", e.url AS "endpointUrl",
  e.description AS "endpointDescription", d.event_id AS "eventId", d.type, d.state, d.attempts,
  d.next_try_at AS "nextTryAt", d.error, d.status, d.duration_ms AS "durationMs", d.created_at AS "createdAt",
  d.settled_at AS "settledAt"`;

const deliverySorts: Record<"createdAt", Sort<DeliveryRecord>> = { createdAt: { kind: "id" } };

/**
 * Pages through deliveries, those of the newest events first. `total` counts up to 1,001, which means more. Throws
 * AppError bad_cursor.
 */
export async function listDeliveries(ctx: ReadCtx, input: ListDeliveries): Promise<Page<DeliveryRow>> {
  const { cursor, limit, ...filter } = input;
  return readPage({
    name: "webhookDeliveries",
    id: Prisma.sql`d.id`,
    sorts: deliverySorts,
    request: { sort: { by: "createdAt", direction: "desc" }, cursor, limit },
    rows: (range) => ctx.db.$queryRaw<DeliveryRecord[]>`
      SELECT ${deliveryColumns} FROM (${chosenIds(filter, range)}) c
      JOIN webhook_deliveries d ON d.id = c.id JOIN webhook_endpoints e ON e.id = d.endpoint_id
      ORDER BY ${range.orderBy} LIMIT ${range.limit}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT least(count(*), ${countedMax + 1})::int AS total FROM (${chosenIds(filter, counted)}) AS few`,
    present: (rows) => rows.map(presentDelivery),
  });
}

const counted: Range = {
  where: Prisma.sql`true`,
  orderBy: Prisma.sql`d.id DESC`,
  limit: countedMax + 1,
};

type Filter = Omit<ListDeliveries, "cursor" | "limit">;

/**
 * The ids that a filter chooses. Each state, error or type is a stretch of its own of an index that is in the order of
 * ids: the first rows of all of them hold the first rows of the list, however rare one is.
 */
function chosenIds(filter: Filter, range: Range): Prisma.Sql {
  const condition = conditionOf(filter);
  const stretch = (part: Prisma.Sql) => Prisma.sql`(SELECT d.id FROM webhook_deliveries d
    WHERE ${condition} AND ${part} AND ${range.where} ORDER BY ${range.orderBy} LIMIT ${range.limit})`;
  return Prisma.join(partsOf(filter).map(stretch), " UNION ALL ");
}

/** What a filter is taken apart by: no row is in two parts, and all of them are in one. */
function partsOf({ endpointId, eventId, states, type, errors }: Filter): Prisma.Sql[] {
  if (eventId) return [anyOf(Prisma.sql`d.state`, states)];
  const types = typesOf(type);
  if (states) return eachOf(Prisma.sql`d.state`, states);
  if (errors) return eachOf(Prisma.sql`d.error`, errors);
  if (types) return eachOf(Prisma.sql`d.type`, types);
  return endpointId ? eachOf(Prisma.sql`d.state`, deliveryStates) : [Prisma.sql`true`];
}

function eachOf(column: Prisma.Sql, values: readonly string[]): Prisma.Sql[] {
  return [...new Set(values)].map((value) => Prisma.sql`${column} = ${value}`);
}

/** One value stands as one: an index that begins with it is in the order of what follows. */
function anyOf(column: Prisma.Sql, values: readonly string[] | undefined): Prisma.Sql {
  if (!values) return Prisma.sql`true`;
  return values.length === 1
    ? Prisma.sql`${column} = ${values[0]}`
    : Prisma.sql`${column} = ANY (${[...values]}::text[])`;
}

/** Undefined for all of them. */
function typesOf(type: string | undefined): readonly string[] | undefined {
  if (!type || type === "*") return undefined;
  if (!type.endsWith(".*")) return [type];
  const ofKind = eventTypes.filter((one) => kindOf(one) === kindOf(type));
  // Of a kind that there is not: nothing.
  return ofKind.length > 0 ? ofKind : [type];
}

function conditionOf({ endpointId, eventId, type, errors, from, to }: Filter): Prisma.Sql {
  const conditions = [anyOf(Prisma.sql`d.type`, typesOf(type)), anyOf(Prisma.sql`d.error`, errors)];
  if (endpointId) conditions.push(Prisma.sql`d.endpoint_id = ${endpointId}::uuid`);
  if (eventId) conditions.push(Prisma.sql`d.event_id = ${eventId}::uuid`);
  // An id begins with its moment: the bounds of time are bounds of the index as well.
  if (from) conditions.push(Prisma.sql`d.id >= ${idAt(from)}::uuid`);
  if (to) conditions.push(Prisma.sql`d.id < ${idAt(to)}::uuid`);
  return Prisma.join(conditions, " AND ");
}

/** The smallest UUIDv7 of a moment. */
function idAt(moment: Date): string {
  const hex = Math.max(0, moment.getTime()).toString(16).padStart(12, "0").slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** A delivery as lists show it. */
export function presentDelivery(record: DeliveryRecord): DeliveryRow {
  const { endpointId, endpointUrl, endpointDescription, ...row } = record;
  return { ...row, endpoint: { id: endpointId, url: endpointUrl, description: endpointDescription } };
}

type GroupRecord = Omit<UndeliveredGroup, "endpoint"> & {
  endpointId: string;
  endpointUrl: string;
  endpointDescription: string;
};

const newest = (state: string) => Prisma.sql`(SELECT d.endpoint_id, d.state, d.error, d.status, d.created_at
  FROM webhook_deliveries d WHERE d.state = ${state} ORDER BY d.id DESC LIMIT ${groupedMax})`;

/** What did not arrive, by endpoint and by why; of each state the newest 10,000 are looked at. */
export async function listUndelivered(ctx: ReadCtx): Promise<{ items: UndeliveredGroup[] }> {
  const rows = await ctx.db.$queryRaw<GroupRecord[]>`
    SELECT e.id AS "endpointId", e.url AS "endpointUrl", e.description AS "endpointDescription", d.state, d.error,
      d.status, count(*)::int AS count, min(d.created_at) AS "oldestAt", max(d.created_at) AS "newestAt"
    FROM (${newest("dead")} UNION ALL ${newest("held")}) d JOIN webhook_endpoints e ON e.id = d.endpoint_id
    WHERE e.state <> 'deleted' GROUP BY e.id, d.state, d.error, d.status ORDER BY count DESC, e.id LIMIT 200`;
  return {
    items: rows.map(({ endpointId, endpointUrl, endpointDescription, ...group }) => ({
      ...group,
      endpoint: { id: endpointId, url: endpointUrl, description: endpointDescription },
    })),
  };
}
