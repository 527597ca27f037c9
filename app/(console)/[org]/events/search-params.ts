import {
  createLoader,
  parseAsIsoDateTime,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import { ranges, type Range } from "#app/(console)/[org]/audit-log/search-params.ts";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { ListEvents } from "#server/events/schema.ts";

/** The state of the list of events as it stands in the address. */
export const eventsSearch = {
  type: parseAsString,
  /** A span up to now, or with `from` and `to` any other. */
  range: parseAsStringLiteral(Object.keys(ranges) as Range[]),
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  ...pagingParsers,
};

export const loadEventsSearch = createLoader(eventsSearch);

export type EventsSearch = inferParserType<typeof eventsSearch>;

/** Unsets every filter, and the page with them. */
export const noFilters = { type: null, range: null, from: null, to: null, cursor: null, page: null };

const { shape } = ListEvents.unwrap();

/** The call behind the list. An address may hold anything: what cannot be is left out. */
export function eventsInput(
  search: EventsSearch,
  rangeFrom: Date | null,
): NonNullable<Inputs["events"]["list"]> {
  const type = shape.type.safeParse(search.type ?? undefined).data;
  const from = rangeFrom ?? search.from;
  return {
    ...(type ? { type } : {}),
    ...(from ? { from } : {}),
    ...(search.to && !rangeFrom ? { to: search.to } : {}),
    ...(search.cursor ? { cursor: search.cursor } : {}),
    limit: pageSize,
  };
}

/** Whether anything narrows the list, so that an empty one is "no results" and not "first use". */
export function isNarrowed({ type, range, from, to }: EventsSearch): boolean {
  return [type, range, from, to].some((one) => one !== null);
}
