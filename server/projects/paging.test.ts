import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "../platform/page-input.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import {
  buildOrganization,
  clockAt,
  closeConnections,
  reads,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { createProject, listProjects } from "./projects.ts";
import { CreateTask, ListProjects, ListTasks, taskStatuses, type TaskRow } from "./schema.ts";
import { listTasks } from "./task-list.ts";
import { createTask, deleteTask } from "./tasks.ts";

const tasksMade = 47;
let owner: TestMember;
let projectId: string;

// Few titles, days and moments for many tasks: most pages begin in the middle of equal values.
async function makeTasks(member: TestMember): Promise<string> {
  const { id } = await writes(member, createProject, { name: "Apollo", description: "" });
  const makeAll = async (ctx: WriteCtx) => {
    for (let i = 0; i < tasksMade; i++) {
      const clock = clockAt(`2026-01-0${1 + (i % 3)}T00:00:00.000Z`);
      const dueOn = i % 4 === 0 ? null : `2026-02-0${1 + (i % 2)}`;
      const input = { projectId: id, title: `Task ${i % 5}`, status: taskStatuses[i % 4], dueOn };
      await createTask({ ...ctx, clock }, CreateTask.parse(input));
    }
  };
  await writes(member, makeAll, undefined);
  return id;
}

beforeAll(async () => {
  ({ owner } = await buildOrganization());
  projectId = await makeTasks(owner);
});
afterAll(closeConnections);

const list = (input: object, member = owner): Promise<Page<TaskRow>> =>
  reads(member, listTasks, ListTasks.parse(input));

/** Pages forwards to the end and then backwards to the beginning. */
async function walk(input: object): Promise<{ there: string[][]; back: string[][] }> {
  const there: string[][] = [];
  const back: string[][] = [];
  let page = await list(input);
  expect(page.previousCursor).toBeNull();
  for (;;) {
    expect(page.total).toBe(tasksMade);
    there.push(page.items.map(({ id }) => id));
    if (!page.nextCursor) break;
    page = await list({ ...input, cursor: page.nextCursor });
  }
  while (page.previousCursor) {
    page = await list({ ...input, cursor: page.previousCursor });
    back.unshift(page.items.map(({ id }) => id));
  }
  return { there, back };
}

describe.each(["updatedAt", "title", "dueOn", "status", "createdAt"] as const)("by %s", (by) => {
  test.each(["asc", "desc"] as const)(
    "%s: every task comes once, the same way back as there",
    async (direction) => {
      const sort = { by, direction };
      const { there, back } = await walk({ sort, limit: 7 });
      const whole = (await list({ sort, limit: 100 })).items.map(({ id }) => id);
      expect(there.flat()).toEqual(whole);
      expect(new Set(whole).size).toBe(tasksMade);
      expect(there.map((ids) => ids.length)).toEqual([7, 7, 7, 7, 7, 7, 5]);
      expect(back).toEqual(there.slice(0, -1));
    },
  );
});

test("a page that ends the list exactly has no next one", async () => {
  const page = await list({ limit: tasksMade });
  expect(page.items).toHaveLength(tasksMade);
  expect(page).toMatchObject({ nextCursor: null, previousCursor: null });
});

test("25 rows come when no number is given", async () => {
  expect((await list({})).items).toHaveLength(25);
});

test("a list without rows has no cursors", async () => {
  const page = await list({ search: "nothing like it" });
  expect(page).toEqual({ items: [], total: 0, nextCursor: null, previousCursor: null });
});

test("the total counts under the same filter on every page", async () => {
  const filter = { statuses: ["done"], limit: 4 };
  const first = await list(filter);
  const second = await list({ ...filter, cursor: first.nextCursor });
  expect([first.total, second.total]).toEqual([11, 11]);
  expect(second.items.every(({ status }) => status === "done")).toBe(true);
});

