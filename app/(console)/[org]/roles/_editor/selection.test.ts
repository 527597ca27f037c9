import { expect, test } from "vitest";
import { allPermissions, permissionInfo } from "#server/access/permissions.ts";
import { choose, neededBy, unchoose, withNeeds } from "#app/(console)/[org]/roles/_editor/selection.ts";

const registry = allPermissions.map((name) => ({ name, needs: permissionInfo(name).needs ?? [] }));

test("a permission brings what it needs, and what that needs", () => {
  expect(withNeeds("tasks.write", registry)).toEqual(["tasks.write", "tasks.read", "projects.read"]);
  expect(choose([], ["tasks.delete"], registry)).toEqual(["projects.read", "tasks.read", "tasks.delete"]);
});

test("what another one needs stays, and goes with the last that needed it", () => {
  const chosen = choose([], ["tasks.write", "projects.write"], registry);
  expect(neededBy("projects.read", chosen, registry)).toEqual([
    "projects.write",
    "tasks.read",
    "tasks.write",
  ]);
  expect(unchoose(chosen, ["projects.read"], registry)).toEqual(chosen);
  const tasks = ["tasks.read", "tasks.write"];
  expect(unchoose(chosen, tasks, registry)).toEqual(["projects.read", "projects.write"]);
});

test("whatever is ticked, nothing that it needs is missing", () => {
  for (const name of allPermissions) {
    const chosen = choose([], [name], registry);
    const lacking = chosen.flatMap((one) => withNeeds(one, registry)).filter((one) => !chosen.includes(one));
    expect(lacking, name).toEqual([]);
  }
});
