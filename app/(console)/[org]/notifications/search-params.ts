import { createLoader, parseAsBoolean, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";

/** The state of the list as it stands in the address. */
export const notificationsSearch = { unread: parseAsBoolean.withDefault(false), ...pagingParsers };

export const loadNotificationsSearch = createLoader(notificationsSearch);

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function notificationsInput(
  search: inferParserType<typeof notificationsSearch>,
): Inputs["notifications"]["list"] {
  return {
    unread: search.unread,
    ...(search.cursor ? { cursor: search.cursor } : {}),
    limit: pageSize,
  };
}
