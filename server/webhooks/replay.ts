import { enqueue } from "../jobs/enqueue.ts";
import { AppError, notFound } from "../platform/errors.ts";
import type { WriteCtx } from "../tenancy/context.ts";

/** How many deliveries can be sent again in one go. */
const replayMax = 500;

/**
 * Sends deliveries of one endpoint again, whatever became of them, with the ids that they had; their schedule begins
 * anew. One that waits already is due at once, one that is on its way just now is sent once more. Answers how many there were. The caller writes the audit entry.
 * Throws AppError not_found, and endpoint_stopped while nothing can be sent there.
 */
export async function replayDeliveries(
  ctx: WriteCtx,
  { endpointId, deliveryIds }: { endpointId: string; deliveryIds: readonly string[] },
): Promise<{ replayed: number }> {
  if (deliveryIds.length > replayMax) throw new RangeError(`more than ${replayMax} deliveries at once`);
  await assertSending(ctx, endpointId);
  const replayed = await ctx.db.$executeRaw`
    UPDATE webhook_deliveries SET state = 'pending', round = round + 1, round_attempts = 0, next_try_at = NULL,
      settled_at = NULL
    WHERE id = ANY (${[...deliveryIds]}::uuid[]) AND endpoint_id = ${endpointId}::uuid`;
  if (replayed > 0) await enqueue(ctx, "webhooks.deliver", { endpointId });
  return { replayed };
}

/** Holds an endpoint as it is until the commit. Throws AppError not_found, and endpoint_stopped when it is not active. */
export async function assertSending(ctx: WriteCtx, endpointId: string): Promise<void> {
  const rows = await ctx.db.$queryRaw<{ state: string }[]>`
    SELECT state FROM webhook_endpoints WHERE id = ${endpointId}::uuid AND state <> 'deleted' FOR SHARE`;
  const endpoint = rows[0];
  if (!endpoint) throw notFound("endpoint");
  if (endpoint.state === "active") return;
  const message = "Nothing is sent to this endpoint at present. Resume it first.";
  throw new AppError("CONFLICT", "endpoint_stopped", message);
}
