import { v7 as uuid } from "uuid";
import { Prisma } from "#prisma/generated/tenant/client.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import { assertRoom } from "../plans/quota.ts";
import { dropTokens, foundBy, keepTokens } from "../search/tokens.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import type {
  ById,
  CreateProject,
  ListProjects,
  ProjectRow,
  ProjectStatus,
  UpdateProject,
} from "./schema.ts";

/** How long something deleted can be brought back, in days. */
const restorableDays = 30;
const dayMs = 86_400_000;

/** The time at which something must have been deleted, or later, to be brought back now. */
export function restorableSince(now: Date): Date {
  return new Date(now.getTime() - restorableDays * dayMs);
}

type ProjectRecord = Omit<ProjectRow, "taskCounts">;

const record = Prisma.sql`p.id, p.name, p.description, p.status, p.created_at AS "createdAt", p.updated_at AS "updatedAt"`;

const sorts: Record<ListProjects["sort"]["by"], Sort<ProjectRecord>> = {
  name: { kind: "column", column: Prisma.sql`p.name`, type: "text", value: (row) => row.name },
  updatedAt: {
    kind: "column",
    column: Prisma.sql`p.updated_at`,
    type: "timestamptz",
    value: (row) => row.updatedAt,
  },
  createdAt: { kind: "id" },
};

/** Pages through the projects that are not deleted. Throws AppError bad_cursor. */
export async function listProjects(ctx: ReadCtx, input: ListProjects): Promise<Page<ProjectRow>> {
  const conditions = [Prisma.sql`p.deleted_at IS NULL`];
  if (input.status) conditions.push(Prisma.sql`p.status = ${input.status}`);
  if (input.search) conditions.push(foundBy("project", Prisma.sql`p.id`, input.search));
  const filter = Prisma.join(conditions, " AND ");
  return readPage({
    name: "projects",
    id: Prisma.sql`p.id`,
    sorts,
    request: input,
    rows: ({ where, orderBy, limit }) =>
      ctx.db.$queryRaw<ProjectRecord[]>`
        SELECT ${record} FROM projects p WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () =>
      ctx.db.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM projects p WHERE ${filter}`,
    present: (rows) => withTaskCounts(ctx, rows),
  });
}

/** One project. Throws AppError not_found. */
export async function getProject(ctx: ReadCtx, { id }: ById): Promise<ProjectRow> {
  const records = await ctx.db.$queryRaw<ProjectRecord[]>`
    SELECT ${record} FROM projects p WHERE p.id = ${id}::uuid AND p.deleted_at IS NULL`;
  const [project] = await withTaskCounts(ctx, records);
  if (!project) throw notFound("project");
  return project;
}

async function withTaskCounts(ctx: ReadCtx, projects: ProjectRecord[]): Promise<ProjectRow[]> {
  if (projects.length === 0) return [];
  const counts = new Map<string, ProjectRow["taskCounts"]>();
  if (ctx.actor.permissions.has("tasks.read")) {
    const found = await ctx.db.$queryRaw<{ projectId: string; open: number; done: number }[]>`
      SELECT t.project_id AS "projectId", (count(*) FILTER (WHERE t.status <> 'done'))::int AS open,
        (count(*) FILTER (WHERE t.status = 'done'))::int AS done
      FROM tasks t WHERE t.project_id = ANY (${projects.map((project) => project.id)}::uuid[])
        AND t.deleted_at IS NULL
      GROUP BY t.project_id`;
    for (const { projectId, open, done } of found) counts.set(projectId, { open, done });
  }
  return projects.map((project) => ({
    ...project,
    taskCounts: counts.get(project.id) ?? { open: 0, done: 0 },
  }));
}

/** Makes a project. Throws AppError limit_reached. */
export async function createProject(ctx: WriteCtx, input: CreateProject): Promise<{ id: string }> {
  const { name, description } = input;
  await assertRoom(ctx, "projects");
  const now = ctx.clock.now();
  // The id carries the time of creation: sorting by one is sorting by the other.
  const id = uuid({ msecs: now.getTime() });
  await ctx.db.project.create({
    data: { id, name, description, createdAt: now, updatedAt: now },
    select: { id: true },
  });
  await keepTokens(ctx.db, "project", id, name);
  await audit(ctx, {
    action: "projects.create",
    target: { type: "project", id, label: name },
    after: { name, description },
  });
  await emit(ctx, "project.created", { id, name });
  return { id };
}

