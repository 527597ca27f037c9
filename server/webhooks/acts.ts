import { audit } from "../audit/audit.ts";
import { AppError, notFound } from "../platform/errors.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { holdEndpoint, targetOf } from "./endpoints.ts";
import { recoverEndpoint } from "./recover.ts";
import { replayDeliveries } from "./replay.ts";
import { sendTest } from "./test-event.ts";
import {
  countedMax,
  type EndpointById,
  type RecoverEndpoint,
  type ReplayDeliveries,
  type WebhookRecovery,
} from "./schema.ts";

const recoveriesMax = 20;
const minuteMs = 60_000;
const testsPerMinute = 10;

/**
 * Sends an event of type webhook.test to an endpoint; its delivery tells what became of it. Throws AppError not_found,
 * endpoint_stopped and too_many_tests.
 */
export async function testEndpoint(
  ctx: WriteCtx,
  { id }: EndpointById,
): Promise<{ eventId: string; deliveryId: string }> {
  // Held: calls at once would all count before the first has its entry.
  const endpoint = await holdEndpoint(ctx, id);
  const action = "webhooks.sendTest";
  const since = new Date(ctx.clock.now().getTime() - minuteMs);
  const recent = { action, targetType: "webhook_endpoint", targetId: id, at: { gt: since } };
  if ((await ctx.db.auditEntry.count({ where: recent })) >= testsPerMinute) {
    throw new AppError("RATE_LIMITED", "too_many_tests", "Wait a minute before the next test.");
  }
  const sent = await sendTest(ctx, id);
  await audit(ctx, { action, target: targetOf(endpoint), after: { ...sent } });
  return sent;
}

/**
 * Sends chosen deliveries again, whatever became of them, as new and with the ids that they had. Throws AppError
 * not_found when one of them is not there, and endpoint_stopped when one is for an endpoint that is sent nothing.
 */
export async function replayChosen(ctx: WriteCtx, { ids }: ReplayDeliveries): Promise<{ replayed: number }> {
  const chosen = [...new Set(ids)];
  const found = await ctx.db.webhookDelivery.findMany({
    where: { id: { in: chosen } },
    select: { id: true, endpointId: true },
  });
  if (found.length < chosen.length) throw notFound("delivery");
  let replayed = 0;
  const byEndpoint = Map.groupBy(found, ({ endpointId }) => endpointId);
  // In one order for all: two at once do not wait for each other.
  for (const [endpointId, rows] of [...byEndpoint].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const deliveryIds = rows.map(({ id }) => id);
    replayed += (await replayDeliveries(ctx, { endpointId, deliveryIds })).replayed;
  }
  await audit(ctx, {
    action: "webhooks.replay",
    target: { type: "webhook_delivery", id: chosen.length === 1 ? (chosen[0] ?? "") : "", label: "" },
    after: { deliveries: chosen, replayed },
  });
  return { replayed };
}

/**
 * Sends again everything that an endpoint has not got since a time, by a job that can be watched. Throws AppError
 * not_found, endpoint_stopped, and recovery_under_way while another one of this endpoint is.
 */
export async function startRecovery(
  ctx: WriteCtx,
  { id: endpointId, since, states }: RecoverEndpoint,
): Promise<{ id: string; total: number }> {
  const endpoint = await holdEndpoint(ctx, endpointId);
  const under = { endpointId, state: { in: ["waiting", "running"] } };
  if ((await ctx.db.webhookRecovery.count({ where: under })) > 0) {
    const message = "A recovery of this endpoint is under way. Start the next one when it is done.";
    throw new AppError("CONFLICT", "recovery_under_way", message);
  }
  const started = await recoverEndpoint(ctx, { endpointId, since, states });
  await audit(ctx, {
    action: "webhooks.recover",
    target: targetOf(endpoint),
    after: { recoveryId: started.id, since, states, ...countedDeliveries(started.total) },
  });
  return started;
}

/** How many there were, or that there were more than are counted at once: the log says no figure that is not so. */
function countedDeliveries(total: number) {
  return total > countedMax ? { deliveriesMoreThan: countedMax } : { deliveries: total };
}

const recoveryColumns = {
  id: true,
  endpointId: true,
  since: true,
  through: true,
  states: true,
  state: true,
  done: true,
  total: true,
  memberId: true,
  createdAt: true,
  finishedAt: true,
} as const;

type RecoveryRecord = Omit<WebhookRecovery, "requestedBy" | "state" | "states"> & {
  memberId: string | null;
  state: string;
  states: string[];
};

/** How far a recovery is. Throws AppError not_found. */
export async function getRecovery(ctx: ReadCtx, { id }: EndpointById): Promise<WebhookRecovery> {
  const row = await ctx.db.webhookRecovery.findUnique({ where: { id }, select: recoveryColumns });
  if (!row) throw notFound("recovery");
  const [recovery] = await presentAll(ctx, [row]);
  if (!recovery) throw notFound("recovery");
  return recovery;
}

/** The recoveries of an endpoint that were asked for last, the newest first. Throws AppError not_found. */
export async function listRecoveries(
  ctx: ReadCtx,
  { id }: EndpointById,
): Promise<{ items: WebhookRecovery[] }> {
  const endpoint = await ctx.db.webhookEndpoint.findUnique({ where: { id }, select: { state: true } });
  if (!endpoint || endpoint.state === "deleted") throw notFound("endpoint");
  const rows = await ctx.db.webhookRecovery.findMany({
    where: { endpointId: id },
    orderBy: { createdAt: "desc" },
    take: recoveriesMax,
    select: recoveryColumns,
  });
  return { items: await presentAll(ctx, rows) };
}

async function presentAll(ctx: ReadCtx, rows: RecoveryRecord[]): Promise<WebhookRecovery[]> {
  const memberIds = rows.flatMap(({ memberId }) => memberId ?? []);
  const members = await ctx.db.member.findMany({
    where: { id: { in: memberIds } },
    select: { id: true, name: true },
  });
  return rows.map(({ memberId, ...row }) => ({
    ...row,
    // The column's CHECK and the schema of the one who asks hold the same closed sets as the types.
    state: row.state as WebhookRecovery["state"],
    states: row.states as WebhookRecovery["states"],
    requestedBy: members.find((member) => member.id === memberId)?.name ?? null,
  }));
}
