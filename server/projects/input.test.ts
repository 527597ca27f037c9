import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCallerFactory, router } from "../api/trpc.ts";
import { membersRouter } from "../members/router.ts";
import { rolesRouter } from "../roles/router.ts";
import {
  buildOrganization,
  closeConnections,
  requestOf,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { tracesOf } from "../test/traces.ts";
import { createProject } from "./projects.ts";
import { projectsRouter, searchRouter, tasksRouter } from "./router.ts";
import { CreateTask } from "./schema.ts";
import { createTask } from "./tasks.ts";

const sample = router({
  projects: projectsRouter,
  tasks: tasksRouter,
  search: searchRouter,
  members: membersRouter,
  roles: rolesRouter,
});
const callerOf = createCallerFactory(sample);
const someId = "018f3b1e-0000-7000-8000-000000000000";

let owner: TestMember;
let projectId: string;
let taskId: string;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
  ({ id: projectId } = await writes(owner, createProject, { name: "Apollo", description: "" }));
  ({ id: taskId } = await writes(owner, createTask, CreateTask.parse({ projectId, title: "First" })));
});
afterAll(closeConnections);

/** Calls a procedure as untyped as a stranger would. */
function call(path: string, input: unknown): Promise<unknown> {
  const caller: unknown = callerOf(requestOf(owner, owner.organization.slug));
  const procedure = path.split(".").reduce((at, name) => (at as Record<string, unknown>)[name], caller);
  return (procedure as (input: unknown) => Promise<unknown>)(input);
}

const invalid = (field: string) => ({ code: "BAD_REQUEST", reason: "invalid_input", field });

const byId = [
  ...["get", "update", "archive", "unarchive", "delete", "restore"].map((name) => `projects.${name}`),
  ...["get", "update", "delete", "restore"].map((name) => `tasks.${name}`),
];

describe("ids", () => {
  test.each(byId)("%s refuses what is not an id", async (path) => {
    const rest = path.endsWith("update") ? { description: "x" } : {};
    for (const id of ["", "1", "not-an-id", `${someId}'--`, `${someId}\0`, 7, null, [someId], undefined]) {
      expect(await refusalOf(call(path, { id, ...rest }))).toEqual(invalid("id"));
    }
  });

  test.each(byId)("%s answers NOT_FOUND for an id of nothing", async (path) => {
    const rest = path.endsWith("update") ? { description: "x" } : {};
    expect(await refusalOf(call(path, { id: someId, ...rest }))).toEqual({
      code: "NOT_FOUND",
      reason: "not_found",
      field: null,
    });
  });
});

const valid: Record<string, object> = {
  "projects.list": {},
  "projects.get": { id: someId },
  "projects.create": { name: "x" },
  "projects.update": { id: someId, name: "x" },
  "tasks.list": {},
  "tasks.get": { id: someId },
  "tasks.create": { projectId: someId, title: "x" },
  "tasks.update": { id: someId, title: "x" },
  "search.find": { query: "x" },
  "members.list": {},
  "roles.list": {},
};

test.each(Object.entries(valid))("%s refuses fields that it does not know", async (path, input) => {
  expect(await refusalOf(call(path, { ...input, organizationId: someId }))).toMatchObject({
    code: "BAD_REQUEST",
    reason: "invalid_input",
  });
});

test.each(Object.keys(valid))("%s refuses what is no object", async (path) => {
  for (const input of ["x", 7, true, null, [], [{}]]) {
    expect(await refusalOf(call(path, input))).toMatchObject({
      code: "BAD_REQUEST",
      reason: "invalid_input",
    });
  }
});

// What no line of text may hold; a cast is needed for none of them, for all are strings.
const unprintable = ["\0", "a\0b", "a\u0007b", "a\u001b[31m", "a\u007fb", "a\u2028b", "a\u202eb", "a\ud800b"];

