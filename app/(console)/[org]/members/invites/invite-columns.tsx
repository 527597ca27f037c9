import {
  InvitedCell,
  InviteActionsCell,
  InviteEndCell,
} from "#app/(console)/[org]/members/invites/invite-cells.tsx";
import type { InviteSort } from "#app/(console)/[org]/members/invites/search-params.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { SortOption } from "#app/_ui/data-table/sorting.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { InviteRow } from "#server/invites/schema.ts";

/** By what invites can be sorted, and where each order begins. */
export const inviteSortOptions: readonly SortOption<InviteSort>[] = [
  { by: "email", label: "Address", firstDirection: "asc" },
  { by: "createdAt", label: "Invited", firstDirection: "desc" },
];

const column = columnsFor<InviteRow>();

export const inviteColumns = column.columns([
  column.accessor("email", {
    header: "Address",
    cell: ({ row }) => <InvitedCell invite={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.accessor("roleName", {
    id: "role",
    header: "Role",
    cell: ({ getValue }) => <Badge>{getValue() ?? "Deleted role"}</Badge>,
    meta: { phone: "detail", width: "w-40", bar: "w-16" },
  }),
  column.accessor("createdAt", {
    header: "Invited",
    cell: ({ row }) => <RelativeTime date={row.original.createdAt} />,
    meta: { phone: "hidden", width: "w-36", bar: "w-20", wideOnly: true },
  }),
  column.display({
    id: "end",
    header: "State",
    cell: ({ row }) => <InviteEndCell invite={row.original} />,
    meta: { phone: "detail", width: "w-44", bar: "w-24" },
  }),
  column.display({
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row }) => <InviteActionsCell invite={row.original} />,
    meta: { phone: "trailing", width: "w-14", align: "end" },
  }),
]);
