import { Prisma } from "#prisma/generated/platform/client.ts";
import { recordSecurityEvent } from "../access/security-log.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { OperatorAct } from "./dead-jobs.ts";
import {
  openStates,
  type ListStripeEvents,
  type OpenStripeEvent,
  type ReplayStripeEvents,
} from "./schema.ts";

/** Made due again with one call. */
const replayMax = 500;

type OpenEvents = { items: OpenStripeEvent[]; total: number; nextCursor: string | null };

/** Events of Stripe from which nothing has followed: of customers whom nobody knows, or that failed. The newest first. */
export async function listStripeEvents({ state, cursor, limit }: ListStripeEvents): Promise<OpenEvents> {
  const where = { state: state ?? { in: [...openStates] } };
  const rows = await platformDb().stripeEvent.findMany({
    where,
    orderBy: [{ receivedAt: "desc" }, { id: "desc" }],
    take: limit + 1,
    ...(cursor === undefined ? {} : { cursor: { id: cursor }, skip: 1 }),
    select: {
      id: true,
      type: true,
      customerId: true,
      state: true,
      tries: true,
      error: true,
      createdAt: true,
      receivedAt: true,
    },
  });
  const shown = rows.slice(0, limit);
  const owners = await ownersOf(shown.flatMap(({ customerId }) => customerId ?? []));
  return {
    items: shown.map((row) => ({
      ...row,
      // The query asks for nothing else.
      state: row.state as OpenStripeEvent["state"],
      organization: (row.customerId && owners.get(row.customerId)) || null,
    })),
    total: await platformDb().stripeEvent.count({ where }),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
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
        SELECT e.id FROM stripe_events e WHERE e.state = ANY(${states}::text[]) AND ${chosen}
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
