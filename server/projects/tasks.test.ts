import { afterAll, beforeAll, expect, test } from "vitest";
import type { WriteCtx } from "../tenancy/context.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  reads,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { tracesOf } from "../test/traces.ts";
import { archiveProject, createProject } from "./projects.ts";
import { CreateTask, ListTasks } from "./schema.ts";
import { getTask, listTasks } from "./task-list.ts";
import { createTask, deleteTask, restoreTask, updateTask } from "./tasks.ts";

let owner: TestMember;
let editor: TestMember;
let projectId: string;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
  editor = await buildMember(owner.organization, "editor");
  ({ id: projectId } = await writes(owner, createProject, { name: "Apollo", description: "" }));
});
afterAll(closeConnections);

const make = (input: object = {}, clock = clockAt("2026-05-05T12:00:00.000Z")) =>
  writes(owner, createTask, CreateTask.parse({ projectId, title: "Build the ladder", ...input }), clock);
const get = (id: string) => reads(owner, getTask, { id });

test("createTask makes a task that can be read, with its audit entry, event and search words", async () => {
  const { id } = await make({
    description: "Two steps",
    status: "in_progress",
    assigneeId: editor.memberId,
    dueOn: "2026-06-01",
  });
  const at = new Date("2026-05-05T12:00:00.000Z");
  expect(await get(id)).toEqual({
    id,
    projectId,
    projectName: "Apollo",
    title: "Build the ladder",
    description: "Two steps",
    status: "in_progress",
    assignee: { id: editor.memberId, name: editor.name },
    dueOn: "2026-06-01",
    createdAt: at,
    updatedAt: at,
  });
  const { entries, events, tokens } = await tracesOf(owner, id);
  expect(entries).toMatchObject([
    {
      action: "tasks.create",
      targetLabel: "Build the ladder",
      changes: {
        after: { projectId, title: "Build the ladder", assigneeId: editor.memberId, dueOn: "2026-06-01" },
      },
    },
  ]);
  const data = { id, projectId, title: "Build the ladder", status: "in_progress" };
  expect(events).toEqual([{ type: "task.created", data }]);
  expect(tokens).toEqual(["build", "ladder", "the"]);
});

test("a task needs no more than a title", async () => {
  const { id } = await make();
  expect(await get(id)).toMatchObject({ description: "", status: "todo", assignee: null, dueOn: null });
});

test("updateTask changes what is named and leaves the rest", async () => {
  const { id } = await make({ assigneeId: editor.memberId, dueOn: "2026-06-01", description: "Long" });
  const later = clockAt("2026-05-06T12:00:00.000Z");
  await writes(owner, updateTask, { id, title: "Paint the ladder" }, later);
  expect(await get(id)).toMatchObject({
    title: "Paint the ladder",
    description: "Long",
    assignee: { id: editor.memberId },
    dueOn: "2026-06-01",
    createdAt: new Date("2026-05-05T12:00:00.000Z"),
    updatedAt: new Date("2026-05-06T12:00:00.000Z"),
  });
  const { entries, events, tokens } = await tracesOf(owner, id);
  expect(entries[0]?.changes).toEqual({
    before: { title: "Build the ladder" },
    after: { title: "Paint the ladder" },
  });
  expect(events[0]?.type).toBe("task.updated");
  expect(tokens).toEqual(["ladder", "paint", "the"]);
});

test("updateTask clears assignee and due date with null", async () => {
  const { id } = await make({ assigneeId: editor.memberId, dueOn: "2026-06-01" });
  await writes(owner, updateTask, { id, assigneeId: null, dueOn: null });
  expect(await get(id)).toMatchObject({ assignee: null, dueOn: null });
});

test("updateTask with what is there already writes nothing", async () => {
  const { id } = await make({ dueOn: "2026-06-01" });
  const before = await get(id);
  await writes(owner, updateTask, { id, title: "Build the ladder", dueOn: "2026-06-01", status: "todo" });
  expect(await get(id)).toEqual(before);
  expect((await tracesOf(owner, id)).entries).toHaveLength(1);
});

test("a completed task says so once, and is open again when it is taken up", async () => {
  const { id } = await make();
  const completedAt = () =>
    writes(owner, (ctx: WriteCtx) => ctx.db.task.findUniqueOrThrow({ where: { id } }), undefined).then(
      (task) => task.completedAt,
    );
  await writes(owner, updateTask, { id, status: "done" }, clockAt("2026-05-07T00:00:00.000Z"));
  await writes(owner, updateTask, { id, title: "Renamed" }, clockAt("2026-05-08T00:00:00.000Z"));
  expect(await completedAt()).toEqual(new Date("2026-05-07T00:00:00.000Z"));
  await writes(owner, updateTask, { id, status: "in_review" });
  expect(await completedAt()).toBeNull();
  const { events } = await tracesOf(owner, id);
  expect(events.filter(({ type }) => type === "task.completed")).toHaveLength(1);
});

test("only an active member of the organization can be assigned", async () => {
  const suspended = await buildMember(owner.organization, "editor", { status: "suspended" });
  const removed = await buildMember(owner.organization, "editor", { status: "removed" });
  const stranger = (await buildOrganization()).owner;
  const { id } = await make();
  const refused = { code: "BAD_REQUEST", reason: "not_a_member", field: "assigneeId" };
  for (const { memberId } of [suspended, removed, stranger]) {
    expect(await refusalOf(writes(owner, updateTask, { id, assigneeId: memberId }))).toEqual(refused);
    expect(await refusalOf(make({ assigneeId: memberId }))).toEqual(refused);
  }
});

