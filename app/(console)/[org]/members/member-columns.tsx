import { Avatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { SortOption } from "#app/_ui/data-table/sorting.ts";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
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
    cell: ({ getValue }) => <Badge>{getValue()}</Badge>,
    meta: { phone: "trailing", width: "w-36", bar: "w-16" },
  }),
  column.accessor("joinedAt", {
    header: "Joined",
    cell: ({ row }) => <CalendarDate date={row.original.joinedAt} />,
    meta: { phone: "hidden", width: "w-40", bar: "w-24" },
  }),
]);

function PersonCell({ member }: { member: MemberRow }) {
  return (
    <div className="flex min-w-0 items-center gap-3 md:py-2">
      <Avatar name={member.name} size="md" />
      <div className="min-w-0">
        <p className="flex items-center gap-2">
          <span className="clip-line font-medium text-ink">{member.name}</span>
          {member.status === "suspended" && <Badge tone="warning">Suspended</Badge>}
        </p>
        <p className="clip-line text-sm text-ink-subtle">{member.email}</p>
      </div>
    </div>
  );
}
