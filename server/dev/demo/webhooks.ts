import { v7 as uuid } from "uuid";
import { audit } from "../../audit/audit.ts";
import { newSigningSecret } from "../../platform/webhook-signature.ts";
import type { WriteCtx } from "../../tenancy/context.ts";
import { latencyStepsMs, schedulePresets } from "../../webhooks/schema.ts";
import { closeSecret } from "../../webhooks/secrets.ts";
import { as, type Player } from "./player.ts";

const hourMs = 3_600_000;

/**
 * An endpoint of some system that is said to have heard of the organization until it was stopped. It stays stopped:
 * nothing is ever sent from a demo to anywhere.
 */
export type DemoEndpoint = {
  url: string;
  description: string;
  types: string[];
  payload: "full" | "thin";
  addedDaysAgo: number;
  stoppedHoursAgo: number;
  /** Paused by hand, or disabled since the receiver wanted no more. */
  stopped: "paused" | "gone";
  /** Every how many-th event found the receiver out of order; null for none. */
  failsEach: number | null;
};

export const acmeEndpoints: DemoEndpoint[] = [
  {
    url: "https://hooks.acme-robotics.example/warehouse",
    description: "Warehouse system",
    types: ["member.*", "project.*", "task.*"],
    payload: "full",
    addedDaysAgo: 45,
    stoppedHoursAgo: 3,
    stopped: "paused",
    failsEach: 11,
  },
  {
    url: "https://reports.acme-robotics.example/astra?team=planning",
    description: "Weekly report",
    types: ["project.created", "task.completed"],
    payload: "thin",
    addedDaysAgo: 30,
    stoppedHoursAgo: 30,
    stopped: "gone",
    failsEach: null,
  },
];

/** Adds them as stopped, so that what the demo's people do next is held for them. Answers their ids. */
export async function addEndpoints(
  ctx: WriteCtx,
  founder: Player,
  endpoints: readonly DemoEndpoint[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const demo of endpoints) ids.push(await addEndpoint(ctx, founder, demo));
  return ids;
}

function ago(ctx: WriteCtx, hours: number): Date {
  return new Date(ctx.clock.now().getTime() - hours * hourMs);
}

async function addEndpoint(ctx: WriteCtx, founder: Player, demo: DemoEndpoint): Promise<string> {
  const { url, description, types, payload, stopped } = demo;
  const id = uuid();
  const createdAt = ago(ctx, demo.addedDaysAgo * 24);
  await ctx.db.webhookEndpoint.create({
    data: {
      id,
      url,
      description,
      types,
      payload,
      schedule: [...schedulePresets["3"]],
      secret: await closeSecret(ctx.db, { organizationId: ctx.organization.id, id }, newSigningSecret()),
      state: stopped === "gone" ? "disabled" : "paused",
      disabledFor: stopped === "gone" ? "gone" : null,
      stoppedAt: ago(ctx, demo.stoppedHoursAgo),
      createdById: founder.memberId,
      createdAt,
      updatedAt: createdAt,
    },
    select: { id: true },
  });
  const { origin } = new URL(url);
  await audit(as(ctx, founder, createdAt), {
    action: "webhooks.create",
    target: { type: "webhook_endpoint", id, label: `${origin}/…` },
    after: { url: `${origin}/…`, description, types, payload },
  });
  return id;
}

/** Tells what became of the events before an endpoint was stopped: deliveries, their tries, and the hours. */
export async function tellHistory(ctx: WriteCtx, id: string, demo: DemoEndpoint): Promise<void> {
  const added = ago(ctx, demo.addedDaysAgo * 24);
  const stoppedAt = ago(ctx, demo.stoppedHoursAgo);
  await ctx.db.$executeRaw`DELETE FROM webhook_deliveries d
    WHERE d.endpoint_id = ${id}::uuid AND d.created_at < ${added}::timestamptz`;
  await ctx.db.$executeRaw`
    UPDATE webhook_deliveries d SET
      state = CASE WHEN p.failed THEN 'dead' ELSE 'delivered' END,
      attempts = CASE WHEN p.failed THEN 3 ELSE 1 END,
      round_attempts = CASE WHEN p.failed THEN 3 ELSE 1 END,
      error = CASE WHEN p.failed THEN 'status' END,
      status = CASE WHEN p.failed THEN 503 ELSE 204 END,
      duration_ms = p.took,
      settled_at = least(d.created_at + CASE WHEN p.failed THEN interval '65 minutes' ELSE interval '1 second' END,
        ${stoppedAt}::timestamptz)
    FROM (
      SELECT h.id, 30 + (h.n * 37) % 160 AS took, coalesce(h.n % ${demo.failsEach}::int = 0, false) AS failed
      FROM (
        SELECT d.id, (row_number() OVER (ORDER BY d.created_at, d.id))::int AS n FROM webhook_deliveries d
        WHERE d.endpoint_id = ${id}::uuid AND d.created_at < ${stoppedAt}::timestamptz
      ) h
    ) p WHERE d.id = p.id`;
  await ctx.db.$executeRaw`
    INSERT INTO webhook_attempts (id, delivery_id, number, at, error, status, connect_ms, headers_ms, body_ms,
      total_ms, request_headers, response_headers, response_body)
    SELECT gen_random_uuid(), d.id, t.number, least(d.created_at + t.after, d.settled_at), d.error, d.status,
      d.duration_ms / 5, d.duration_ms / 2, d.duration_ms - d.duration_ms / 5 - d.duration_ms / 2, d.duration_ms,
      json_build_object('content-type', 'application/json', 'webhook-id', d.event_id)::text,
      json_build_object('server', 'nginx')::text,
      CASE WHEN d.error IS NOT NULL THEN convert_to('Service Unavailable', 'UTF8') END
    FROM webhook_deliveries d CROSS JOIN (VALUES (1, interval '0'), (2, interval '5 minutes'),
      (3, interval '65 minutes')) AS t (number, after)
    WHERE d.endpoint_id = ${id}::uuid AND t.number <= d.attempts`;
  await countHours(ctx, id);
}

/** Counts the tries by the hour, as whoever delivers does. */
async function countHours(ctx: WriteCtx, endpointId: string): Promise<void> {
  const tries = await ctx.db.webhookAttempt.findMany({
    where: { delivery: { endpointId } },
    select: { at: true, error: true, totalMs: true },
    orderBy: { at: "asc" },
  });
  const byHour = Map.groupBy(tries, ({ at }) => Math.floor(at.getTime() / hourMs) * hourMs);
  const data = [...byHour].map(([hour, of]) => {
    const failed = of.filter(({ error }) => error !== null).length;
    const slow = latencyStepsMs.map(
      (step, index) =>
        of.filter(({ totalMs }) => totalMs <= step && totalMs > (latencyStepsMs[index - 1] ?? -1)).length,
    );
    return { endpointId, hour: new Date(hour), delivered: of.length - failed, failed, slow: [...slow, 0] };
  });
  await ctx.db.webhookHour.createMany({ data });
  const last = tries.findLast(({ error }) => error === null);
  if (!last) return;
  await ctx.db.webhookEndpoint.update({
    where: { id: endpointId },
    data: { deliveredAt: last.at },
    select: { id: true },
  });
}
