import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emit } from "../events/emit.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  doorOf,
  reads,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { tracesOf } from "../test/traces.ts";
import {
  archiveProject,
  createProject,
  deleteProject,
  getProject,
  listProjects,
  restoreProject,
  unarchiveProject,
  updateProject,
} from "./projects.ts";
import { CreateTask, ListProjects } from "./schema.ts";
import { getTask } from "./task-list.ts";
import { createTask, deleteTask, updateTask } from "./tasks.ts";

let owner: TestMember;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
});
afterAll(closeConnections);

const make = (name: string, description = "") => writes(owner, createProject, { name, description });

test("createProject makes a project that can be read, with its audit entry, event and search words", async () => {
  const clock = clockAt("2026-03-01T10:00:00.000Z");
  const { id } = await writes(owner, createProject, { name: "Crème brûlée", description: "Dessert" }, clock);
  expect(await reads(owner, getProject, { id })).toEqual({
    id,
    name: "Crème brûlée",
    description: "Dessert",
    status: "active",
    taskCounts: { open: 0, done: 0 },
    createdAt: new Date("2026-03-01T10:00:00.000Z"),
    updatedAt: new Date("2026-03-01T10:00:00.000Z"),
  });
  const { entries, events, tokens } = await tracesOf(owner, id);
  expect(entries).toMatchObject([
    {
      action: "projects.create",
      actorName: owner.name,
      targetLabel: "Crème brûlée",
      changes: { before: {}, after: { name: "Crème brûlée", description: "Dessert" } },
    },
  ]);
  expect(entries[0]?.requestId).toBeTruthy();
  expect(events).toEqual([{ type: "project.created", data: { id, name: "Crème brûlée" } }]);
  expect(tokens).toEqual(["brulee", "creme"]);
});

test("updateProject records what changed and nothing else", async () => {
  const { id } = await make("Before", "Same");
  await writes(owner, updateProject, { id, name: "After", description: "Same" });
  const { entries, events, tokens } = await tracesOf(owner, id);
  expect(entries[0]).toMatchObject({
    action: "projects.update",
    targetLabel: "After",
    changes: { before: { name: "Before" }, after: { name: "After" } },
  });
  expect(events[0]).toEqual({ type: "project.updated", data: { id, name: "After" } });
  expect(tokens).toEqual(["after"]);
});

test("updateProject with what is there already writes nothing", async () => {
  const { id } = await make("Still", "Quiet");
  const before = await reads(owner, getProject, { id });
  await writes(owner, updateProject, { id, name: "Still" }, clockAt("2030-01-01T00:00:00.000Z"));
  expect(await reads(owner, getProject, { id })).toEqual(before);
  expect((await tracesOf(owner, id)).entries).toHaveLength(1);
});

test("archiveProject and unarchiveProject turn the status, and a second time change nothing", async () => {
  const { id } = await make("Cupboard");
  for (const [verb, status] of [
    [archiveProject, "archived"],
    [archiveProject, "archived"],
    [unarchiveProject, "active"],
    [unarchiveProject, "active"],
  ] as const) {
    await writes(owner, verb, { id });
    expect((await reads(owner, getProject, { id })).status).toBe(status);
  }
  const { entries, events } = await tracesOf(owner, id);
  expect(entries.map(({ action }) => action)).toEqual([
    "projects.unarchive",
    "projects.archive",
    "projects.create",
  ]);
  expect(events.map(({ type }) => type)).toEqual([
    "project.unarchived",
    "project.archived",
    "project.created",
  ]);
});

test("an archived project's tasks can be read and not changed", async () => {
  const { id: projectId } = await make("Read only");
  const { id } = await writes(owner, createTask, CreateTask.parse({ projectId, title: "Kept" }));
  await writes(owner, archiveProject, { id: projectId });
  expect((await reads(owner, getTask, { id })).title).toBe("Kept");
  const refused = { code: "CONFLICT", reason: "project_archived", field: null };
  expect(await refusalOf(writes(owner, updateTask, { id, title: "Changed" }))).toEqual(refused);
  expect(await refusalOf(writes(owner, deleteTask, { id }))).toEqual(refused);
  expect(
    await refusalOf(writes(owner, createTask, CreateTask.parse({ projectId, title: "One more" }))),
  ).toEqual(refused);
  await writes(owner, unarchiveProject, { id: projectId });
  await writes(owner, updateTask, { id, title: "Changed" });
});

test("a deleted project is gone with its tasks, and comes back with them", async () => {
  const { id: projectId } = await make("Phoenix");
  const { id } = await writes(owner, createTask, CreateTask.parse({ projectId, title: "Feather" }));
  await writes(owner, deleteProject, { id: projectId });
  const gone = { code: "NOT_FOUND", reason: "not_found", field: null };
  expect(await refusalOf(reads(owner, getProject, { id: projectId }))).toEqual(gone);
  expect(await refusalOf(reads(owner, getTask, { id }))).toEqual(gone);
  expect(await refusalOf(writes(owner, updateTask, { id, title: "Ash" }))).toEqual(gone);
  expect(await refusalOf(writes(owner, deleteProject, { id: projectId }))).toEqual(gone);
  expect(await refusalOf(writes(owner, archiveProject, { id: projectId }))).toEqual(gone);
  expect((await tracesOf(owner, projectId)).tokens).toEqual([]);
  await writes(owner, restoreProject, { id: projectId });
  await writes(owner, restoreProject, { id: projectId });
  expect((await reads(owner, getProject, { id: projectId })).name).toBe("Phoenix");
  expect((await reads(owner, getTask, { id })).title).toBe("Feather");
  const { entries, events, tokens } = await tracesOf(owner, projectId);
  expect(entries.map(({ action }) => action)).toEqual([
    "projects.restore",
    "projects.delete",
    "projects.create",
  ]);
  expect(events.map(({ type }) => type)).toEqual(["project.restored", "project.deleted", "project.created"]);
  expect(tokens).toEqual(["phoenix"]);
});

