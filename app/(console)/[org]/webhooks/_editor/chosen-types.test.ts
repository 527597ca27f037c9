import { expect, test } from "vitest";
import { kindsOf, toggled } from "#app/(console)/[org]/webhooks/_editor/chosen-types.ts";

const kinds = kindsOf(
  ["project.created", "project.deleted", "task.created", "webhook.test"].map((type) => ({
    type,
    kind: type.startsWith("project") ? "Projects" : "Others",
    version: "v1",
    description: "",
  })),
);

test("tests cannot be chosen", () => {
  expect(kinds.map(({ name }) => name)).toEqual(["project", "task"]);
});

test("a whole kind takes the place of its types, and leaves the others when one is taken out", () => {
  expect(toggled(["project.created", "task.created"], "project.*", true, kinds)).toEqual([
    "task.created",
    "project.*",
  ]);
  expect(toggled(["task.created", "project.*"], "project.created", false, kinds)).toEqual([
    "task.created",
    "project.deleted",
  ]);
  expect(toggled(["project.*"], "project.*", false, kinds)).toEqual([]);
});

test("single types come and go", () => {
  expect(toggled([], "task.created", true, kinds)).toEqual(["task.created"]);
  expect(toggled(["task.created"], "task.created", true, kinds)).toEqual(["task.created"]);
  expect(toggled(["task.created"], "task.created", false, kinds)).toEqual([]);
});
