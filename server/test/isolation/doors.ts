import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { requiredEnv } from "../../platform/env.ts";
import { startPgBouncer } from "./pgbouncer.ts";
import { closeSharedPools, World } from "./world.ts";

const bouncer = await startPgBouncer(requiredEnv("DATABASE_APP_URL"));
if (!bouncer) {
  process.stderr.write(
    "\nNOT RUN: the isolation suite through PgBouncer. The program could not be had: install pgbouncer.\n\n",
  );
}

afterAll(async () => {
  await closeSharedPools();
  await bouncer?.stop();
});

const straight = { name: "straight to PostgreSQL", url: requiredEnv("DATABASE_APP_URL") };
const doors = [straight, { name: "through PgBouncer with one connection", url: bouncer?.url }];

type Suite = (world: () => World) => void;
type Options = { plant: boolean };

/**
 * Holds facts twice: straight, and through PgBouncer in transaction mode. Without PgBouncer that half is not
 * run. With `plant` both tenants have their rows anew before each fact.
 */
export function describeThroughDoors(options: Options, suite: Suite): void {
  for (const door of doors) describeThrough(door, options, suite);
}

/** Holds facts straight only: those that need several transactions at once. */
export function describeStraight(options: Options, suite: Suite): void {
  describeThrough(straight, options, suite);
}

let worlds = 0;

function describeThrough(
  door: { name: string; url: string | undefined },
  options: Options,
  suite: Suite,
): void {
  const { name, url } = door;
  const number = worlds++;
  describe.skipIf(url === undefined)(`${name}:`, () => {
    let world: World | undefined;
    const present = () => {
      if (!world) throw new Error("the world is made before each fact");
      return world;
    };
    beforeAll(async () => {
      world = await World.make(url ?? "", number);
    });
    if (options.plant) beforeEach(() => present().plant());
    afterAll(() => world?.close());
    suite(present);
  });
}
