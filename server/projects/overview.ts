import type { Permission } from "../access/permissions.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { addDays, dayOf, startOf } from "./days.ts";
import { taskStatuses, type Overview, type ProjectStatus, type TaskStatus } from "./schema.ts";
import { current, overdue, tasksOf } from "./task-list.ts";

const chartDays = 14;
const myTasksMax = 5;
const activityMax = 8;

/** How the organization stands today. Parts that the actor may not read are empty or zero. */
export async function overview(ctx: ReadCtx): Promise<Overview> {
  const may = (permission: Permission) => ctx.actor.permissions.has(permission);
  const projects = may("projects.read") ? await countProjects(ctx) : new Map<ProjectStatus, number>();
  const tasks = may("tasks.read") ? await countTasks(ctx) : new Map<TaskStatus, number>();
  const done = tasks.get("done") ?? 0;
  const all = [...tasks.values()].reduce((sum, count) => sum + count, 0);
  return {
    counts: {
      activeProjects: projects.get("active") ?? 0,
      archivedProjects: projects.get("archived") ?? 0,
      openTasks: all - done,
      overdueTasks: may("tasks.read") ? await countOverdue(ctx) : 0,
      members: may("members.read") ? await ctx.db.member.count({ where: { status: "active" } }) : 0,
    },
    tasksByStatus: taskStatuses.map((status) => ({ status, count: tasks.get(status) ?? 0 })),
    completedByDay: await completedByDay(ctx, may("tasks.read")),
    myTasks:
      may("tasks.read") && ctx.actor.kind === "member"
        ? await tasksOf(ctx, ctx.actor.memberId, myTasksMax)
        : [],
    recentActivity: await recentActivity(ctx),
  };
}

async function countProjects(ctx: ReadCtx): Promise<Map<ProjectStatus, number>> {
  const rows = await ctx.db.$queryRaw<{ status: ProjectStatus; count: number }[]>`
    SELECT p.status, count(*)::int AS count FROM projects p WHERE p.deleted_at IS NULL GROUP BY p.status`;
  return new Map(rows.map(({ status, count }) => [status, count]));
}

async function countTasks(ctx: ReadCtx): Promise<Map<TaskStatus, number>> {
  const rows = await ctx.db.$queryRaw<{ status: TaskStatus; count: number }[]>`
    SELECT t.status, count(*)::int AS count FROM tasks t JOIN projects p ON p.id = t.project_id
    WHERE ${current} GROUP BY t.status`;
  return new Map(rows.map(({ status, count }) => [status, count]));
}

async function countOverdue(ctx: ReadCtx): Promise<number> {
  const [row] = await ctx.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM tasks t JOIN projects p ON p.id = t.project_id
    WHERE ${current} AND ${overdue(ctx.clock.now())}`;
  return row?.count ?? 0;
}

/** Days without a completed task stand with a zero, so that a chart has no gaps. */
async function completedByDay(ctx: ReadCtx, permitted: boolean): Promise<Overview["completedByDay"]> {
  const today = dayOf(ctx.clock.now());
  const days = Array.from({ length: chartDays }, (_, index) => addDays(today, index + 1 - chartDays));
  const from = startOf(addDays(today, 1 - chartDays));
  const rows = permitted
    ? await ctx.db.$queryRaw<{ day: Date; count: number }[]>`
        SELECT (t.completed_at AT TIME ZONE 'UTC')::date AS day, count(*)::int AS count
        FROM tasks t JOIN projects p ON p.id = t.project_id
        WHERE t.completed_at >= ${from}::timestamptz AND t.deleted_at IS NULL AND p.deleted_at IS NULL
        GROUP BY 1`
    : [];
  const counts = new Map(rows.map(({ day, count }) => [dayOf(day), count]));
  return days.map((day) => ({ day, count: counts.get(day) ?? 0 }));
}

/** What the actor must be permitted to read to hear of something that was done to it. */
const readable: Record<string, Permission> = {
  organization: "organization.read",
  member: "members.read",
  role: "roles.read",
  project: "projects.read",
  task: "tasks.read",
};

async function recentActivity(ctx: ReadCtx): Promise<Overview["recentActivity"]> {
  const types = Object.entries(readable)
    .filter(([, permission]) => ctx.actor.permissions.has(permission))
    .map(([type]) => type);
  return ctx.db.$queryRaw<Overview["recentActivity"]>`
    SELECT a.id, a.at, a.actor_name AS "actorName", a.action, a.target_type AS "targetType",
      a.target_id AS "targetId", a.target_label AS "targetLabel"
    FROM audit_entries a WHERE a.target_type = ANY (${types}::text[])
    ORDER BY a.at DESC, a.id DESC LIMIT ${activityMax}`;
}
