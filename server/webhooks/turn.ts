import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import type { DueDelivery } from "./send.ts";

/** Longer than any request may take; whoever died with a lease is followed by another after it. */
export const leaseSeconds = 30;
const aside = 5_000;
/** Of a claim a quarter at most is what is tried again: new events go out, whatever fails. */
const againShare = 4;

/** An endpoint's row, as whoever delivers reads it. */
export type EndpointRow = {
  url: string;
  description: string;
  payload: "full" | "thin";
  headers: string | null;
  secret: string;
  previousSecret: string | null;
  overlapUntil: Date | null;
  schedule: number[];
  perSecond: number | null;
  concurrency: number;
  state: "active" | "paused" | "disabled" | "deleted";
  disabledFor: "failing" | "gone" | null;
  /** Until something may be sent, in milliseconds from now. */
  restMs: number;
};

/** The columns of an EndpointRow, of a row called e. */
export const endpointColumns = Prisma.sql`e.url, e.description, e.payload, e.headers, e.secret,
  e.previous_secret AS "previousSecret", e.overlap_until AS "overlapUntil", e.schedule,
  e.per_second AS "perSecond", e.concurrency, e.state, e.disabled_for AS "disabledFor",
  greatest(0, coalesce(extract(epoch FROM e.next_send_at - now()) * 1000, 0))::float8 AS "restMs"`;

/**
 * Takes an endpoint's lease; null when somebody else has it (who comes to an end is followed by another look, should
 * that be somebody who has died) or when there is no such endpoint.
 */
export async function takeLease(
  ctx: WriteCtx,
  endpointId: string,
  lease: string,
): Promise<EndpointRow | null> {
  // The row is held before it is judged: whoever lets the lease go just now has looked once more behind that.
  const rows = await ctx.db.$queryRaw<EndpointRow[]>`
    WITH held AS MATERIALIZED (
      SELECT e.id, e.lease_until FROM webhook_endpoints e WHERE e.id = ${endpointId}::uuid FOR NO KEY UPDATE
    )
    UPDATE webhook_endpoints e
    SET lease = ${lease}::uuid, lease_until = now() + ${leaseSeconds} * interval '1 second'
    FROM held h WHERE e.id = h.id AND (h.lease_until IS NULL OR h.lease_until < now())
    RETURNING ${endpointColumns}`;
  if (rows[0]) return rows[0];
  await ctx.db.$queryRaw`
    SELECT astra.ask_for_delivery(e.id, e.lease_until + interval '1 second', ${ctx.request.id})
    FROM webhook_endpoints e WHERE e.id = ${endpointId}::uuid`;
  return null;
}

/** Asks for a look at an endpoint after a pause, unless one is asked for that comes as soon. */
export async function askAgain(ctx: WriteCtx, endpointId: string, pauseMs: number): Promise<void> {
  await ctx.db.$queryRaw`
    SELECT astra.ask_for_delivery(${endpointId}::uuid, now() + ${pauseMs} * interval '1 millisecond', ${ctx.request.id})`;
}

/** Closes all that asks for this endpoint and has not begun: the statements after this one see what it was about. */
export async function settleAsks(ctx: WriteCtx, endpointId: string): Promise<void> {
  await ctx.db.$queryRaw`SELECT astra.settle_delivery_asks(${endpointId}::uuid)`;
}

/** What is due, beside `inHand`: what has failed before first, but new events most of all. */
export async function claimDue(
  ctx: WriteCtx,
  endpointId: string,
  most: number,
  inHand: readonly string[],
): Promise<DueDelivery[]> {
  const columns = Prisma.sql`d.id, d.event_id, d.round, d.round_attempts, d.next_try_at`;
  const waiting = Prisma.sql`d.endpoint_id = ${endpointId}::uuid AND d.state = 'pending'
    AND d.id <> ALL (${[...inHand]}::uuid[])`;
  return ctx.db.$queryRaw<DueDelivery[]>`
    SELECT c.id, c.event_id AS "eventId", c.round, c.round_attempts AS "roundAttempts", v.type, v.at, v.data
    FROM (
      (SELECT ${columns} FROM webhook_deliveries d WHERE ${waiting} AND d.next_try_at <= now()
       ORDER BY d.next_try_at, d.id LIMIT ${Math.ceil(most / againShare)})
      UNION ALL
      (SELECT ${columns} FROM webhook_deliveries d WHERE ${waiting} AND d.next_try_at IS NULL
       ORDER BY d.next_try_at, d.id LIMIT ${most})
      LIMIT ${most}
    ) c JOIN events v ON v.id = c.event_id`;
}

/** Puts aside what waits for an endpoint that gets nothing now. Answers whether there may be more of it. */
export async function putAside(
  ctx: WriteCtx,
  endpointId: string,
  state: EndpointRow["state"],
): Promise<boolean> {
  const from = state === "deleted" ? ["pending", "held"] : ["pending"];
  const to = state === "deleted" ? "canceled" : "held";
  const moved = await ctx.db.$executeRaw`
    UPDATE webhook_deliveries SET state = ${to}, next_try_at = NULL, settled_at = now()
    WHERE id IN (
      SELECT d.id FROM webhook_deliveries d
      WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = ANY (${from}::text[]) LIMIT ${aside})`;
  return moved === aside;
}

/**
 * Lets the lease go, and asks for the next look: at once when something is due, or when it will be. `restMs` keeps
 * to the endpoint's rate where the next one sends. Answers whether something is due at once.
 */
export async function letGo(
  ctx: WriteCtx,
  endpointId: string,
  lease: string,
  restMs: number,
): Promise<boolean> {
  const rows = await ctx.db.$queryRaw<{ soon: boolean }[]>`
    WITH left_over AS (
      SELECT CASE WHEN EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = ${endpointId}::uuid
          AND d.state = 'pending' AND d.next_try_at IS NULL) THEN now()
        ELSE (SELECT min(d.next_try_at) FROM webhook_deliveries d WHERE d.endpoint_id = ${endpointId}::uuid
          AND d.state = 'pending') END AS at
    ), free AS (
      UPDATE webhook_endpoints e SET lease = NULL, lease_until = NULL,
        next_send_at = CASE WHEN ${restMs}::float8 > 0
          THEN greatest(e.next_send_at, now() + ${restMs}::float8 * interval '1 millisecond')
          WHEN e.next_send_at > now() THEN e.next_send_at END
      WHERE e.id = ${endpointId}::uuid AND e.lease = ${lease}::uuid
      RETURNING e.next_send_at
    )
    SELECT greatest(l.at, f.next_send_at) <= now() AS soon,
      astra.ask_for_delivery(${endpointId}::uuid, greatest(l.at, f.next_send_at, now()), ${ctx.request.id})
    FROM left_over l CROSS JOIN free f WHERE l.at IS NOT NULL`;
  return rows[0]?.soon ?? false;
}
