import { Prisma } from "#prisma/generated/tenant/client.ts";
import { notFound } from "../platform/errors.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import { foundBy } from "../search/tokens.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { addDays, dayOf } from "./days.ts";
import { taskStatuses, type ById, type ListTasks, type TaskRow } from "./schema.ts";

type TaskRecord = Omit<TaskRow, "assignee" | "dueOn"> & {
  assigneeId: string | null;
  assigneeName: string | null;
  dueOn: Date | null;
};

const record = Prisma.sql`t.id, t.project_id AS "projectId", p.name AS "projectName", t.title, t.description,
  t.status, t.assignee_id AS "assigneeId", m.name AS "assigneeName", t.due_on AS "dueOn",
  t.created_at AS "createdAt", t.updated_at AS "updatedAt"`;
const tables = Prisma.sql`tasks t JOIN projects p ON p.id = t.project_id LEFT JOIN members m ON m.id = t.assignee_id`;
const tablesToCount = Prisma.sql`tasks t JOIN projects p ON p.id = t.project_id`;

/** Neither the task nor its project is deleted. */
const visible = Prisma.sql`t.deleted_at IS NULL AND p.deleted_at IS NULL`;
/** The organization's present work: what was put away with its project is found in that project alone. */
export const current = Prisma.sql`${visible} AND p.status = 'active'`;
/** Spelled as what it is, not as what it is not: no index answers `<>`. */
const open = Prisma.sql`t.status = ANY (${taskStatuses.filter((status) => status !== "done")}::text[])`;

const sorts: Record<ListTasks["sort"]["by"], Sort<TaskRecord>> = {
  updatedAt: {
    kind: "column",
    column: Prisma.sql`t.updated_at`,
    type: "timestamptz",
    value: (row) => row.updatedAt,
  },
  title: { kind: "column", column: Prisma.sql`t.title`, type: "text", value: (row) => row.title },
  dueOn: { kind: "nullable", column: Prisma.sql`t.due_on`, type: "date", value: (row) => row.dueOn },
  status: { kind: "steps", column: Prisma.sql`t.status`, steps: taskStatuses, value: (row) => row.status },
  createdAt: { kind: "id" },
};

/**
 * Pages through tasks: those of one project, or of all active ones. Throws AppError bad_cursor.
 */
export async function listTasks(ctx: ReadCtx, input: ListTasks): Promise<Page<TaskRow>> {
  const filter = filterOf(ctx, input);
  return readPage({
    name: "tasks",
    id: Prisma.sql`t.id`,
    sorts,
    request: input,
    rows: ({ where, orderBy, limit }) =>
      ctx.db.$queryRaw<TaskRecord[]>`
        SELECT ${record} FROM ${tables} WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () =>
      ctx.db.$queryRaw<{ total: number }[]>`
        SELECT count(*)::int AS total FROM ${tablesToCount} WHERE ${filter}`,
    present: (rows) => rows.map(presentTask),
  });
}

function filterOf(ctx: ReadCtx, input: ListTasks): Prisma.Sql {
  const conditions = input.projectId
    ? [visible, Prisma.sql`t.project_id = ${input.projectId}::uuid`]
    : [current];
  const { assigneeId } = input;
  if (assigneeId === "none") conditions.push(Prisma.sql`t.assignee_id IS NULL`);
  else if (assigneeId) conditions.push(Prisma.sql`t.assignee_id = ${assigneeId}::uuid`);
  if (input.statuses) conditions.push(Prisma.sql`t.status = ANY (${input.statuses}::text[])`);
  if (input.due) conditions.push(dueCondition(input.due, ctx.clock.now()));
  if (input.search) conditions.push(foundBy("task", Prisma.sql`t.id`, input.search));
  return Prisma.join(conditions, " AND ");
}

function dueCondition(due: NonNullable<ListTasks["due"]>, now: Date): Prisma.Sql {
  const today = dayOf(now);
  switch (due) {
    case "overdue":
      return overdue(now);
    case "week":
      return Prisma.sql`t.due_on >= ${today}::date AND t.due_on < ${addDays(today, 7)}::date`;
    case "none":
      return Prisma.sql`t.due_on IS NULL`;
  }
}

/** Work that should have been done before today. */
export function overdue(now: Date): Prisma.Sql {
  return Prisma.sql`t.due_on < ${dayOf(now)}::date AND ${open}`;
}

/** One task, also of an archived project. Throws AppError not_found. */
export async function getTask(ctx: ReadCtx, { id }: ById): Promise<TaskRow> {
  const [task] = await ctx.db.$queryRaw<TaskRecord[]>`
    SELECT ${record} FROM ${tables} WHERE t.id = ${id}::uuid AND ${visible}`;
  if (!task) throw notFound("task");
  return presentTask(task);
}

/** A member's next work: open tasks of active projects, the most urgent first. */
export async function tasksOf(ctx: ReadCtx, memberId: string, limit: number): Promise<TaskRow[]> {
  const tasks = await ctx.db.$queryRaw<TaskRecord[]>`
    SELECT ${record} FROM ${tables}
    WHERE ${current} AND t.assignee_id = ${memberId}::uuid AND ${open}
    ORDER BY t.due_on ASC NULLS LAST, t.id ASC LIMIT ${limit}`;
  return tasks.map(presentTask);
}

function presentTask({ assigneeId, assigneeName, dueOn, ...task }: TaskRecord): TaskRow {
  return {
    ...task,
    assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName ?? "" },
    dueOn: dueOn && dayOf(dueOn),
  };
}
