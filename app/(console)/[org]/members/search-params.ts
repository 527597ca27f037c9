import { createLoader, parseAsString, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { memberStatuses, type ListMembers } from "#server/members/schema.ts";

export type MemberSort = ListMembers["sort"]["by"];

const memberSorts = ["name", "joinedAt"] as const satisfies readonly MemberSort[];

/** The state of the member list as it stands in the address. */
export const membersSearch = {
  q: parseAsString.withDefault(""),
  role: parseAsString,
  status: parseAsStringLiteral(memberStatuses),
  sort: parseAsStringLiteral(memberSorts).withDefault("name"),
  dir: parseAsStringLiteral(["asc", "desc"]).withDefault("asc"),
  ...pagingParsers,
};

/** "new" while the dialog that invites people stands open. */
export const openInvite = { invite: parseAsString };

export const loadMembersSearch = createLoader(membersSearch);

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function membersInput(search: inferParserType<typeof membersSearch>): Inputs["members"]["list"] {
  return {
    ...(search.q ? { search: search.q } : {}),
    ...(search.role ? { roleKey: search.role } : {}),
    ...(search.status ? { status: search.status } : {}),
    ...(search.cursor ? { cursor: search.cursor } : {}),
    sort: { by: search.sort, direction: search.dir },
    limit: pageSize,
  };
}
