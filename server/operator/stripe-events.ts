import { Prisma } from "#prisma/generated/platform/client.ts";
import { recordSecurityEvent } from "../access/security-log.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { Page } from "../platform/page-input.ts";
import type { OperatorAct } from "./dead-jobs.ts";
import {
  openStates,
  type ListStripeEvents,
  type OpenStripeEvent,
  type ReplayStripeEvents,
  type StripeEventId,
} from "./schema.ts";

/** Made due again with one call. */
const replayMax = 500;

const columns = Prisma.sql`e.id, e.type, e.customer_id AS "customerId", e.state, e.tries, e.error,
  e.created_at AS "createdAt", e.received_at AS "receivedAt"`;

/** Spelled out in each statement, so that its index serves whatever else is asked for. */
const open = Prisma.sql`e.state IN ('unresolved', 'failed')`;

type Row = Omit<OpenStripeEvent, "organization">;

/**
 * Events of Stripe from which nothing has followed: of customers whom nobody knows, or that failed. The newest first. A
 * page is asked for by the last event of the one before it; the first page by nothing.
 */
export async function listStripeEvents({
  state,
  cursor,
  limit,
}: ListStripeEvents): Promise<Page<OpenStripeEvent>> {
  const chosen = state ? Prisma.sql`${open} AND e.state = ${state}` : open;
  const place = Prisma.sql`(SELECT c.received_at, c.id FROM stripe_events c WHERE c.id = ${cursor ?? ""})`;
  const rows = await platformDb().$queryRaw<Row[]>`
    SELECT ${columns} FROM stripe_events e
    WHERE ${chosen} ${cursor === undefined ? Prisma.empty : Prisma.sql`AND (e.received_at, e.id) < ${place}`}
    ORDER BY e.received_at DESC, e.id DESC LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const [counted] = await platformDb().$queryRaw<{ total: number }[]>`
    SELECT count(*)::int AS total FROM stripe_events e WHERE ${chosen}`;
  return {
    items: await presentAll(shown),
    total: counted?.total ?? 0,
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    previousCursor: cursor === undefined ? null : await cursorBefore({ chosen, place, limit }),
  };
}

type Before = { chosen: Prisma.Sql; place: Prisma.Sql; limit: number };

/** By which event the page before this one is asked for; null for the first page. */
async function cursorBefore({ chosen, place, limit }: Before): Promise<string | null> {
  const rows = await platformDb().$queryRaw<{ id: string }[]>`
    SELECT e.id FROM stripe_events e
    WHERE ${chosen} AND (e.received_at, e.id) > ${place}
    ORDER BY e.received_at, e.id LIMIT ${limit}`;
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

/** How many events are open, by state. */
export async function countOpenEvents(): Promise<Record<OpenStripeEvent["state"], number>> {
  const [row] = await platformDb().$queryRaw<{ unresolved: number; failed: number }[]>`
    SELECT (count(*) FILTER (WHERE e.state = 'unresolved'))::int AS unresolved,
      (count(*) FILTER (WHERE e.state = 'failed'))::int AS failed FROM stripe_events e WHERE ${open}`;
  return row ?? { unresolved: 0, failed: 0 };
}

/** One open event. Throws AppError not_found. */
export async function getStripeEvent({ id }: StripeEventId): Promise<OpenStripeEvent> {
  const rows = await platformDb().$queryRaw<Row[]>`
    SELECT ${columns} FROM stripe_events e WHERE ${open} AND e.id = ${id}`;
  const [event] = await presentAll(rows);
  if (!event) throw new AppError("NOT_FOUND", "not_found", "This event is not open any more.");
  return event;
}

async function presentAll(rows: Row[]): Promise<OpenStripeEvent[]> {
  const owners = await ownersOf(rows.flatMap(({ customerId }) => customerId ?? []));
  return rows.map((row) => ({
    ...row,
    organization: (row.customerId && owners.get(row.customerId)) || null,
  }));
}

/** Whose customers these are, as the directory shows them. */
async function ownersOf(customerIds: string[]) {
  const known = await platformDb().billingCustomer.findMany({
    where: { customerId: { in: customerIds } },
    select: { customerId: true, organizationId: true },
  });
  const organizations = await platformDb().organization.findMany({
    where: { id: { in: known.map(({ organizationId }) => organizationId) } },
    select: { id: true, slug: true, name: true },
  });
  const byId = new Map(organizations.map((organization) => [organization.id, organization]));
  return new Map(known.map(({ customerId, organizationId }) => [customerId, byId.get(organizationId)]));
}

/**
 * Has events acted upon anew, with all their tries: some, or 500 of a state, the oldest first. Throws AppError not_found
 * when none of them is open any more.
 */
export async function replayStripeEvents(
  act: OperatorAct,
  input: ReplayStripeEvents,
): Promise<{ replayed: number }> {
  const chosen = "ids" in input ? Prisma.sql`e.id = ANY(${input.ids}::text[])` : Prisma.sql`true`;
  const states = "all" in input && input.all.state ? [input.all.state] : [...openStates];
  const replayed = await platformDb().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE stripe_events SET state = 'received', tries = 0, error = NULL WHERE id IN (
        SELECT e.id FROM stripe_events e WHERE ${open} AND e.state = ANY(${states}::text[]) AND ${chosen}
        ORDER BY e.received_at, e.id LIMIT ${replayMax} FOR UPDATE SKIP LOCKED)
      RETURNING id`;
    if (rows.length === 0) throw new AppError("NOT_FOUND", "not_found", "No such event is open any more.");
    for (const { id: eventId } of rows) {
      await enqueuePlatform(tx, "billing.take-event", { eventId }, { requestId: act.request.id });
    }
    const detail = { ids: rows.map(({ id }) => id), replayed: rows.length };
    await recordSecurityEvent({ kind: "operator.stripeEvents.replay", ...act, detail }, tx);
    return rows.length;
  });
  wakeRelay("billing");
  return { replayed };
}
