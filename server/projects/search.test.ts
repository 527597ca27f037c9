import { afterAll, beforeAll, expect, test } from "vitest";
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
import { archiveProject, createProject, deleteProject, restoreProject, updateProject } from "./projects.ts";
import { CreateTask } from "./schema.ts";
import { findAnything } from "./search.ts";
import { createTask, deleteTask, restoreTask, updateTask } from "./tasks.ts";

let owner: TestMember;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
});
afterAll(closeConnections);

const project = async (name: string, clock = clockAt("2026-05-01T00:00:00.000Z")) =>
  (await writes(owner, createProject, { name, description: "" }, clock)).id;
const task = async (projectId: string, title: string, clock = clockAt("2026-05-01T00:00:00.000Z")) =>
  (await writes(owner, createTask, CreateTask.parse({ projectId, title }), clock)).id;
const find = (query: string) => reads(owner, findAnything, { query });

async function found(query: string): Promise<string[]> {
  const { projects, tasks } = await find(query);
  return [...projects.map(({ name }) => name), ...tasks.map(({ title }) => title)];
}

test("projects and tasks are found by the beginnings of their words", async () => {
  const projectId = await project("Orchard planning");
  const id = await task(projectId, "Order apple trees");
  expect(await find("or")).toEqual({
    projects: [{ id: projectId, name: "Orchard planning" }],
    tasks: [{ id, title: "Order apple trees", projectId, projectName: "Orchard planning" }],
  });
  expect(await found("tree ord")).toEqual(["Order apple trees"]);
  expect(await found("chard")).toEqual([]);
});

test("the search follows renames, deletion and restoration", async () => {
  const projectId = await project("Walnut");
  const id = await task(projectId, "Crack walnuts");
  await writes(owner, updateProject, { id: projectId, name: "Hazel" });
  await writes(owner, updateTask, { id, title: "Crack hazelnuts" });
  expect(await found("walnut")).toEqual([]);
  expect(await found("hazel")).toEqual(["Hazel", "Crack hazelnuts"]);
  await writes(owner, deleteTask, { id });
  expect(await found("hazel")).toEqual(["Hazel"]);
  await writes(owner, restoreTask, { id });
  await writes(owner, deleteProject, { id: projectId });
  expect(await found("hazel")).toEqual([]);
  await writes(owner, restoreProject, { id: projectId });
  expect(await found("hazel")).toEqual(["Hazel", "Crack hazelnuts"]);
});

test("what is archived can still be found", async () => {
  const projectId = await project("Juniper");
  await task(projectId, "Juniper berries");
  await writes(owner, archiveProject, { id: projectId });
  expect(await found("juniper")).toEqual(["Juniper", "Juniper berries"]);
});

test.each([
  ["creme", "Crème brûlée"],
  ["ÅNGSTRÖM", "Angstrom units"],
  ["東京", "新東京タワー計画"],
  ["🚀", "Launch 🚀 at dawn"],
  ["привет", "Привет, мир"],
  ["السلام", "السَّلَامُ عليكم"],
])("%s finds %s", async (query, name) => {
  await project(name);
  expect(await found(query)).toEqual([name]);
});

test.each(["", "   ", "!!!", "%", "_", "'", "\\", "a' OR '1'='1", "\u{10ffff}"])(
  "%j finds nothing and harms nothing",
  async (query) => {
    expect(await found(query)).toEqual([]);
  },
);

test("8 of each kind come, the last changed first", async () => {
  const projectId = await project("Quince 0", clockAt("2026-06-01T00:00:00.000Z"));
  for (let i = 1; i < 10; i++) await project(`Quince ${i}`, clockAt(`2026-06-01T00:00:0${i}.000Z`));
  for (let i = 0; i < 10; i++)
    await task(projectId, `Quince jam ${i}`, clockAt(`2026-06-02T00:00:0${i}.000Z`));
  const names = [9, 8, 7, 6, 5, 4, 3, 2].map((i) => `Quince ${i}`);
  expect(await found("quince")).toEqual([...names, ...names.map((name) => name.replace(" ", " jam "))]);
});

test("kinds that the actor may not read stay empty", async () => {
  const projectId = await project("Medlar");
  await task(projectId, "Medlar jelly");
  const billing = await buildMember(owner.organization, "billing");
  expect(await reads(billing, findAnything, { query: "medlar" })).toEqual({ projects: [], tasks: [] });
  const door = await doorOf(owner);
  const actor = { ...door.actor, permissions: new Set(["projects.read"]) };
  const partly = await transact({ ...door, actor }, "read", (ctx) => findAnything(ctx, { query: "medlar" }));
  expect(partly).toMatchObject({ projects: [{ name: "Medlar" }], tasks: [] });
});
