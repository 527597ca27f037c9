import { afterAll, beforeAll, expect, test } from "vitest";
import { transact } from "../tenancy/transact.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  doorOf,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { overview } from "./overview.ts";
import { archiveProject, createProject, deleteProject, updateProject } from "./projects.ts";
import { CreateTask, type Overview } from "./schema.ts";
import { createTask, updateTask } from "./tasks.ts";

const now = clockAt("2026-05-15T09:00:00.000Z");
let owner: TestMember;
let editor: TestMember;

async function seen(member: TestMember): Promise<Overview> {
  return transact(await doorOf(member, now), "read", (ctx) => overview(ctx));
}

beforeAll(async () => {
  ({ owner } = await buildOrganization());
  editor = await buildMember(owner.organization, "editor");
  await buildMember(owner.organization, "viewer", { status: "suspended" });
  const project = async (name: string) =>
    (await writes(owner, createProject, { name, description: "" }, clockAt("2026-05-01T00:00:00.000Z"))).id;
  const [active, archived, deleted] = [await project("A"), await project("B"), await project("C")];
  const task = async (projectId: string, input: object, at = "2026-05-02T00:00:00.000Z") => {
    const parsed = CreateTask.parse({ projectId, title: "Task", ...input });
    return (await writes(owner, createTask, parsed, clockAt(at))).id;
  };
  const assigneeId = editor.memberId;
  for (const projectId of [active, archived, deleted]) {
    await task(projectId, { title: "Late", dueOn: "2026-05-10", assigneeId });
    await task(projectId, { title: "Today", dueOn: "2026-05-15", status: "in_review", assigneeId });
    await task(projectId, { title: "Undated", assigneeId });
    await task(projectId, { title: "Finished", status: "done", dueOn: "2026-05-10", assigneeId });
  }
  const early = await task(active, { title: "Early" });
  await writes(owner, updateTask, { id: early, status: "done" }, clockAt("2026-05-15T00:00:00.000Z"));
  const old = await task(active, { title: "Old" });
  await writes(owner, updateTask, { id: old, status: "done" }, clockAt("2026-05-01T23:59:59.999Z"));
  await writes(owner, archiveProject, { id: archived }, clockAt("2026-05-15T07:00:00.000Z"));
  await writes(owner, deleteProject, { id: deleted }, clockAt("2026-05-15T08:00:00.000Z"));
  await writes(owner, updateProject, { id: active, name: "Alpha" }, clockAt("2026-05-15T08:30:00.000Z"));
});
afterAll(closeConnections);

test("it counts the present: neither deleted projects nor, of work, archived ones", async () => {
  const { counts, tasksByStatus } = await seen(owner);
  expect(counts).toEqual({
    activeProjects: 1,
    archivedProjects: 1,
    openTasks: 3,
    overdueTasks: 1,
    members: 2,
  });
  expect(tasksByStatus).toEqual([
    { status: "todo", count: 2 },
    { status: "in_progress", count: 0 },
    { status: "in_review", count: 1 },
    { status: "done", count: 3 },
  ]);
});

test("completed tasks stand on their day in UTC, on 14 days without a gap", async () => {
  const { completedByDay } = await seen(owner);
  expect(completedByDay).toHaveLength(14);
  expect(completedByDay[0]).toEqual({ day: "2026-05-02", count: 2 });
  expect(completedByDay.at(-1)).toEqual({ day: "2026-05-15", count: 1 });
  expect(completedByDay.slice(1, -1).every(({ count }) => count === 0)).toBe(true);
});

test("a member's own open tasks come by urgency", async () => {
  const { myTasks } = await seen(editor);
  expect(myTasks.map(({ title }) => title)).toEqual(["Late", "Today", "Undated"]);
  expect((await seen(owner)).myTasks).toEqual([]);
});

test("the last 8 acts are told, the newest first", async () => {
  const { recentActivity } = await seen(owner);
  expect(recentActivity).toHaveLength(8);
  // The organization itself was opened by the real clock, which is ahead of this one.
  const acts = recentActivity.filter(({ targetType }) => targetType !== "organization");
  expect(acts[0]).toMatchObject({
    at: new Date("2026-05-15T08:30:00.000Z"),
    actorName: owner.name,
    action: "projects.update",
    targetType: "project",
    targetLabel: "Alpha",
  });
  expect(acts[1]?.action).toBe("projects.delete");
});

test("parts that the actor may not read are empty or zero", async () => {
  const billing = await buildMember(owner.organization, "billing");
  const { counts, tasksByStatus, completedByDay, myTasks, recentActivity } = await seen(billing);
  expect(counts).toEqual({
    activeProjects: 0,
    archivedProjects: 0,
    openTasks: 0,
    overdueTasks: 0,
    members: 3,
  });
  expect(tasksByStatus.every(({ count }) => count === 0)).toBe(true);
  expect(completedByDay).toHaveLength(14);
  expect(completedByDay.every(({ count }) => count === 0)).toBe(true);
  expect(myTasks).toEqual([]);
  expect(recentActivity.map(({ targetType }) => targetType)).toEqual(["organization"]);
});

test("an organization that has just begun has an overview as well", async () => {
  const fresh = await buildOrganization();
  expect((await seen(fresh.owner)).counts).toEqual({
    activeProjects: 0,
    archivedProjects: 0,
    openTasks: 0,
    overdueTasks: 0,
    members: 1,
  });
});
