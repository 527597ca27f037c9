import { enqueue } from "../jobs/enqueue.ts";
import type { WriteCtx } from "../tenancy/context.ts";

/**
 * Asks for a look at an endpoint in the commit of what makes it worth one: it may send again (it was resumed), or
 * must not (it was paused, and what waits is to be put aside). What its receiver has asked to wait for is forgotten.
 */
export async function askForDeliveries(ctx: WriteCtx, endpointId: string): Promise<void> {
  await ctx.db.$executeRaw`UPDATE webhook_endpoints SET next_send_at = NULL WHERE id = ${endpointId}::uuid`;
  await enqueue(ctx, "webhooks.deliver", { endpointId });
}

/**
 * Sees to it that nothing more is sent to an endpoint which has been deleted in this transaction: what waits is
 * canceled by the job that this asks for, some at a time. What is on its way already arrives, and is noted.
 */
export async function cancelDeliveries(ctx: WriteCtx, endpointId: string): Promise<void> {
  await enqueue(ctx, "webhooks.deliver", { endpointId });
}
