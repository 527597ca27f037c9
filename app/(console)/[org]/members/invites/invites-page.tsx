"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { MailPlus } from "lucide-react";
import { useQueryStates } from "nuqs";
import { inviteColumns, inviteSortOptions } from "#app/(console)/[org]/members/invites/invite-columns.tsx";
import {
  invitesInput,
  invitesSearch,
  type InviteSort,
} from "#app/(console)/[org]/members/invites/search-params.ts";
import { MembersFrame } from "#app/(console)/[org]/members/members-frame.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { FilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import type { Sort } from "#app/_ui/data-table/sorting.ts";
import { SortMenu, TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import type { InviteState } from "#server/invites/schema.ts";

const statusOptions = [
  { value: "pending", label: "Open" },
  { value: "expired", label: "Expired" },
  { value: "accepted", label: "Accepted" },
  { value: "revoked", label: "Taken back" },
] as const;

const noneYet: Record<InviteState, { title: string; text: string }> = {
  pending: { title: "No open invites", text: "Whoever you invite stands here until they accept." },
  expired: { title: "No expired invites", text: "An invite that nobody accepts ends after seven days." },
  accepted: { title: "No accepted invites", text: "Who accepts becomes a member, and stands here as well." },
  revoked: { title: "Nothing taken back", text: "An invite that you take back stands here." },
};

/** The invites of the organization: open ones first of all, and what became of the others. */
export function InvitesPage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(invitesSearch);
  const invites = useQuery({
    ...api.invites.list.queryOptions(invitesInput(search)),
    placeholderData: keepPreviousData,
  });
  const sort: Sort<InviteSort> = { by: search.sort, direction: search.dir };
  const narrow = (change: Partial<typeof search>) => void setSearch({ ...change, ...firstPage });
  const order = (next: Sort<InviteSort>) => narrow({ sort: next.by, dir: next.direction });
  return (
    <MembersFrame>
      <TableToolbar
        search={
          <FilterMenu
            label="State"
            value={search.status}
            options={statusOptions}
            resting="pending"
            onChange={(status) => narrow({ status: status ?? "pending" })}
          />
        }
        onClear={null}
        sortMenu={<SortMenu sort={sort} options={inviteSortOptions} onSortChange={order} />}
      />
      <ListTable
        label="Invites"
        what="invites"
        query={invites}
        columns={inviteColumns}
        sort={sort}
        sortOptions={inviteSortOptions}
        onSortChange={order}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={null}
        firstUse={<FirstUse icon={<MailPlus />} {...noneYet[search.status]} />}
      />
    </MembersFrame>
  );
}
