import { afterAll, expect, test } from "vitest";
import { buildOrganization, clockAt, closeConnections, doorOf, reads, writes } from "../test/factories.ts";
import { tracesOf } from "../test/traces.ts";
import { createProject, deleteProject, getProject, listProjects, restoreProject } from "./projects.ts";
import { purgeAll, purgeDeleted } from "./purge.ts";
import { createTask, deleteTask } from "./tasks.ts";
import { listTasks } from "./task-list.ts";
import { ListProjects, ListTasks } from "./schema.ts";
import { CreateTask } from "./schema.ts";
import { transact } from "../tenancy/transact.ts";

afterAll(closeConnections);

test("what was deleted more than thirty days ago is gone for good, with its tasks and words; all else stays", async () => {
  const { owner } = await buildOrganization();
  const make = (name: string) => writes(owner, createProject, { name, description: "" });
  const task = (projectId: string, title: string) =>
    writes(owner, createTask, CreateTask.parse({ projectId, title }));
  const [old, young, kept] = [await make("Old"), await make("Young"), await make("Kept")];
  const inOld = await task(old.id, "in old");
  const [gone, stays] = [await task(kept.id, "gone"), await task(kept.id, "stays")];
  await writes(owner, deleteProject, { id: old.id }, clockAt("2026-01-01T00:00:00.000Z"));
  await writes(owner, deleteTask, { id: gone.id }, clockAt("2026-01-01T00:00:00.000Z"));
  await writes(owner, deleteProject, { id: young.id }, clockAt("2026-01-01T00:00:01.000Z"));

  const clock = clockAt("2026-01-31T00:00:00.000Z");
  expect(await purgeDeleted(await doorOf(owner, clock))).toEqual({ projects: 1, tasks: 2 });
  expect(await purgeDeleted(await doorOf(owner, clock))).toEqual({ projects: 0, tasks: 0 });

  const left = await transact(await doorOf(owner), "read", async ({ db }) => ({
    projects: (await db.project.findMany()).map((project) => project.name).toSorted(),
    tasks: (await db.task.findMany()).map((row) => row.title),
  }));
  expect(left).toEqual({ projects: ["Kept", "Young"], tasks: ["stays"] });
  expect((await tracesOf(owner, inOld.id)).tokens).toEqual([]);
  expect(await writes(owner, restoreProject, { id: young.id }, clock)).toEqual({ id: young.id });
  expect((await reads(owner, getProject, { id: young.id })).name).toBe("Young");
  expect((await reads(owner, listProjects, ListProjects.parse({}))).items).toHaveLength(2);
  expect((await reads(owner, listTasks, ListTasks.parse({}))).items.map((row) => row.id)).toEqual([stays.id]);
});

test("the purge of a shard writes what it did into each organization's log", async () => {
  const { owner } = await buildOrganization();
  const { id } = await writes(owner, createProject, { name: "Old", description: "" });
  await writes(owner, deleteProject, { id }, clockAt("2026-01-01T00:00:00.000Z"));
  const given = { requestId: "purge", signal: AbortSignal.abort(new Error("another does it by now")) };
  await expect(purgeAll("main", given)).rejects.toThrow("another does it by now");
  expect(await transact(await doorOf(owner), "read", ({ db }) => db.project.count())).toBe(1);
  await purgeAll("main", { requestId: "purge" });
  const entries = await transact(await doorOf(owner), "read", ({ db }) =>
    db.auditEntry.findMany({
      where: { action: "projects.purge" },
      select: { actorKind: true, changes: true },
    }),
  );
  expect(entries).toEqual([
    { actorKind: "system", changes: JSON.stringify({ before: {}, after: { projects: 1, tasks: 0 } }) },
  ]);
});