test("rows that come and go between two pages move nothing", async () => {
  const { owner: person } = await buildOrganization();
  const id = await makeTasks(person);
  const input = { sort: { by: "title", direction: "asc" }, limit: 10 };
  const before = (await list({ ...input, limit: 20 }, person)).items.map((task) => task.id);
  const first = await list(input, person);
  for (const task of first.items.slice(0, 5)) await writes(person, deleteTask, { id: task.id });
  await writes(person, deleteTask, { id: first.items[9]?.id ?? "" });
  await writes(person, createTask, CreateTask.parse({ projectId: id, title: "A new first one" }));
  const second = await list({ ...input, cursor: first.nextCursor }, person);
  expect(second.items.map((task) => task.id)).toEqual(before.slice(10));
});

test("a page that was emptied meanwhile leads back to where its reader came from", async () => {
  const { owner: person } = await buildOrganization();
  await makeTasks(person);
  const input = { sort: { by: "updatedAt", direction: "desc" }, limit: 45 };
  const first = await list(input, person);
  const second = await list({ ...input, cursor: first.nextCursor }, person);
  for (const task of second.items) await writes(person, deleteTask, { id: task.id });
  const emptied = await list({ ...input, cursor: first.nextCursor }, person);
  expect(emptied).toMatchObject({ items: [], total: 45, nextCursor: null });
  const back = await list({ ...input, cursor: emptied.previousCursor }, person);
  expect(back.items.length).toBeGreaterThan(0);
});

const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("bad cursors", () => {
  const refused = { code: "BAD_REQUEST", reason: "bad_cursor", field: "cursor" };
  const sort = { by: "title", direction: "asc" } as const;
  const id = "018f3b1e-0000-7000-8000-000000000000";
  const stamp = "tasks.title.asc";

  test.each([
    ["empty", ""],
    ["not base64", "%%%"],
    ["not JSON", Buffer.from("{").toString("base64url")],
    ["another shape", forged({ id })],
    ["too little", forged([stamp, "x", id])],
    ["too much", forged([stamp, "x", id, "next", "more"])],
    ["a wrong id", forged([stamp, "x", "1 OR 1=1", "next"])],
    ["a wrong way", forged([stamp, "x", id, "sideways"])],
    ["a number", forged([stamp, 7, id, "next"])],
    ["null where there is none", forged([stamp, null, id, "next"])],
    ["a NUL", forged([stamp, "a\0b", id, "next"])],
    ["half a character", forged([stamp, "\ud800", id, "next"])],
    ["another list", forged(["projects.title.asc", "x", id, "next"])],
  ])("%s", async (_name, cursor) => {
    expect(await refusalOf(list({ sort, cursor }))).toEqual(refused);
  });

  test.each([
    ["dueOn", "2026-02-30"],
    ["dueOn", "0000-01-01"],
    ["dueOn", "infinity"],
    ["updatedAt", "2026-01-01"],
    ["updatedAt", "2026-13-01T00:00:00.000Z"],
    ["updatedAt", "0000-01-01T00:00:00.000Z"],
    ["status", "never"],
    ["createdAt", "2026-01-01T00:00:00.000Z"],
  ])("by %s the value %s", async (by, value) => {
    const cursor = forged([`tasks.${by}.asc`, value, id, "next"]);
    expect(await refusalOf(list({ sort: { by, direction: "asc" }, cursor }))).toEqual(refused);
  });

  test("a cursor of another sort, direction or list", async () => {
    const { nextCursor: cursor } = await list({ sort, limit: 5 });
    expect(await refusalOf(list({ sort: { by: "updatedAt", direction: "asc" }, cursor }))).toEqual(refused);
    expect(await refusalOf(list({ sort: { by: "title", direction: "desc" }, cursor }))).toEqual(refused);
    expect(await refusalOf(reads(owner, listProjects, ListProjects.parse({ cursor })))).toEqual(refused);
  });

  test("a cursor goes on under another filter, for it names a place and not a list", async () => {
    const { nextCursor: cursor } = await list({ sort, limit: 5 });
    const page = await list({ sort, cursor, projectId, statuses: ["todo"] });
    expect(page.items.every(({ status }) => status === "todo")).toBe(true);
  });
});
