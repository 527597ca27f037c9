import { v7 as uuid } from "uuid";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { dropTokens, keepTokens } from "../search/tokens.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { dayOf, startOf } from "./days.ts";
import { assertNotArchived, restorableSince } from "./projects.ts";
import type { ById, CreateTask, ProjectStatus, TaskStatus, UpdateTask } from "./schema.ts";

/** What can be changed about a task, in the form in which it is audited. */
type TaskContent = {
  title: string;
  description: string;
  status: TaskStatus;
  assigneeId: string | null;
  dueOn: string | null;
};

/** Makes a task in an active project. Throws AppError not_found, project_archived or not_a_member. */
export async function createTask(ctx: WriteCtx, input: CreateTask): Promise<{ id: string }> {
  const { projectId, ...content } = input;
  await holdProject(ctx, projectId);
  if (content.assigneeId) await assertActiveMember(ctx, content.assigneeId);
  const now = ctx.clock.now();
  // The id carries the time of creation: sorting by one is sorting by the other.
  const id = uuid({ msecs: now.getTime() });
  await ctx.db.task.create({
    data: {
      id,
      projectId,
      ...columnsOf(content),
      completedAt: content.status === "done" ? now : null,
      createdAt: now,
      updatedAt: now,
    },
    select: { id: true },
  });
  await keepTokens(ctx.db, "task", id, content.title);
  const { title, status } = content;
  await audit(ctx, { action: "tasks.create", target: { type: "task", id, label: title }, after: input });
  await emit(ctx, "task.created", { id, projectId, title, status });
  return { id };
}

/** Changes a task. Throws AppError not_found, project_archived or not_a_member. */
export async function updateTask(ctx: WriteCtx, input: UpdateTask): Promise<{ id: string }> {
  const { id, ...changes } = input;
  const { projectId, completedAt, content: before } = await lockTask(ctx, id);
  const after = { ...before, ...withoutUndefined(changes) };
  if (isSame(before, after)) return { id };
  if (after.assigneeId && after.assigneeId !== before.assigneeId)
    await assertActiveMember(ctx, after.assigneeId);
  const now = ctx.clock.now();
  const completes = after.status === "done" && before.status !== "done";
  await ctx.db.task.update({
    where: { id },
    data: {
      ...columnsOf(after),
      completedAt: completes ? now : after.status === "done" ? completedAt : null,
      updatedAt: now,
    },
    select: { id: true },
  });
  if (after.title !== before.title) await keepTokens(ctx.db, "task", id, after.title);
  const { title, status } = after;
  await audit(ctx, { action: "tasks.update", target: { type: "task", id, label: title }, before, after });
  await emit(ctx, "task.updated", { id, projectId, title, status });
  if (completes) await emit(ctx, "task.completed", { id, projectId, title, status });
  return { id };
}

/** Deletes a task; for 30 days it can be restored. Throws AppError not_found or project_archived. */
export async function deleteTask(ctx: WriteCtx, { id }: ById): Promise<{ id: string }> {
  const { projectId, content } = await lockTask(ctx, id);
  await ctx.db.task.update({ where: { id }, data: { deletedAt: ctx.clock.now() }, select: { id: true } });
  await dropTokens(ctx.db, id);
  const { title, status } = content;
  await audit(ctx, { action: "tasks.delete", target: { type: "task", id, label: title }, before: content });
  await emit(ctx, "task.deleted", { id, projectId, title, status });
  return { id };
}

/** Brings a deleted task back. Throws AppError not_found, also after 30 days, or project_archived. */
export async function restoreTask(ctx: WriteCtx, { id }: ById): Promise<{ id: string }> {
  const { projectId, deletedAt, content } = await lockTask(ctx, id, restorableSince(ctx.clock.now()));
  if (!deletedAt) return { id };
  await ctx.db.task.update({ where: { id }, data: { deletedAt: null }, select: { id: true } });
  const { title, status } = content;
  await keepTokens(ctx.db, "task", id, title);
  await audit(ctx, { action: "tasks.restore", target: { type: "task", id, label: title }, after: content });
  await emit(ctx, "task.restored", { id, projectId, title, status });
  return { id };
}

/** Holds a project against archiving and deletion until the transaction ends, and refuses both. */
async function holdProject(ctx: WriteCtx, id: string): Promise<void> {
  const [project] = await ctx.db.$queryRaw<{ status: ProjectStatus }[]>`
    SELECT p.status FROM projects p WHERE p.id = ${id}::uuid AND p.deleted_at IS NULL FOR SHARE`;
  if (!project) throw notFound("project");
  assertNotArchived(project);
}

type LockedTask = {
  projectId: string;
  projectStatus: ProjectStatus;
  title: string;
  description: string;
  status: TaskStatus;
  assigneeId: string | null;
  dueOn: Date | null;
  completedAt: Date | null;
  deletedAt: Date | null;
};

/**
 * Loads a task to change it and holds it, and its project, until the transaction ends: of two changes at
 * once the second starts from what the first one left. With `deletedSince` also a task deleted after that.
 */
async function lockTask(ctx: WriteCtx, id: string, deletedSince: Date | null = null) {
  const [task] = await ctx.db.$queryRaw<LockedTask[]>`
    SELECT t.project_id AS "projectId", p.status AS "projectStatus", t.title, t.description, t.status,
      t.assignee_id AS "assigneeId", t.due_on AS "dueOn", t.completed_at AS "completedAt", t.deleted_at AS "deletedAt"
    FROM tasks t JOIN projects p ON p.id = t.project_id
    WHERE t.id = ${id}::uuid AND p.deleted_at IS NULL
      AND (t.deleted_at IS NULL OR t.deleted_at > ${deletedSince}::timestamptz)
    FOR UPDATE OF t FOR SHARE OF p`;
  if (!task) throw notFound("task");
  assertNotArchived({ status: task.projectStatus });
  const { projectId, completedAt, deletedAt, title, description, status, assigneeId, dueOn } = task;
  const content: TaskContent = { title, description, status, assigneeId, dueOn: dueOn && dayOf(dueOn) };
  return { projectId, completedAt, deletedAt, content };
}

async function assertActiveMember(ctx: WriteCtx, id: string): Promise<void> {
  const member = await ctx.db.member.findFirst({ where: { id, status: "active" }, select: { id: true } });
  if (member) return;
  const message = "Choose an active member of this organization.";
  throw new AppError("BAD_REQUEST", "not_a_member", message, { field: "assigneeId" });
}

function columnsOf(content: TaskContent) {
  return { ...content, dueOn: content.dueOn === null ? null : startOf(content.dueOn) };
}

function isSame(one: TaskContent, other: TaskContent): boolean {
  return (Object.keys(one) as (keyof TaskContent)[]).every((name) => one[name] === other[name]);
}

/** A field that was left out must not overwrite what is there. */
function withoutUndefined<Value extends object>(value: Value) {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  // Exactly the fields that are present remain, each of its own type.
  return Object.fromEntries(entries) as { [Name in keyof Value]?: Exclude<Value[Name], undefined> };
}
