// One customer's time apart from everybody else's. At Stripe a customer gets a test clock when it is made or never; the
// product makes its customers without one, and tests that share a stand-in must not renew each other's subscriptions.
import { clockOf, liveCustomer } from "./customers.ts";
import { makeClock, moveClock } from "./test-clocks.ts";
import type { World } from "./world.ts";

const OWNED = ["subscription", "subscription_schedule", "invoice", "invoiceitem"] as const;

/** Moves one customer's time, on a test clock of its own, and does what falls due. Throws `resource_missing`. */
export function advanceCustomer(
  world: World,
  customer: string,
  seconds: number,
): { clock: string; now: number } {
  const clock = clockOf(liveCustomer(world, customer)) ?? giveClock(world, customer);
  const { frozen_time: now } = moveClock(world, clock, world.now(clock) + seconds);
  return { clock, now };
}

function giveClock(world: World, customer: string): string {
  const { id } = makeClock(world, { frozen_time: world.now() });
  world.change("customer", customer, { test_clock: id }, null);
  for (const kind of OWNED)
    for (const one of world.all(kind))
      if (one.customer === customer) world.change(kind, one.id, { test_clock: id }, null);
  return id;
}
