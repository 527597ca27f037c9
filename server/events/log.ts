import { Prisma } from "#prisma/generated/tenant/client.ts";
import { notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { events, eventTypes, kindName, kindOf } from "./catalogue.ts";
import { apiVersion, envelopeOf, type Envelope } from "./envelope.ts";
import type { DeliveryCounts, EventById, EventRow, EventTypeInfo, ListEvents } from "./schema.ts";
import { maySee, visibleTypes } from "./visible.ts";

/** Beyond this a count says no more than "many". */
const countedMax = 1_000;

type ListedRecord = { id: string; type: string; at: Date };

const sorts: Record<"at", Sort<ListedRecord>> = {
  at: { kind: "column", column: Prisma.sql`e.at`, type: "timestamptz", value: (row) => row.at },
};

/**
 * Pages through what has happened, the newest first, with what became of it. `total` counts up to 1,001, which means
 * more. Throws AppError bad_cursor.
 */
export async function listEvents(ctx: ReadCtx, input: ListEvents): Promise<Page<EventRow>> {
  const { cursor, limit, ...filter } = input;
  const condition = conditionOf(filter, visibleTypes(ctx.actor));
  return readPage({
    name: "events",
    id: Prisma.sql`e.id`,
    sorts,
    request: { sort: { by: "at", direction: "desc" }, cursor, limit },
    rows: ({ where, orderBy, limit: most }) => ctx.db.$queryRaw<ListedRecord[]>`
      SELECT e.id, e.type, e.at FROM events e WHERE ${condition} AND ${where} ORDER BY ${orderBy} LIMIT ${most}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM (
        SELECT FROM events e WHERE ${condition} ORDER BY e.at DESC LIMIT ${countedMax + 1}) AS few`,
    present: (rows) => withDeliveries(ctx, rows),
  });
}

function conditionOf(
  { type, from, to }: Omit<ListEvents, "cursor" | "limit">,
  visible: readonly string[] | null,
): Prisma.Sql {
  const conditions = [Prisma.sql`true`];
  if (visible) conditions.push(Prisma.sql`e.type = ANY (${visible}::text[])`);
  if (type?.endsWith(".*")) {
    const kind = kindOf(type);
    conditions.push(Prisma.sql`e.type = ANY (${eventTypes.filter((one) => kindOf(one) === kind)}::text[])`);
  } else if (type) conditions.push(Prisma.sql`e.type = ${type}`);
  if (from) conditions.push(Prisma.sql`e.at >= ${from}::timestamptz`);
  if (to) conditions.push(Prisma.sql`e.at < ${to}::timestamptz`);
  return Prisma.join(conditions, " AND ");
}

const none: DeliveryCounts = { pending: 0, delivered: 0, dead: 0, held: 0, canceled: 0 };

async function withDeliveries(ctx: ReadCtx, rows: ListedRecord[]): Promise<EventRow[]> {
  if (rows.length === 0) return [];
  const counted = await ctx.db.$queryRaw<{ eventId: string; state: keyof DeliveryCounts; count: number }[]>`
    SELECT d.event_id AS "eventId", d.state, count(*)::int AS count FROM webhook_deliveries d
    WHERE d.event_id = ANY (${rows.map(({ id }) => id)}::uuid[]) GROUP BY d.event_id, d.state`;
  const byEvent = Map.groupBy(counted, ({ eventId }) => eventId);
  return rows.map((row) => {
    const counts = (byEvent.get(row.id) ?? []).map(({ state, count }) => [state, count] as const);
    return { ...row, deliveries: { ...none, ...Object.fromEntries(counts) } };
  });
}

/** One event as it is sent. Where it went is told by the deliveries of its id. Throws AppError not_found. */
export async function getEvent(ctx: ReadCtx, { id }: EventById): Promise<Envelope> {
  const event = await ctx.db.event.findUnique({
    where: { id },
    select: { id: true, type: true, at: true, data: true },
  });
  if (!event || !maySee(ctx.actor, event.type)) throw notFound("event");
  return envelopeOf(ctx.organization.id, event);
}

/** The types that there are, for whoever chooses among them. */
export async function listEventTypes(): Promise<{ items: EventTypeInfo[] }> {
  return {
    items: eventTypes.map((type) => ({
      type,
      kind: kindName(kindOf(type)),
      version: apiVersion,
      description: events[type].description,
    })),
  };
}
