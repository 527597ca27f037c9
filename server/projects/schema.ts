import { z } from "zod";
import { pageInput, SortDirection } from "../platform/page-input.ts";
import { line, paragraphs, SearchText } from "../platform/text.ts";

export const projectStatuses = ["active", "archived"] as const;
export type ProjectStatus = (typeof projectStatuses)[number];

/** In the order of work; lists sort by it. */
export const taskStatuses = ["todo", "in_progress", "in_review", "done"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

const ProjectName = line(120);
const ProjectDescription = paragraphs(2_000);
const TaskTitle = line(200);
const TaskDescription = paragraphs(10_000);

/** A calendar day, without a time or a zone. */
const Day = z.iso
  .date("Use a date like 2026-01-31.")
  .refine((day) => day >= "1970-01-01" && day <= "2199-12-31", "Use a date between 1970 and 2199.");

const id = z.uuid();

/** One project or one task. */
export const ById = z.strictObject({ id });
export type ById = z.infer<typeof ById>;

export const ListProjects = z
  .strictObject({
    search: SearchText.optional(),
    status: z.enum(projectStatuses).optional(),
    sort: z
      .strictObject({ by: z.enum(["name", "updatedAt", "createdAt"]), direction: SortDirection })
      .default({ by: "updatedAt", direction: "desc" }),
    ...pageInput,
  })
  .prefault({});
export type ListProjects = z.infer<typeof ListProjects>;

export const CreateProject = z.strictObject({
  name: ProjectName,
  description: ProjectDescription.default(""),
});
export type CreateProject = z.infer<typeof CreateProject>;

export const UpdateProject = z
  .strictObject({ id, name: ProjectName.optional(), description: ProjectDescription.optional() })
  .refine(changesSomething, "Say what to change.");
export type UpdateProject = z.infer<typeof UpdateProject>;

export const ListTasks = z
  .strictObject({
    projectId: id.optional(),
    search: SearchText.optional(),
    statuses: z.array(z.enum(taskStatuses)).min(1).max(taskStatuses.length).optional(),
    assigneeId: z.union([z.literal("none"), id]).optional(),
    due: z.enum(["overdue", "week", "none"]).optional(),
    sort: z
      .strictObject({
        by: z.enum(["updatedAt", "title", "dueOn", "status", "createdAt"]),
        direction: SortDirection,
      })
      .default({ by: "updatedAt", direction: "desc" }),
    ...pageInput,
  })
  .prefault({});
export type ListTasks = z.infer<typeof ListTasks>;

export const CreateTask = z.strictObject({
  projectId: id,
  title: TaskTitle,
  description: TaskDescription.default(""),
  status: z.enum(taskStatuses).default("todo"),
  assigneeId: id.nullable().default(null),
  dueOn: Day.nullable().default(null),
});
export type CreateTask = z.infer<typeof CreateTask>;

export const UpdateTask = z
  .strictObject({
    id,
    title: TaskTitle.optional(),
    description: TaskDescription.optional(),
    status: z.enum(taskStatuses).optional(),
    /** Null takes the task from whoever has it. */
    assigneeId: id.nullable().optional(),
    dueOn: Day.nullable().optional(),
  })
  .refine(changesSomething, "Say what to change.");
export type UpdateTask = z.infer<typeof UpdateTask>;

export const FindAnything = z.strictObject({ query: SearchText });
export type FindAnything = z.infer<typeof FindAnything>;

function changesSomething(input: { id: string }): boolean {
  return Object.entries(input).some(([name, value]) => name !== "id" && value !== undefined);
}

export type ProjectRow = {
  id: string;
  name: string;
  description: string;
  status: ProjectStatus;
  taskCounts: { open: number; done: number };
  createdAt: Date;
  updatedAt: Date;
};

export type TaskRow = {
  id: string;
  projectId: string;
  projectName: string;
  title: string;
  description: string;
  status: TaskStatus;
  assignee: { id: string; name: string } | null;
  /** yyyy-mm-dd */
  dueOn: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export type Found = {
  projects: { id: string; name: string }[];
  tasks: { id: string; title: string; projectId: string; projectName: string }[];
};

export type Overview = {
  counts: {
    activeProjects: number;
    archivedProjects: number;
    openTasks: number;
    overdueTasks: number;
    members: number;
  };
  tasksByStatus: { status: TaskStatus; count: number }[];
  /** The last 14 days, the oldest first; days are those of UTC, as yyyy-mm-dd. */
  completedByDay: { day: string; count: number }[];
  myTasks: TaskRow[];
  recentActivity: {
    id: string;
    at: Date;
    actorName: string;
    action: string;
    targetType: string;
    targetId: string | null;
    targetLabel: string;
  }[];
};
