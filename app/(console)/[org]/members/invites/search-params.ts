import { createLoader, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { inviteStates, type ListInvites } from "#server/invites/schema.ts";

export type InviteSort = ListInvites["sort"]["by"];

const inviteSorts = ["createdAt", "email"] as const satisfies readonly InviteSort[];

/** The state of the list of invites as it stands in the address. */
export const invitesSearch = {
  status: parseAsStringLiteral(inviteStates).withDefault("pending"),
  sort: parseAsStringLiteral(inviteSorts).withDefault("createdAt"),
  dir: parseAsStringLiteral(["asc", "desc"]).withDefault("desc"),
  ...pagingParsers,
};

export const loadInvitesSearch = createLoader(invitesSearch);

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function invitesInput(search: inferParserType<typeof invitesSearch>): Inputs["invites"]["list"] {
  return {
    status: search.status,
    ...(search.cursor ? { cursor: search.cursor } : {}),
    sort: { by: search.sort, direction: search.dir },
    limit: pageSize,
  };
}
