import { afterAll, beforeAll, expect, test } from "vitest";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  reads,
  requestOf,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { createCallerFactory, router } from "../api/trpc.ts";
import { refusalOf } from "../test/refusal.ts";
import { tracesOf } from "../test/traces.ts";
import { listMembers } from "../members/members.ts";
import { ListMembers } from "../members/schema.ts";
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
import { projectsRouter, searchRouter, tasksRouter } from "./router.ts";
import { CreateTask, ListProjects, ListTasks, type ById } from "./schema.ts";
import { findAnything } from "./search.ts";
import { getTask, listTasks } from "./task-list.ts";
import { createTask, deleteTask, restoreTask, updateTask } from "./tasks.ts";

let here: TestMember;
let stranger: TestMember;
let projectId: string;
let taskId: string;
let deletedTaskId: string;

beforeAll(async () => {
  ({ owner: here } = await buildOrganization());
  ({ owner: stranger } = await buildOrganization());
  ({ id: projectId } = await writes(here, createProject, { name: "Canary project", description: "" }));
  const make = (title: string) => writes(here, createTask, CreateTask.parse({ projectId, title }));
  ({ id: taskId } = await make("Canary task"));
  ({ id: deletedTaskId } = await make("Canary gone"));
  await writes(here, deleteTask, { id: deletedTaskId });
});
afterAll(closeConnections);

const gone = { code: "NOT_FOUND", reason: "not_found", field: null };

test.each([
  ["archiveProject", archiveProject],
  ["unarchiveProject", unarchiveProject],
  ["deleteProject", deleteProject],
  ["restoreProject", restoreProject],
])("%s answers NOT_FOUND for a foreign project", async (_name, verb) => {
  expect(await refusalOf(writes(stranger, verb, { id: projectId }))).toEqual(gone);
});

test("no project and no task of another organization can be read, changed or filled", async () => {
  expect(await refusalOf(reads(stranger, getProject, { id: projectId }))).toEqual(gone);
  expect(await refusalOf(reads(stranger, getTask, { id: taskId }))).toEqual(gone);
  expect(await refusalOf(writes(stranger, updateProject, { id: projectId, name: "Mine" }))).toEqual(gone);
  expect(await refusalOf(writes(stranger, updateTask, { id: taskId, title: "Mine" }))).toEqual(gone);
  expect(await refusalOf(writes(stranger, deleteTask, { id: taskId }))).toEqual(gone);
  expect(await refusalOf(writes(stranger, restoreTask, { id: deletedTaskId }))).toEqual(gone);
  const input = CreateTask.parse({ projectId, title: "Mine" });
  expect(await refusalOf(writes(stranger, createTask, input))).toEqual(gone);
  // The positive control: here all of it is there, and as it was.
  expect(await reads(here, getProject, { id: projectId })).toMatchObject({ name: "Canary project" });
  expect(await reads(here, getTask, { id: taskId })).toMatchObject({ title: "Canary task" });
  expect((await tracesOf(here, taskId)).entries).toHaveLength(1);
});

test("no list, filter or search shows a foreign row", async () => {
  const search = { search: "canary" };
  const listsOf = async (member: TestMember) => [
    (await reads(member, listProjects, ListProjects.parse(search))).total,
    (await reads(member, listTasks, ListTasks.parse(search))).total,
    (await reads(member, listTasks, ListTasks.parse({ projectId }))).total,
    (await reads(member, listMembers, ListMembers.parse({ search: here.email }))).total,
    ...Object.values(await reads(member, findAnything, { query: "canary" })).map((found) => found.length),
  ];
  expect(await listsOf(here)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await listsOf(stranger)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a cursor of another organization only names a place in the own list", async () => {
  for (const name of ["B", "C"]) await writes(here, createProject, { name, description: "" });
  const sort = { by: "createdAt", direction: "asc" };
  const { nextCursor: cursor } = await reads(here, listProjects, ListProjects.parse({ sort, limit: 1 }));
  const { id } = await writes(stranger, createProject, { name: "Own", description: "" });
  const page = await reads(stranger, listProjects, ListProjects.parse({ sort, cursor }));
  expect(page.items.map((project) => project.id)).toEqual([id]);
});

const callerOf = createCallerFactory(
  router({ projects: projectsRouter, tasks: tasksRouter, search: searchRouter }),
);

test("every procedure refuses nobody, a stranger, and a role that lacks the permission", async () => {
  const { slug } = here.organization;
  const billing = await buildMember(here.organization, "billing");
  const viewer = await buildMember(here.organization, "viewer");
  const id: ById = { id: projectId };
  type Caller = ReturnType<typeof callerOf>;
  const reading: ((caller: Caller) => Promise<unknown>)[] = [
    (caller) => caller.projects.list(),
    (caller) => caller.projects.get(id),
    (caller) => caller.tasks.list(),
    (caller) => caller.tasks.get({ id: taskId }),
  ];
  const writing: ((caller: Caller) => Promise<unknown>)[] = [
    (caller) => caller.projects.create({ name: "x" }),
    (caller) => caller.projects.update({ ...id, name: "x" }),
    (caller) => caller.projects.archive(id),
    (caller) => caller.projects.unarchive(id),
    (caller) => caller.projects.delete(id),
    (caller) => caller.projects.restore(id),
    (caller) => caller.tasks.create({ projectId, title: "x" }),
    (caller) => caller.tasks.update({ id: taskId, title: "x" }),
    (caller) => caller.tasks.delete({ id: taskId }),
    (caller) => caller.tasks.restore({ id: taskId }),
  ];
  const reasons = async (person: Parameters<typeof requestOf>[0], calls: typeof reading) => {
    const found = new Set<string>();
    for (const call of calls) found.add((await refusalOf(call(callerOf(requestOf(person, slug))))).reason);
    return [...found];
  };
  const find = (caller: Caller) => caller.search.find({ query: "x" });
  const all = [...reading, ...writing, find];
  expect(await reasons(null, all)).toEqual(["not_signed_in"]);
  expect(await reasons(await buildPerson(), all)).toEqual(["no_access"]);
  expect(await reasons(stranger, all)).toEqual(["no_access"]);
  expect(await reasons(billing, [...reading, ...writing])).toEqual(["missing_permission"]);
  expect(await reasons(viewer, writing)).toEqual(["missing_permission"]);
  for (const call of reading) await call(callerOf(requestOf(viewer, slug)));
});

test("an editor deletes tasks and not projects", async () => {
  const editor = await buildMember(here.organization, "editor");
  const caller = callerOf(requestOf(editor, here.organization.slug));
  const { id } = await caller.tasks.create({ projectId, title: "Short-lived" });
  await caller.tasks.delete({ id });
  expect((await refusalOf(caller.projects.delete({ id: projectId }))).reason).toBe("missing_permission");
});
