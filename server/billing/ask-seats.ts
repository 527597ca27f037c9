import { enqueue } from "../jobs/enqueue.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { isEnded } from "./subscription-state.ts";

/** Changes of members come in bursts: Stripe hears of what they came to. */
const pauseMs = 5_000;

/**
 * Has Stripe bill as many seats as are taken, soon after the commit of what changes their number. To be called by
 * everything that does. Asks for nothing where nothing is billed.
 */
export async function askSeats(ctx: WriteCtx): Promise<void> {
  const { subscription } = ctx.organization;
  if (!subscription || isEnded(subscription.status)) return;
  await enqueue(ctx, "billing.fit-seats", {}, { at: new Date(Date.now() + pauseMs) });
}
