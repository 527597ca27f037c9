import type { WriteCtx } from "../tenancy/context.ts";
import { recordUsage } from "../usage/record.ts";
import { latencyStepsMs } from "./schema.ts";
import { gone, type Outcome } from "./send.ts";
import { endpointColumns, leaseSeconds, type EndpointRow } from "./turn.ts";

/** After so long of nothing but failures an endpoint is disabled. */
export const failingDays = 5;

export type Renewed = EndpointRow & { disabledNow: boolean };

/**
 * Keeps the lease for longer, and notes of the endpoint itself what these tries say: since when it fails, what it
 * answered last, for how long it wants nothing, and that it is disabled after days of failing or by an answer of 410.
 * Null when the lease is somebody else's by now. It holds the row until the commit.
 */
export async function renewLease(
  ctx: WriteCtx,
  endpointId: string,
  lease: string,
  outcomes: readonly Outcome[],
): Promise<Renewed | null> {
  const last = outcomes.at(-1);
  const failed = outcomes.findLast(({ error }) => error !== null);
  const arrived = outcomes.some(({ error }) => error === null);
  const restMs = Math.max(0, ...outcomes.map((outcome) => outcome.restMs));
  const failing = last !== undefined && last.error !== null;
  const wantsNoMore = outcomes.some(({ status }) => status === gone);
  const rows = await ctx.db.$queryRaw<Renewed[]>`
    WITH before AS MATERIALIZED (
      SELECT b.id, b.state = 'active' AND (${wantsNoMore}::bool OR (${failing}::bool AND NOT ${arrived}::bool
          AND coalesce(b.failing_since < now() - ${failingDays} * interval '1 day', false))) AS ends
      FROM webhook_endpoints b WHERE b.id = ${endpointId}::uuid AND b.lease = ${lease}::uuid FOR NO KEY UPDATE
    )
    UPDATE webhook_endpoints e SET lease_until = now() + ${leaseSeconds} * interval '1 second',
      delivered_at = CASE WHEN ${arrived}::bool THEN now() ELSE e.delivered_at END,
      failing_since = CASE WHEN ${failing}::bool AND ${arrived}::bool THEN now()
        WHEN ${failing}::bool THEN coalesce(e.failing_since, now())
        WHEN ${arrived}::bool THEN NULL ELSE e.failing_since END,
      error = coalesce(${failed?.error ?? null}, e.error),
      error_status = CASE WHEN ${failed !== undefined}::bool THEN ${failed?.status ?? null}::int ELSE e.error_status END,
      error_at = CASE WHEN ${failed !== undefined}::bool THEN now() ELSE e.error_at END,
      next_send_at = CASE WHEN ${restMs}::float8 > 0
        THEN greatest(e.next_send_at, now() + ${restMs}::float8 * interval '1 millisecond') ELSE e.next_send_at END,
      state = CASE WHEN b.ends THEN 'disabled' ELSE e.state END,
      disabled_for = CASE WHEN b.ends THEN ${wantsNoMore ? "gone" : "failing"} ELSE e.disabled_for END,
      stopped_at = CASE WHEN b.ends THEN now() ELSE e.stopped_at END,
      version = e.version + b.ends::int
    FROM before b WHERE e.id = b.id
    RETURNING ${endpointColumns}, b.ends AS "disabledNow"`;
  return rows[0] ?? null;
}

/**
 * Notes tries: a row each, what has become of each delivery, and how many there were in the hour. What has arrived is
 * counted for the organization's usage; a try that failed is not.
 */
