import { afterAll, beforeAll, expect, test } from "vitest";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  reads,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { createProject } from "./projects.ts";
import { CreateTask, ListTasks } from "./schema.ts";
import { listTasks } from "./task-list.ts";
import { createTask } from "./tasks.ts";

const now = clockAt("2026-05-15T23:30:00.000Z");
let owner: TestMember;
let editor: TestMember;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
  editor = await buildMember(owner.organization, "editor");
  const { id: projectId } = await writes(owner, createProject, { name: "Apollo", description: "" });
  const tasks = [
    { title: "Wash", status: "todo", dueOn: "2026-05-14", assigneeId: owner.memberId },
    { title: "Dry", status: "in_progress", dueOn: "2026-05-15", assigneeId: editor.memberId },
    { title: "Iron", status: "in_review", dueOn: "2026-05-21" },
    { title: "Fold", status: "done", dueOn: "2026-05-01", assigneeId: editor.memberId },
    { title: "Store dry things", status: "todo", dueOn: "2026-05-22" },
    { title: "Wear", status: "todo" },
  ];
  for (const [index, task] of tasks.entries()) {
    const clock = clockAt(`2026-05-01T00:00:0${index}.000Z`);
    await writes(owner, createTask, CreateTask.parse({ projectId, ...task }), clock);
  }
});
afterAll(closeConnections);

async function titles(input: object): Promise<string[]> {
  const page = await reads(owner, listTasks, ListTasks.parse(input), now);
  expect(page.total).toBe(page.items.length);
  return page.items.map(({ title }) => title);
}
const inOrder = { sort: { by: "createdAt", direction: "asc" } };

test("without filters all tasks come, the last changed first", async () => {
  expect(await titles({})).toEqual(["Wear", "Store dry things", "Fold", "Iron", "Dry", "Wash"]);
});

test("statuses", async () => {
  expect(await titles({ ...inOrder, statuses: ["todo"] })).toEqual(["Wash", "Store dry things", "Wear"]);
  expect(await titles({ ...inOrder, statuses: ["done", "in_review"] })).toEqual(["Iron", "Fold"]);
});

test("assignee, and none", async () => {
  expect(await titles({ ...inOrder, assigneeId: editor.memberId })).toEqual(["Dry", "Fold"]);
  expect(await titles({ ...inOrder, assigneeId: "none" })).toEqual(["Iron", "Store dry things", "Wear"]);
});

test("overdue is what is open and was due before today", async () => {
  expect(await titles({ ...inOrder, due: "overdue" })).toEqual(["Wash"]);
});

test("a week has seven days, with today", async () => {
  expect(await titles({ ...inOrder, due: "week" })).toEqual(["Dry", "Iron"]);
});

test("no due date", async () => {
  expect(await titles({ ...inOrder, due: "none" })).toEqual(["Wear"]);
});

test("words of the title", async () => {
  expect(await titles({ ...inOrder, search: "dr" })).toEqual(["Dry", "Store dry things"]);
  expect(await titles({ ...inOrder, search: "thing DRY" })).toEqual(["Store dry things"]);
  expect(await titles({ ...inOrder, search: "  " })).toHaveLength(6);
  expect(await titles({ ...inOrder, search: "%" })).toEqual([]);
});

test("all filters at once", async () => {
  const input = {
    statuses: ["todo", "in_progress"],
    assigneeId: editor.memberId,
    due: "week",
    search: "dry",
  };
  expect(await titles(input)).toEqual(["Dry"]);
});

test("by due date tasks without one come last in both directions", async () => {
  const dated = ["Fold", "Wash", "Dry", "Iron", "Store dry things"];
  expect(await titles({ sort: { by: "dueOn", direction: "asc" } })).toEqual([...dated, "Wear"]);
  expect(await titles({ sort: { by: "dueOn", direction: "desc" } })).toEqual([...dated.toReversed(), "Wear"]);
});

test("by status tasks follow the way of the work, the newest first in each", async () => {
  const todo = ["Wear", "Store dry things", "Wash"];
  expect(await titles({ sort: { by: "status", direction: "asc" } })).toEqual([
    ...todo,
    "Dry",
    "Iron",
    "Fold",
  ]);
  expect(await titles({ sort: { by: "status", direction: "desc" } })).toEqual([
    "Fold",
    "Iron",
    "Dry",
    ...todo,
  ]);
});

test("by title", async () => {
  expect(await titles({ sort: { by: "title", direction: "asc" } })).toEqual([
    "Dry",
    "Fold",
    "Iron",
    "Store dry things",
    "Wash",
    "Wear",
  ]);
});
