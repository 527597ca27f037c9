import { v7 as uuid } from "uuid";
import { enqueue } from "../jobs/enqueue.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { assertSending } from "./replay.ts";

/** The type of an event that nothing has caused but the wish to see one arrive. */
const testType = "webhook.test";

/**
 * Sends an event of type `webhook.test` to one endpoint, whatever it listens to, and to no other. It is delivered as
 * all events are; answers the delivery, by which it can be followed. The caller writes the audit entry. Throws
 * AppError not_found, and endpoint_stopped while nothing can be sent there.
 */
export async function sendTest(
  ctx: WriteCtx,
  endpointId: string,
): Promise<{ eventId: string; deliveryId: string }> {
  await assertSending(ctx, endpointId);
  const at = ctx.clock.now();
  const event = { id: uuid(), type: testType, at, data: { endpointId } };
  const delivery = { id: uuid(), endpointId, eventId: event.id, type: testType, createdAt: at };
  await ctx.db.event.create({ data: event, select: { id: true } });
  await ctx.db.webhookDelivery.create({ data: delivery, select: { id: true } });
  await enqueue(ctx, "webhooks.deliver", { endpointId });
  return { eventId: event.id, deliveryId: delivery.id };
}