test("who was assigned before stays when something else changes", async () => {
  const leaver = await buildMember(owner.organization, "editor");
  const { id } = await make({ assigneeId: leaver.memberId });
  await writes(
    owner,
    (ctx: WriteCtx) =>
      ctx.db.member.update({ where: { id: leaver.memberId }, data: { status: "suspended" } }),
    undefined,
  );
  await writes(owner, updateTask, { id, title: "Still theirs", assigneeId: leaver.memberId });
  expect((await get(id)).assignee?.id).toBe(leaver.memberId);
});

test("a deleted task is gone, and can be restored for 30 days", async () => {
  const { id } = await make();
  await writes(owner, deleteTask, { id }, clockAt("2026-05-10T00:00:00.000Z"));
  const gone = { code: "NOT_FOUND", reason: "not_found", field: null };
  expect(await refusalOf(get(id))).toEqual(gone);
  expect(await refusalOf(writes(owner, updateTask, { id, title: "No" }))).toEqual(gone);
  expect(await refusalOf(writes(owner, deleteTask, { id }))).toEqual(gone);
  expect((await tracesOf(owner, id)).tokens).toEqual([]);
  expect(await refusalOf(writes(owner, restoreTask, { id }, clockAt("2026-06-10T00:00:00.000Z")))).toEqual(
    gone,
  );
  await writes(owner, restoreTask, { id }, clockAt("2026-06-08T00:00:00.000Z"));
  await writes(owner, restoreTask, { id });
  expect((await get(id)).title).toBe("Build the ladder");
  const { entries, events, tokens } = await tracesOf(owner, id);
  expect(entries.map(({ action }) => action)).toEqual(["tasks.restore", "tasks.delete", "tasks.create"]);
  expect(events.map(({ type }) => type)).toEqual(["task.restored", "task.deleted", "task.created"]);
  expect(tokens).toEqual(["build", "ladder", "the"]);
});

test("a task of an archived project is not restored either", async () => {
  const { id: shelved } = await writes(owner, createProject, { name: "Shelved", description: "" });
  const { id } = await make({ projectId: shelved });
  await writes(owner, deleteTask, { id });
  await writes(owner, archiveProject, { id: shelved });
  expect(await refusalOf(writes(owner, restoreTask, { id }))).toMatchObject({ reason: "project_archived" });
});

test("a task is made in a project that exists", async () => {
  const projectOfNobody = "018f3b1e-0000-7000-8000-000000000000";
  expect(await refusalOf(make({ projectId: projectOfNobody }))).toMatchObject({ code: "NOT_FOUND" });
});

test("row, search words, audit entry and event are undone together when the verb fails at its end", async () => {
  const { id } = await make();
  const failing = async (ctx: WriteCtx) => {
    await updateTask(ctx, { id, title: "Half way", status: "done" });
    throw new Error("at the very end");
  };
  const before = { task: await get(id), traces: await tracesOf(owner, id) };
  await expect(writes(owner, failing, undefined)).rejects.toThrow("at the very end");
  expect({ task: await get(id), traces: await tracesOf(owner, id) }).toEqual(before);
});

test("of two changes at once each keeps what it changed, and the log tells them in turn", async () => {
  const { id } = await make();
  await Promise.all([
    writes(owner, updateTask, { id, status: "done" }),
    writes(editor, updateTask, { id, title: "Build two ladders" }),
    writes(owner, updateTask, { id, status: "in_review" }),
    writes(editor, updateTask, { id, dueOn: "2026-09-09" }),
  ]);
  const task = await get(id);
  expect(task).toMatchObject({ title: "Build two ladders", dueOn: "2026-09-09" });
  const { entries, tokens } = await tracesOf(owner, id);
  // Each entry starts where another one ended: nobody overwrote what they had not seen.
  const steps = new Map(entries.map(({ changes: { before, after } }) => [before.status, after.status]));
  let status: unknown = "todo";
  while (steps.has(status)) status = steps.get(status);
  expect(steps.size).toBeGreaterThan(2);
  expect(task.status).toBe(status);
  expect(tokens).toEqual(["build", "ladders", "two"]);
});

test("the list holds the tasks of active projects, and those of an archived one when it is named", async () => {
  const { owner: person } = await buildOrganization();
  const project = async (name: string) => (await writes(person, createProject, { name, description: "" })).id;
  const [open, closed] = [await project("Open"), await project("Closed")];
  for (const [id, title] of [
    [open, "Here"],
    [closed, "There"],
  ] as const) {
    await writes(person, createTask, CreateTask.parse({ projectId: id, title }));
  }
  await writes(person, archiveProject, { id: closed });
  const titles = async (input: object) => {
    const page = await reads(person, listTasks, ListTasks.parse(input));
    expect(page.total).toBe(page.items.length);
    return page.items.map(({ title }) => title);
  };
  expect(await titles({})).toEqual(["Here"]);
  expect(await titles({ projectId: closed })).toEqual(["There"]);
});