test("a project is restorable for 30 days and no longer", async () => {
  const { id } = await make("Old");
  await writes(owner, deleteProject, { id }, clockAt("2026-01-01T00:00:00.000Z"));
  const late = clockAt("2026-01-31T00:00:00.001Z");
  expect(await refusalOf(writes(owner, restoreProject, { id }, late))).toMatchObject({ code: "NOT_FOUND" });
  await writes(owner, restoreProject, { id }, clockAt("2026-01-30T23:59:59.000Z"));
  expect((await reads(owner, getProject, { id })).name).toBe("Old");
});

test("listProjects filters by status and word, counts tasks, and leaves deleted projects out", async () => {
  const organization = await buildOrganization();
  const person = organization.owner;
  const made = async (name: string) => (await writes(person, createProject, { name, description: "" })).id;
  const [alpha, beta, gamma] = [await made("Alpha one"), await made("Beta one"), await made("Gamma two")];
  await writes(person, archiveProject, { id: beta });
  await writes(person, deleteProject, { id: gamma });
  for (const status of ["todo", "in_review", "done"] as const) {
    await writes(person, createTask, CreateTask.parse({ projectId: alpha, title: status, status }));
  }
  const { id } = await writes(person, createTask, CreateTask.parse({ projectId: alpha, title: "deleted" }));
  await writes(person, deleteTask, { id });
  const list = async (input: object) => {
    const page = await reads(person, listProjects, ListProjects.parse(input));
    return { names: page.items.map(({ name }) => name), total: page.total };
  };
  const byName = { sort: { by: "name", direction: "asc" } };
  expect(await list(byName)).toEqual({ names: ["Alpha one", "Beta one"], total: 2 });
  expect(await list({ status: "active" })).toEqual({ names: ["Alpha one"], total: 1 });
  expect(await list({ status: "archived" })).toEqual({ names: ["Beta one"], total: 1 });
  expect(await list({ ...byName, search: "ONE" })).toEqual({ names: ["Alpha one", "Beta one"], total: 2 });
  expect(await list({ search: "gamma" })).toEqual({ names: [], total: 0 });
  expect((await reads(person, getProject, { id: alpha })).taskCounts).toEqual({ open: 2, done: 1 });
});

test("names are sorted as people sort them, not by code point", async () => {
  const { owner: person } = await buildOrganization();
  for (const name of ["Zebra", "äpfel", "Apple", "zoo", "Éclair", "banana"]) {
    await writes(person, createProject, { name, description: "" });
  }
  const input = ListProjects.parse({ sort: { by: "name", direction: "asc" } });
  const { items } = await reads(person, listProjects, input);
  expect(items.map(({ name }) => name)).toEqual(["äpfel", "Apple", "banana", "Éclair", "Zebra", "zoo"]);
});

test("whoever may not read tasks sees no task counts", async () => {
  const { id } = await make("Counted");
  await writes(owner, createTask, CreateTask.parse({ projectId: id, title: "Hidden" }));
  const door = await doorOf(owner);
  const actor = { ...door.actor, permissions: new Set(["projects.read"]) };
  const project = await transact({ ...door, actor }, "read", (ctx) => getProject(ctx, { id }));
  expect(project.taskCounts).toEqual({ open: 0, done: 0 });
});

test("row, search words, audit entry and event are undone together when the verb fails at its end", async () => {
  let id = "";
  const failing = async (ctx: WriteCtx, name: string) => {
    ({ id } = await createProject(ctx, { name, description: "" }));
    await emit(ctx, "project.updated", { id, name });
    throw new Error("at the very end");
  };
  await expect(writes(owner, failing, "Never was")).rejects.toThrow("at the very end");
  expect(id).not.toBe("");
  expect(await refusalOf(reads(owner, getProject, { id }))).toMatchObject({ code: "NOT_FOUND" });
  expect(await tracesOf(owner, id)).toEqual({ entries: [], events: [], tokens: [] });
});

test("of two changes at once each keeps what it changed, and the log tells them in turn", async () => {
  const { id } = await make("One", "Two");
  await Promise.all([
    writes(owner, updateProject, { id, name: "Uno" }),
    writes(owner, updateProject, { id, description: "Due" }),
    writes(owner, archiveProject, { id }),
  ]);
  expect(await reads(owner, getProject, { id })).toMatchObject({
    name: "Uno",
    description: "Due",
    status: "archived",
  });
  expect((await tracesOf(owner, id)).entries).toHaveLength(4);
});

test("archiving waits for a change of a task that began before it", async () => {
  const editor = await buildMember(owner.organization, "editor");
  const { id: projectId } = await make("Contended");
  const { id } = await writes(owner, createTask, CreateTask.parse({ projectId, title: "First" }));
  const written = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const change = writes(
    editor,
    async (ctx: WriteCtx, title: string) => {
      await updateTask(ctx, { id, title });
      written.resolve();
      await gate.promise;
    },
    "Second",
  );
  await written.promise;
  let archived = false;
  const archive = writes(owner, archiveProject, { id: projectId }).then(() => (archived = true));
  await sleep(150);
  expect(archived).toBe(false);
  gate.resolve();
  await Promise.all([change, archive]);
  expect((await reads(owner, getTask, { id })).title).toBe("Second");
});
