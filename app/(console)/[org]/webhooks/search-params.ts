import { createLoader, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { healthRanges } from "#server/webhooks/schema.ts";

/** The state of the list of endpoints as it stands in the address. */
export const endpointsSearch = { ...pagingParsers };

export const loadEndpointsSearch = createLoader(endpointsSearch);

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function endpointsInput(
  search: inferParserType<typeof endpointsSearch>,
): NonNullable<Inputs["webhooks"]["list"]> {
  return { ...(search.cursor ? { cursor: search.cursor } : {}), limit: pageSize };
}

/** Over which time an endpoint's health is shown. */
export const healthSearch = { range: parseAsStringLiteral(healthRanges).withDefault("24h") };

export const loadHealthSearch = createLoader(healthSearch);
