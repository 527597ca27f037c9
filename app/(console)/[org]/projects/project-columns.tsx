import {
  ProjectActionsCell,
  ProjectNameCell,
  ProjectProgressCell,
} from "#app/(console)/[org]/projects/project-cells.tsx";
import type { ProjectSort } from "#app/(console)/[org]/_projects/search-params.ts";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { SortOption } from "#app/_ui/data-table/sorting.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ProjectRow } from "#server/projects/schema.ts";

/** By what projects can be sorted, and where each order begins. */
export const projectSortOptions: readonly SortOption<ProjectSort>[] = [
  { by: "updatedAt", label: "Updated", firstDirection: "desc" },
  { by: "createdAt", label: "Created", firstDirection: "desc" },
  { by: "name", label: "Name", firstDirection: "asc" },
];

const column = columnsFor<ProjectRow>();

export const projectColumns = column.columns([
  column.accessor("name", {
    header: "Name",
    cell: ({ row }) => <ProjectNameCell project={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.display({
    id: "progress",
    header: "Tasks done",
    cell: ({ row }) => <ProjectProgressCell project={row.original} />,
    meta: { phone: "detail", width: "w-48", bar: "w-32" },
  }),
  column.accessor("updatedAt", {
    header: "Updated",
    cell: ({ row }) => <RelativeTime date={row.original.updatedAt} />,
    meta: { phone: "detail", width: "w-36", bar: "w-20" },
  }),
  column.accessor("createdAt", {
    header: "Created",
    cell: ({ row }) => <RelativeTime date={row.original.createdAt} />,
    meta: { phone: "hidden", width: "w-36", wideOnly: true, bar: "w-20" },
  }),
  column.display({
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row }) => <ProjectActionsCell project={row.original} />,
    meta: { phone: "trailing", width: "w-12", align: "end" },
  }),
]);