export async function recordTries(
  ctx: WriteCtx,
  endpointId: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await ctx.db.$executeRaw`
    WITH tried AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(outcomes.map(rowOf))}::json) AS t (
        id uuid, delivery uuid, round int, payload text, at timestamptz, state text, pause float8, error text, status int, connect int,
        headers int, body int, total int, asked text, answered text, bytes text, truncated bool)
    ), noted AS (
      UPDATE webhook_deliveries d SET attempts = d.attempts + 1,
        round_attempts = d.round_attempts + (d.round = t.round)::int,
        -- What was asked for anew while it was on its way is still to be sent; what was canceled stays so, unless it
        -- has arrived.
        state = CASE WHEN d.round <> t.round OR (d.state = 'canceled' AND t.state <> 'delivered') THEN d.state
          ELSE t.state END,
        next_try_at = CASE WHEN d.round <> t.round THEN d.next_try_at
          WHEN t.state = 'pending' AND d.state <> 'canceled' THEN now() + t.pause * interval '1 millisecond' END,
        error = t.error, status = t.status, duration_ms = t.total,
        settled_at = CASE WHEN d.round <> t.round THEN d.settled_at
          WHEN t.state <> 'pending' OR d.state = 'canceled' THEN now() END
      FROM tried t WHERE d.id = t.delivery RETURNING d.id, d.attempts
    ), hours AS (
      INSERT INTO webhook_hours AS h (endpoint_id, hour, delivered, failed, slow)
      SELECT ${endpointId}::uuid, s.hour, s.delivered, s.failed, s.slow
      FROM json_to_recordset(${JSON.stringify(hoursOf(outcomes))}::json) AS s (
        hour timestamptz, delivered int, failed int, slow int[])
      ON CONFLICT (endpoint_id, hour) DO UPDATE SET delivered = h.delivered + excluded.delivered,
        failed = h.failed + excluded.failed, slow = ARRAY(
          SELECT coalesce(x.one, 0) + coalesce(x.other, 0)
          FROM unnest(h.slow, excluded.slow) WITH ORDINALITY AS x (one, other, step) ORDER BY x.step)
    )
    INSERT INTO webhook_attempts (id, delivery_id, number, at, error, status, connect_ms, headers_ms, body_ms, total_ms,
      request_headers, response_headers, response_body, truncated, payload)
    SELECT t.id, n.id, n.attempts, t.at, t.error, t.status, t.connect, t.headers, t.body, t.total, t.asked, t.answered,
      decode(t.bytes, 'base64'), t.truncated, t.payload
    FROM tried t JOIN noted n ON n.id = t.delivery`;
  const arrived = outcomes.filter(({ error }) => error === null);
  const [first] = arrived;
  // A try is noted once, so that its id stands for all that are noted with it.
  if (first) await recordUsage(ctx, "webhook_deliveries", arrived.length, first.attemptId);
}

function rowOf(outcome: Outcome) {
  const { timings, body } = outcome;
  return {
    id: outcome.attemptId,
    delivery: outcome.deliveryId,
    round: outcome.round,
    payload: outcome.payload,
    at: outcome.at,
    state: outcome.state,
    pause: outcome.pauseMs,
    error: outcome.error,
    status: outcome.status,
    connect: Math.round(timings.connectMs),
    headers: Math.round(timings.headersMs),
    body: Math.round(timings.bodyMs),
    total: Math.round(timings.totalMs),
    asked: outcome.requestHeaders,
    answered: outcome.responseHeaders,
    bytes: body && body.length > 0 ? body.toString("base64") : null,
    truncated: outcome.truncated,
  };
}

type Hour = { hour: string; delivered: number; failed: number; slow: number[] };

function hoursOf(outcomes: readonly Outcome[]): Hour[] {
  const hours = new Map<string, Hour>();
  for (const { at, error, timings } of outcomes) {
    const hour = new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000).toISOString();
    let counted = hours.get(hour);
    if (!counted) {
      counted = {
        hour,
        delivered: 0,
        failed: 0,
        slow: Array.from({ length: latencyStepsMs.length + 1 }, () => 0),
      };
      hours.set(hour, counted);
    }
    if (error === null) counted.delivered++;
    else counted.failed++;
    const step = latencyStepsMs.findIndex((upper) => timings.totalMs <= upper);
    const place = step < 0 ? latencyStepsMs.length : step;
    counted.slow[place] = (counted.slow[place] ?? 0) + 1;
  }
  return [...hours.values()];
}
