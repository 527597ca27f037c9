import {
  AssigneeCell,
  DueCell,
  ProjectCell,
  StatusCell,
  TaskActions,
  TitleCell,
} from "#app/(console)/[org]/_tasks/task-cells.tsx";
import type { TaskSort } from "#app/(console)/[org]/_tasks/search-params.ts";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { SortOption } from "#app/_ui/data-table/sorting.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { TaskRow } from "#server/projects/schema.ts";

/** By what tasks can be sorted, and where each order begins. */
export const taskSortOptions: readonly SortOption<TaskSort>[] = [
  { by: "createdAt", label: "Created", firstDirection: "desc" },
  { by: "updatedAt", label: "Updated", firstDirection: "desc" },
  { by: "dueOn", label: "Due date", firstDirection: "asc" },
  { by: "status", label: "Status", firstDirection: "asc" },
  { by: "title", label: "Title", firstDirection: "asc" },
];

const column = columnsFor<TaskRow>();

const status = column.accessor("status", {
  header: "Status",
  cell: ({ row }) => <StatusCell task={row.original} />,
  meta: { phone: "lead", width: "w-34", bar: "w-20 max-md:w-4" },
});
const title = column.accessor("title", {
  header: "Title",
  cell: ({ row }) => <TitleCell task={row.original} />,
  meta: { phone: "title", bar: "w-3/4" },
});
const project = column.accessor("projectName", {
  id: "project",
  header: "Project",
  cell: ({ row }) => <ProjectCell task={row.original} />,
  meta: { phone: "detail", width: "w-40 max-lg:hidden", bar: "w-28" },
});
const assignee = column.display({
  id: "assignee",
  header: "Assignee",
  cell: ({ row }) => <AssigneeCell task={row.original} />,
  meta: { phone: "detail", width: "w-40", bar: "w-28" },
});
const dueOn = column.accessor("dueOn", {
  header: "Due date",
  cell: ({ row }) => <DueCell task={row.original} />,
  meta: { phone: "detail", width: "w-32", bar: "w-20" },
});
const createdAt = column.accessor("createdAt", {
  header: "Created",
  cell: ({ row }) => <RelativeTime date={row.original.createdAt} />,
  meta: { phone: "hidden", width: "w-32 max-xl:hidden", bar: "w-20" },
});
const actions = column.display({
  id: "actions",
  header: () => <span className="sr-only">Actions</span>,
  cell: ({ row }) => <TaskActions task={row.original} />,
  meta: { phone: "trailing", width: "w-12", align: "end" },
});

/** The columns of a list within one project, and of one over all of them. */
export const taskColumns = {
  ofProject: column.columns([status, title, assignee, dueOn, createdAt, actions]),
  ofAll: column.columns([status, title, project, assignee, dueOn, createdAt, actions]),
};
