import { createLoader, parseAsString, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import type { ListApiKeys } from "#server/api-keys/schema.ts";

export type KeySort = ListApiKeys["sort"]["by"];

const keySorts = ["createdAt", "name"] as const satisfies readonly KeySort[];

/** The state of the list of keys as it stands in the address. */
export const keysSearch = {
  show: parseAsStringLiteral(["live", "ended"]).withDefault("live"),
  sort: parseAsStringLiteral(keySorts).withDefault("createdAt"),
  dir: parseAsStringLiteral(["asc", "desc"]).withDefault("desc"),
  ...pagingParsers,
};

/** "new" while the dialog for a new key stands open. */
export const openKey = { key: parseAsString };

export const loadKeysSearch = createLoader(keysSearch);

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function keysInput(search: inferParserType<typeof keysSearch>): Inputs["apiKeys"]["list"] {
  return {
    show: search.show,
    ...(search.cursor ? { cursor: search.cursor } : {}),
    sort: { by: search.sort, direction: search.dir },
    limit: pageSize,
  };
}
