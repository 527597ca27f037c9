import type { Stripe } from "stripe";
import type { Usage } from "../plans/quota.ts";
import type { Door } from "../tenancy/context.ts";
import { findCustomer, findLive, seatsOf, usageOf } from "./purchase.ts";
import { stripeClient } from "./stripe.ts";
import { syncCustomer } from "./sync.ts";
import { busy, giveTurnBack, keepTurn, takeTurn, type Turn } from "./turn.ts";

/** Of others the number is set once they are paid again. */
const billed = new Set(["trialing", "active", "past_due"]);

/** How many seats were billed, and how many are now. */
export type FittedSeats = { from: number; to: number };

/**
 * Brings the seats that Stripe bills to those that are taken. The number is set, never added to, so runs may come twice
 * or in any order; of many at once the first one does what is to do. Null when there was nothing to do. Throws AppError
 * busy and what Stripe's client throws.
 */
export async function fitSeats(door: Door, requestId: string): Promise<FittedSeats | null> {
  const { id: organizationId } = door.organization;
  const live = await findLive(organizationId);
  const customer = await findCustomer(organizationId);
  if (!live || !customer || !billed.has(live.status)) return null;
  if (live.quantity === seatsOf(await usageOf(door))) return null;
  const turn = await takeTurn(customer);
  if (!turn) return null;
  let fitted: FittedSeats | null = null;
  try {
    // Counted in the turn: of two counts the later one is written last.
    if (!turn.closed) fitted = await setSeats(turn, live.subscriptionId, await usageOf(door));
  } finally {
    await giveTurnBack(turn);
  }
  await syncCustomer(customer, requestId);
  return fitted;
}

async function setSeats(
  turn: Turn,
  subscriptionId: string,
  usage: readonly Usage[],
): Promise<FittedSeats | null> {
  const seats = seatsOf(usage);
  const subscription = await stripeClient().subscriptions.retrieve(subscriptionId);
  const [item] = subscription.items.data;
  // A change that waits for its payment counts the seats itself, and would be thrown away by another one.
  if (!item || subscription.pending_update || !billed.has(subscription.status)) return null;
  if (!(await keepTurn(turn))) throw busy();
  const from = item.quantity ?? 0;
  if (from !== seats) {
    await stripeClient().subscriptions.update(subscriptionId, {
      items: [{ id: item.id, quantity: seats }],
      proration_behavior: prorationOf(item, seats),
    });
  }
  const { schedule } = subscription;
  if (schedule) await setPlannedSeats(typeof schedule === "string" ? schedule : schedule.id, seats);
  return from === seats ? null : { from, to: seats };
}

/**
 * What a seat costs or gives back for the rest of the period stands on the next invoice, where somebody who goes and
 * comes back costs nothing twice. That of a year is too far away: there more seats are paid for at once.
 */
function prorationOf({ price, quantity = 0 }: Stripe.SubscriptionItem, seats: number) {
  return price.recurring?.interval === "year" && seats > quantity ? "always_invoice" : "create_prorations";
}

/** A planned change takes the seats of then with it: Stripe changes the present phase alone. */
async function setPlannedSeats(scheduleId: string, seats: number): Promise<void> {
  const { subscriptionSchedules } = stripeClient();
  const { phases, current_phase: current } = await subscriptionSchedules.retrieve(scheduleId);
  if (!current) return;
  const isLater = (phase: Stripe.SubscriptionSchedule.Phase) => phase.start_date >= current.end_date;
  const differs = phases.some((phase) => isLater(phase) && phase.items[0]?.quantity !== seats);
  if (!differs) return;
  await subscriptionSchedules.update(scheduleId, {
    phases: phases.map((phase) => ({
      start_date: phase.start_date,
      end_date: phase.end_date,
      ...trialOf(phase),
      items: phase.items.map(({ price, quantity }) => ({
        price: typeof price === "string" ? price : price.id,
        quantity: isLater(phase) ? seats : (quantity ?? 1),
      })),
    })),
  });
}

/** A trial that a phase has; Stripe ends one that is left out. */
export function trialOf({ trial_end: end }: Stripe.SubscriptionSchedule.Phase): { trial_end?: number } {
  return end === null ? {} : { trial_end: end };
}
