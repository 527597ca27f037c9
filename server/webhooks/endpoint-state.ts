import { Prisma } from "#prisma/generated/tenant/client.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { newSigningSecret } from "../platform/webhook-signature.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { notFound } from "../platform/errors.ts";
import { askForDeliveries, cancelDeliveries } from "./ask.ts";
import { holdEndpoint, targetOf, told, type EndpointRow } from "./endpoints.ts";
import { recoverEndpoint } from "./recover.ts";
import type { EndpointById, ResumeEndpoint, RotateSecret } from "./schema.ts";
import { closeSecret, openSecrets } from "./secrets.ts";

const hourMs = 3_600_000;

/**
 * Stops an endpoint: what happens meanwhile is held for it, and so is what waits. Throws AppError not_found.
 */
export async function pauseEndpoint(ctx: WriteCtx, { id }: EndpointById): Promise<{ id: string }> {
  const before = await holdEndpoint(ctx, id, { state: true });
  if (before.state === "active") {
    const data = { state: "paused", stoppedAt: ctx.clock.now() };
    await ctx.db.webhookEndpoint.update({ where: { id }, data, select: { id: true } });
    await askForDeliveries(ctx, id);
    await emit(ctx, "webhook_endpoint.paused", told(before));
  }
  await auditState(ctx, "webhooks.pause", before, before.state === "active" ? "paused" : before.state);
  return { id };
}

/**
 * Lets an endpoint send again, also one that Astra has disabled. What was held is sent by a recovery, whose id is
 * answered, or stays listed. Throws AppError not_found.
 */
export async function resumeEndpoint(
  ctx: WriteCtx,
  { id, held }: ResumeEndpoint,
): Promise<{ id: string; recoveryId: string | null }> {
  const before = await holdEndpoint(ctx, id, { state: true });
  let recoveryId: string | null = null;
  if (before.state !== "active") {
    await ctx.db.webhookEndpoint.update({
      where: { id },
      data: { state: "active", disabledFor: null, stoppedAt: null, failingSince: null },
      select: { id: true },
    });
    await askForDeliveries(ctx, id);
    await emit(ctx, "webhook_endpoint.resumed", told(before));
    if (held === "send") recoveryId = await sendHeld(ctx, id);
  }
  await auditState(ctx, "webhooks.resume", before, "active", { held });
  return { id, recoveryId };
}

/** Whatever is held, also from an earlier stop; none when nothing is. */
async function sendHeld(ctx: WriteCtx, endpointId: string): Promise<string | null> {
  const [oldest, newest] = [Prisma.sql`ASC`, Prisma.sql`DESC`].map(
    (direction) => Prisma.sql`(SELECT d.created_at FROM webhook_deliveries d
      WHERE d.endpoint_id = ${endpointId}::uuid AND d.state = 'held' ORDER BY d.id ${direction} LIMIT 1)`,
  );
  const [held] = await ctx.db.$queryRaw<{ since: Date | null; through: Date | null }[]>`
    SELECT ${oldest} AS since, ${newest} AS through`;
  if (!held?.since || !held.through) return null;
  // What happened at a process whose clock is ahead is held as well.
  const now = ctx.clock.now();
  const through = held.through > now ? held.through : now;
  const { id } = await recoverEndpoint(ctx, { endpointId, since: held.since, through, states: ["held"] });
  return id;
}

/** Deletes an endpoint and forgets its secrets; what waits for it is canceled. Throws AppError not_found. */
export async function deleteEndpoint(ctx: WriteCtx, { id }: EndpointById): Promise<{ id: string }> {
  const before = await holdEndpoint(ctx, id, { state: true });
  const now = ctx.clock.now();
  await ctx.db.webhookEndpoint.update({
    where: { id },
    data: {
      state: "deleted",
      deletedAt: now,
      stoppedAt: before.stoppedAt ?? now,
      secret: "",
      previousSecret: null,
      overlapUntil: null,
      headers: null,
    },
    select: { id: true },
  });
  await cancelDeliveries(ctx, id);
  await audit(ctx, {
    action: "webhooks.delete",
    target: targetOf(before),
    before: { url: targetOf(before).label, description: before.description, types: before.types },
  });
  await emit(ctx, "webhook_endpoint.deleted", told(before));
  return { id };
}

/** The secret that signs what is sent to an endpoint. Throws AppError not_found, secret_destroyed and secret_unreadable. */
export async function showSecret(
  ctx: ReadCtx,
  { id }: EndpointById,
): Promise<{ secret: string; previous: { secret: string; until: Date } | null }> {
  const endpoint = await ctx.db.webhookEndpoint.findUnique({
    where: { id },
    select: { state: true, secret: true, previousSecret: true, overlapUntil: true },
  });
  if (!endpoint || endpoint.state === "deleted") throw notFound("endpoint");
  const owner = { organizationId: ctx.organization.id, id };
  const [secret = "", former] = await openSecrets(ctx.db, owner, endpoint, ctx.clock.now());
  const until = endpoint.overlapUntil;
  return { secret, previous: former !== undefined && until ? { secret: former, until } : null };
}

/**
 * Gives an endpoint a new secret. The one before signs beside it for the overlap; an older one still ends at once, so
 * that no more than two are ever good. Throws AppError not_found.
 */
export async function rotateSecret(
  ctx: WriteCtx,
  { id, overlapHours }: RotateSecret,
): Promise<{ secret: string; overlapUntil: Date | null }> {
  const before = await holdEndpoint(ctx, id);
  const now = ctx.clock.now();
  const secret = newSigningSecret();
  const overlapUntil = overlapHours > 0 ? new Date(now.getTime() + overlapHours * hourMs) : null;
  await ctx.db.webhookEndpoint.update({
    where: { id },
    data: {
      secret: await closeSecret(ctx.db, { organizationId: ctx.organization.id, id }, secret),
      previousSecret: overlapUntil ? before.secret : null,
      overlapUntil,
      version: before.version + 1,
      updatedAt: now,
    },
    select: { id: true },
  });
  await audit(ctx, {
    action: "webhooks.rotateSecret",
    target: targetOf(before),
    before: { overlapUntil: before.overlapUntil },
    after: { overlapUntil, overlapHours },
  });
  await emit(ctx, "webhook_endpoint.updated", told(before));
  return { secret, overlapUntil };
}

async function auditState(
  ctx: WriteCtx,
  action: string,
  endpoint: EndpointRow,
  state: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  await audit(ctx, {
    action,
    target: targetOf(endpoint),
    before: { state: endpoint.state },
    after: { state, ...more },
  });
}
