import { createLoader, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { openStates } from "#server/operator/schema.ts";

/** Which open events are shown, as it stands in the address. */
export const eventsSearch = { state: parseAsStringLiteral(openStates), ...pagingParsers };

export const loadEventsSearch = createLoader(eventsSearch);

type Search = inferParserType<typeof eventsSearch>;

/** What narrows the list, in the form that list and replay share. */
export function filterOf({ state }: Pick<Search, "state">) {
  return state ? { state } : {};
}

const ids = /^evt_\w{1,250}$/;

/** The call behind the list; server and browser must build the same one, or the page fetched ahead is not found. */
export function eventsInput(search: Search): Inputs["operator"]["stripeEvents"]["open"] {
  const { cursor } = search;
  return { ...filterOf(search), ...(cursor && ids.test(cursor) ? { cursor } : {}), limit: pageSize };
}