describe("texts", () => {
  const lines: [string, string, number][] = [
    ["projects.create", "name", 120],
    ["projects.update", "name", 120],
    ["tasks.create", "title", 200],
    ["tasks.update", "title", 200],
  ];

  test.each(lines)("%s: %s has one visible character at least and is limited", async (path, field, max) => {
    const input = valid[path];
    for (const text of [
      "",
      "   ",
      "\n",
      "\u200d",
      "x".repeat(max + 1),
      7,
      null,
      ["x"],
      ...unprintable,
      "a\nb",
    ]) {
      expect(await refusalOf(call(path, { ...input, [field]: text }))).toEqual(invalid(field));
    }
  });

  test.each([
    ["projects.create", 2_000],
    ["projects.update", 2_000],
    ["tasks.create", 10_000],
    ["tasks.update", 10_000],
  ])("%s: a description may have lines and is limited", async (path, max) => {
    const input = valid[path];
    for (const description of ["x".repeat(max + 1), 7, null, ...unprintable]) {
      expect(await refusalOf(call(path, { ...input, description }))).toEqual(invalid("description"));
    }
  });

  test.each(["projects.list", "tasks.list", "members.list"])("%s: a search is limited", async (path) => {
    for (const search of ["x".repeat(101), 7, null, ...unprintable]) {
      expect(await refusalOf(call(path, { search }))).toEqual(invalid("search"));
    }
  });

  test("search.find: a query is limited", async () => {
    for (const query of ["x".repeat(101), 7, null, undefined, ...unprintable]) {
      expect(await refusalOf(call("search.find", { query }))).toEqual(invalid("query"));
    }
  });

  test("the longest texts are kept as they are, surrounding space and Windows' line ends aside", async () => {
    const title = `\u{1f469}\u200d\u{1f680}${"x".repeat(195)}`;
    const description = `a\r\nb\n\tc ${"é".repeat(9_990)}`;
    await call("tasks.update", { id: taskId, title: `  ${title} `, description });
    expect(await call("tasks.get", { id: taskId })).toMatchObject({
      title,
      description: description.replace("\r", ""),
    });
  });
});

describe("lists", () => {
  test.each(["projects.list", "tasks.list", "members.list"])(
    "%s: limit, sort and cursor have a form",
    async (path) => {
      for (const limit of [0, -1, 101, 1.5, Number.NaN, "25", null]) {
        expect(await refusalOf(call(path, { limit }))).toEqual(invalid("limit"));
      }
      for (const sort of [
        "name",
        { by: "name" },
        { by: "secret", direction: "asc" },
        { by: "name; --", direction: "up" },
      ]) {
        expect((await refusalOf(call(path, { sort }))).field).toMatch(/^sort/);
      }
      for (const cursor of ["x".repeat(2_001), 7, null]) {
        expect(await refusalOf(call(path, { cursor }))).toEqual(invalid("cursor"));
      }
      for (const limit of [1, 100]) await call(path, { limit });
    },
  );

  test.each([
    ["statuses", [[], ["open"], "todo", ["todo", "todo", "todo", "todo", "todo"]]],
    ["assigneeId", ["nobody", "", 7, null]],
    ["projectId", ["nothing", "", null]],
    ["due", ["tomorrow", "", null]],
  ])("tasks.list: %s has a form", async (field, values) => {
    for (const value of values) {
      expect((await refusalOf(call("tasks.list", { [field]: value }))).field).toMatch(
        new RegExp(`^${field}`),
      );
    }
  });

  test("projects.list and members.list: so have status and role", async () => {
    expect(await refusalOf(call("projects.list", { status: "deleted" }))).toEqual(invalid("status"));
    for (const roleKey of ["", "a\0b", "x".repeat(101)]) {
      expect(await refusalOf(call("members.list", { roleKey }))).toEqual(invalid("roleKey"));
    }
  });

  test("a list needs no input at all", async () => {
    for (const path of ["projects.list", "tasks.list", "members.list"]) {
      expect(await call(path, undefined)).toMatchObject({ total: 1 });
    }
    expect(await call("roles.list", undefined)).toHaveLength(5);
  });
});

test.each([
  "2026-02-30",
  "2026-1-1",
  "tomorrow",
  "1969-12-31",
  "2200-01-01",
  "2026-01-01T00:00:00Z",
  "infinity",
  7,
])("%s is no due date", async (dueOn) => {
  expect(await refusalOf(call("tasks.update", { id: taskId, dueOn }))).toEqual(invalid("dueOn"));
  expect(await refusalOf(call("tasks.create", { projectId, title: "x", dueOn }))).toEqual(invalid("dueOn"));
});

test.each(["projects.update", "tasks.update"])("%s wants to hear what to change", async (path) => {
  expect(await refusalOf(call(path, { id: someId }))).toMatchObject({ reason: "invalid_input" });
  expect(await refusalOf(call(path, { id: someId, description: undefined }))).toMatchObject({
    reason: "invalid_input",
  });
});

test("what was refused has left nothing behind", async () => {
  const before = await tracesOf(owner, taskId);
  await refusalOf(call("tasks.update", { id: taskId, title: "Fine", status: "finished" }));
  await refusalOf(call("tasks.update", { id: taskId, title: "Fine", assigneeId: someId }));
  expect(await tracesOf(owner, taskId)).toEqual(before);
});
