import { Badge } from "#app/_ui/badge.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { SortOption } from "#app/_ui/data-table/sorting.ts";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import { MemberActionsCell, PersonCell } from "#app/(console)/[org]/members/member-cells.tsx";
import type { MemberSort } from "#app/(console)/[org]/members/search-params.ts";
import type { MemberRow } from "#server/members/schema.ts";

/** By what members can be sorted, and where each order begins. */
export const memberSortOptions: readonly SortOption<MemberSort>[] = [
  { by: "name", label: "Name", firstDirection: "asc" },
  { by: "joinedAt", label: "Joined", firstDirection: "desc" },
];

const column = columnsFor<MemberRow>();

export const memberColumns = column.columns([
  column.accessor("name", {
    header: "Name",
    cell: ({ row }) => <PersonCell member={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.accessor("roleName", {
    id: "role",
    header: "Role",
    // On a phone it stands under the name, not under the picture.
    cell: ({ getValue }) => <Badge className="max-md:ml-11">{getValue()}</Badge>,
    meta: { phone: "detail", width: "w-44", bar: "w-16" },
  }),
  column.accessor("joinedAt", {
    header: "Joined",
    cell: ({ row }) => <CalendarDate date={row.original.joinedAt} />,
    meta: { phone: "hidden", width: "w-36", bar: "w-24", wideOnly: true },
  }),
  column.display({
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row }) => <MemberActionsCell member={row.original} />,
    meta: { phone: "trailing", width: "w-14", align: "end" },
  }),
]);
