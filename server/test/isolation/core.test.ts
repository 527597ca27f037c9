import { expect, test } from "vitest";
import { coreFacts } from "./core-facts.ts";
import { describeThroughDoors } from "./doors.ts";

describeThroughDoors({ plant: true }, (world) => {
  test.each(coreFacts)("$name", async ({ prove }) => {
    await expect(prove(world())).resolves.toBeUndefined();
  });
});