/** Changes a project's name or description. Throws AppError not_found. */
export async function updateProject(ctx: WriteCtx, input: UpdateProject): Promise<{ id: string }> {
  const { id } = input;
  const before = await lockProject(ctx, id);
  const after = {
    name: input.name ?? before.name,
    description: input.description ?? before.description,
  };
  if (after.name === before.name && after.description === before.description) return { id };
  await ctx.db.project.update({
    where: { id },
    data: { ...after, updatedAt: ctx.clock.now() },
    select: { id: true },
  });
  if (after.name !== before.name) await keepTokens(ctx.db, "project", id, after.name);
  await audit(ctx, {
    action: "projects.update",
    target: { type: "project", id, label: after.name },
    before: { name: before.name, description: before.description },
    after,
  });
  await emit(ctx, "project.updated", { id, name: after.name });
  return { id };
}

/** Puts a project away: its tasks can be read, not changed. Throws AppError not_found. */
export function archiveProject(ctx: WriteCtx, { id }: ById): Promise<{ id: string }> {
  return setStatus(ctx, id, "archived");
}

/** Takes an archived project up again. Throws AppError not_found. */
export function unarchiveProject(ctx: WriteCtx, { id }: ById): Promise<{ id: string }> {
  return setStatus(ctx, id, "active");
}

async function setStatus(ctx: WriteCtx, id: string, status: ProjectStatus): Promise<{ id: string }> {
  const { name, status: before } = await lockProject(ctx, id);
  // Whoever asks twice wants it once.
  if (before === status) return { id };
  await ctx.db.project.update({
    where: { id },
    data: { status, updatedAt: ctx.clock.now() },
    select: { id: true },
  });
  const target = { type: "project", id, label: name };
  const action = status === "archived" ? "projects.archive" : "projects.unarchive";
  await audit(ctx, { action, target, before: { status: before }, after: { status } });
  await emit(ctx, status === "archived" ? "project.archived" : "project.unarchived", { id, name });
  return { id };
}

/** Deletes a project, and with it its tasks from sight; for 30 days it can be restored. Throws AppError not_found. */
export async function deleteProject(ctx: WriteCtx, { id }: ById): Promise<{ id: string }> {
  const { name, description, status } = await lockProject(ctx, id);
  await ctx.db.project.update({ where: { id }, data: { deletedAt: ctx.clock.now() }, select: { id: true } });
  await dropTokens(ctx.db, id);
  await audit(ctx, {
    action: "projects.delete",
    target: { type: "project", id, label: name },
    before: { name, description, status },
  });
  await emit(ctx, "project.deleted", { id, name });
  return { id };
}

/** Brings a deleted project back, with the tasks it had. Throws AppError not_found, also after 30 days, and limit_reached. */
export async function restoreProject(ctx: WriteCtx, { id }: ById): Promise<{ id: string }> {
  const [project] = await ctx.db.$queryRaw<(LockedProject & { deletedAt: Date | null })[]>`
    SELECT p.name, p.description, p.status, p.deleted_at AS "deletedAt" FROM projects p
    WHERE p.id = ${id}::uuid AND (p.deleted_at IS NULL OR p.deleted_at > ${restorableSince(ctx.clock.now())}::timestamptz)
    FOR UPDATE`;
  if (!project) throw notFound("project");
  if (!project.deletedAt) return { id };
  await assertRoom(ctx, "projects");
  const { name, description, status } = project;
  await ctx.db.project.update({ where: { id }, data: { deletedAt: null }, select: { id: true } });
  await keepTokens(ctx.db, "project", id, name);
  await audit(ctx, {
    action: "projects.restore",
    target: { type: "project", id, label: name },
    after: { name, description, status },
  });
  await emit(ctx, "project.restored", { id, name });
  return { id };
}

type LockedProject = { name: string; description: string; status: ProjectStatus };

/** Loads a project and holds it: whoever changes it at the same time waits, and sees what was made of it. */
async function lockProject(ctx: WriteCtx, id: string): Promise<LockedProject> {
  const [project] = await ctx.db.$queryRaw<LockedProject[]>`
    SELECT p.name, p.description, p.status FROM projects p
    WHERE p.id = ${id}::uuid AND p.deleted_at IS NULL FOR UPDATE`;
  if (!project) throw notFound("project");
  return project;
}

/** Refuses to change the tasks of a project that was put away. Throws AppError project_archived. */
export function assertNotArchived(project: { status: ProjectStatus }): void {
  if (project.status !== "archived") return;
  const message = "This project is archived. Unarchive it to change its tasks.";
  throw new AppError("CONFLICT", "project_archived", message);
}
