import { test } from "vitest";
import { coreFacts } from "./core-facts.ts";
import { describeThroughDoors } from "./doors.ts";

describeThroughDoors((world) => {
  for (const fact of coreFacts) test(fact.name, () => fact.prove(world()));
});
