import { createLoader, parseAsString, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import type { ListDeadJobs } from "#server/operator/schema.ts";

type QueueName = NonNullable<ListDeadJobs["queue"]>;

export const queues = ["default", "mail", "fleet", "audit"] as const satisfies readonly QueueName[];

/** Which dead letters are shown, and which one stands open, as it stands in the address. */
export const deadLettersSearch = {
  name: parseAsString,
  queue: parseAsStringLiteral(queues),
  organization: parseAsString,
  ...pagingParsers,
};

export const loadDeadLettersSearch = createLoader(deadLettersSearch);

type Search = inferParserType<typeof deadLettersSearch>;

/** What narrows the list, in the form that list and replay share. */
export function filterOf({ name, queue, organization }: Search) {
  return {
    ...(name ? { name } : {}),
    ...(queue ? { queue } : {}),
    ...(organization ? { organization } : {}),
  };
}

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function deadLettersInput(search: Search): Inputs["operator"]["jobs"]["dead"] {
  return { ...filterOf(search), ...(search.cursor ? { cursor: search.cursor } : {}), limit: pageSize };
}
