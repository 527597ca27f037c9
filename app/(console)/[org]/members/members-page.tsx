"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleCheck, Pause, Users } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { memberColumns, memberSortOptions } from "#app/(console)/[org]/members/member-columns.tsx";
import { MemberSheet } from "#app/(console)/[org]/members/member-sheet.tsx";
import { MembersFrame } from "#app/(console)/[org]/members/members-frame.tsx";
import { membersInput, membersSearch, type MemberSort } from "#app/(console)/[org]/members/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { FilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import type { Sort } from "#app/_ui/data-table/sorting.ts";
import { SortMenu, TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";

const statusOptions = [
  { value: "active", label: "Active", icon: <CircleCheck aria-hidden /> },
  { value: "suspended", label: "Suspended", icon: <Pause aria-hidden /> },
] as const;

const noFilters = { q: null, role: null, status: null, ...firstPage };

/** Who belongs to the organization, in which role, and what can be done about it. */
export function MembersPage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(membersSearch);
  const members = useQuery({
    ...api.members.list.queryOptions(membersInput(search)),
    placeholderData: keepPreviousData,
  });
  const sort: Sort<MemberSort> = { by: search.sort, direction: search.dir };
  const narrowed = search.q !== "" || search.role !== null || search.status !== null;
  const narrow = (change: Partial<typeof search>) => void setSearch({ ...change, ...firstPage });
  const order = (next: Sort<MemberSort>) => narrow({ sort: next.by, dir: next.direction });
  const clear = () => void setSearch(noFilters);
  return (
    <MembersFrame>
      <TableToolbar
        search={<SearchInput label="Search members" value={search.q} onSearch={(q) => narrow({ q })} />}
        filters={
          <>
            <RoleFilter value={search.role} onChange={(role) => narrow({ role })} />
            <FilterMenu
              label="Status"
              value={search.status}
              options={statusOptions}
              onChange={(status) => narrow({ status })}
            />
          </>
        }
        onClear={narrowed ? clear : null}
        sortMenu={<SortMenu sort={sort} options={memberSortOptions} onSortChange={order} />}
      />
      <ListTable
        label="Members"
        what="members"
        query={members}
        columns={memberColumns}
        sort={sort}
        sortOptions={memberSortOptions}
        onSortChange={order}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={narrowed ? clear : null}
        firstUse={
          <FirstUse icon={<Users />} title="No members" text="Members appear here once they have joined." />
        }
      />
      <MemberSheet />
    </MembersFrame>
  );
}

type RoleFilterProps = { value: string | null; onChange: (role: string | null) => void };

function RoleFilter({ value, onChange }: RoleFilterProps) {
  const api = useApi();
  const { can } = useAccess();
  const roles = useQuery({ ...api.roles.list.queryOptions(), enabled: can("roles.read") });
  if (!roles.data) return null;
  const options = roles.data.map((role) => ({ value: role.key, label: role.name }));
  return <FilterMenu label="Role" value={value} options={options} onChange={onChange} />;
}
