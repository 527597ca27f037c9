import type { Stripe } from "stripe";

import { catchUp } from "./lifecycle.ts";
import { DAY } from "./calendar.ts";
import { invalid } from "./fault.ts";
import { page } from "./lists.ts";
import { route, type Route } from "./route.ts";
import type { World } from "./world.ts";

/** A new test clock, which stands still at `frozen_time`. */
export function makeClock(
  world: World,
  params: Stripe.TestHelpers.TestClockCreateParams,
): Stripe.TestHelpers.TestClock {
  const clock: Stripe.TestHelpers.TestClock = {
    id: world.id("test_helpers.test_clock"),
    object: "test_helpers.test_clock",
    created: world.now(),
    deletes_after: world.now() + 30 * DAY,
    frozen_time: params.frozen_time,
    livemode: false,
    name: params.name ?? null,
    status: "ready",
    status_details: {},
  };
  world.put("test_helpers.test_clock", clock);
  world.emit("test_helpers.test_clock.created", clock);
  return clock;
}

/**
 * Moves a test clock and does what falls due. Stripe answers "advancing" and gets there in its own time; here it is
 * done when the answer comes.
 */
export function moveClock(world: World, id: string, to: number): Stripe.TestHelpers.TestClock {
  const clock = world.get("test_helpers.test_clock", id);
  if (to <= clock.frozen_time)
    throw invalid("The new frozen time must be after the test clock's present one.", "frozen_time");
  catchUp(world, id, to);
  world.change("test_helpers.test_clock", id, { frozen_time: to }, "test_helpers.test_clock.ready");
  const status_details = { advancing: { target_frozen_time: to } };
  return { ...world.get("test_helpers.test_clock", id), status: "advancing", status_details };
}

function remove(world: World, id: string): Stripe.TestHelpers.DeletedTestClock {
  world.get("test_helpers.test_clock", id);
  for (const customer of world.all("customer")) {
    if (customer.deleted || customer.test_clock !== id) continue;
    for (const one of world.all("subscription"))
      if (one.customer === customer.id) world.remove("subscription", one.id);
    for (const one of world.all("invoice")) if (one.customer === customer.id) world.remove("invoice", one.id);
    world.put("customer", { id: customer.id, object: "customer", deleted: true });
  }
  world.remove("test_helpers.test_clock", id);
  return { id, object: "test_helpers.test_clock", deleted: true };
}

const PATH = "/v1/test_helpers/test_clocks";

export const testClockRoutes: Route[] = [
  route<Stripe.TestHelpers.TestClockCreateParams>(
    "POST",
    PATH,
    ["TestHelpers/TestClocks", "TestHelpers.TestClockCreateParams"],
    ["frozen_time", "name"],
    ({ world, params }) => makeClock(world, params),
  ),
  route<Stripe.TestHelpers.TestClockAdvanceParams>(
    "POST",
    `${PATH}/:id/advance`,
    ["TestHelpers/TestClocks", "TestHelpers.TestClockAdvanceParams"],
    ["frozen_time"],
    ({ world, params, ids: [id = ""] }) => moveClock(world, id, params.frozen_time),
  ),
  route("GET", `${PATH}/:id`, null, [], ({ world, ids: [id = ""] }) =>
    world.get("test_helpers.test_clock", id),
  ),
  route<Stripe.TestHelpers.TestClockListParams>(
    "GET",
    PATH,
    ["TestHelpers/TestClocks", "TestHelpers.TestClockListParams"],
    ["limit", "starting_after", "ending_before"],
    ({ world, params, url }) => page(world.all("test_helpers.test_clock"), params, url),
  ),
  route("DELETE", `${PATH}/:id`, null, [], ({ world, ids: [id = ""] }) => remove(world, id)),
];
