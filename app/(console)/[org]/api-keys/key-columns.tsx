import {
  KeyActionsCell,
  KeyEndCell,
  KeyNameCell,
  KeyScopesCell,
  KeyUsedCell,
} from "#app/(console)/[org]/api-keys/key-cells.tsx";
import type { KeySort } from "#app/(console)/[org]/api-keys/search-params.ts";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { SortOption } from "#app/_ui/data-table/sorting.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ApiKeyRow } from "#server/api-keys/schema.ts";

/** By what keys can be sorted, and where each order begins. */
export const keySortOptions: readonly SortOption<KeySort>[] = [
  { by: "name", label: "Name", firstDirection: "asc" },
  { by: "createdAt", label: "Created", firstDirection: "desc" },
];

const column = columnsFor<ApiKeyRow>();

export const keyColumns = column.columns([
  column.accessor("name", {
    header: "Name",
    cell: ({ row }) => <KeyNameCell apiKey={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.display({
    id: "scopes",
    header: "Can do",
    cell: ({ row }) => <KeyScopesCell apiKey={row.original} />,
    meta: { phone: "detail", width: "w-32", bar: "w-16" },
  }),
  column.accessor("lastUsedAt", {
    header: "Last used",
    cell: ({ row }) => <KeyUsedCell apiKey={row.original} />,
    meta: { phone: "hidden", width: "w-32", bar: "w-20" },
  }),
  column.display({
    id: "end",
    header: "State",
    cell: ({ row }) => <KeyEndCell apiKey={row.original} />,
    meta: { phone: "detail", width: "w-44", bar: "w-24" },
  }),
  column.accessor("createdAt", {
    header: "Created",
    cell: ({ row }) => <RelativeTime date={row.original.createdAt} />,
    meta: { phone: "hidden", width: "w-32", bar: "w-20", wideOnly: true },
  }),
  column.display({
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row }) => <KeyActionsCell apiKey={row.original} />,
    meta: { phone: "trailing", width: "w-14", align: "end" },
  }),
]);
