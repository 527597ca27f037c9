import {
  createLoader,
  parseAsArrayOf,
  parseAsIsoDateTime,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import { ranges, type Range } from "#app/(console)/[org]/audit-log/search-params.ts";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import {
  deliveryErrors,
  deliveryStates,
  ListDeliveries,
  type DeliveryError,
} from "#server/webhooks/schema.ts";

export const errorNames = Object.keys(deliveryErrors) as DeliveryError[];

/** The state of the list of deliveries as it stands in the address. */
export const deliveriesSearch = {
  state: parseAsArrayOf(parseAsStringLiteral(deliveryStates)).withDefault([]),
  type: parseAsString,
  endpoint: parseAsString,
  error: parseAsArrayOf(parseAsStringLiteral(errorNames)).withDefault([]),
  /** A span up to now, or with `from` and `to` any other. */
  range: parseAsStringLiteral(Object.keys(ranges) as Range[]),
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  ...pagingParsers,
};

export const loadDeliveriesSearch = createLoader(deliveriesSearch);

export type DeliveriesSearch = inferParserType<typeof deliveriesSearch>;

/** Unsets every filter, and the page with them. */
export const noFilters = {
  state: null,
  type: null,
  endpoint: null,
  error: null,
  range: null,
  from: null,
  to: null,
  cursor: null,
  page: null,
};

const { shape } = ListDeliveries.unwrap();

/** The call behind the list. An address may hold anything: what cannot be is left out. */
export function deliveriesInput(
  search: DeliveriesSearch,
  rangeFrom: Date | null,
): NonNullable<Inputs["webhooks"]["deliveries"]> {
  const endpointId = shape.endpointId.safeParse(search.endpoint ?? undefined).data;
  const type = shape.type.safeParse(search.type ?? undefined).data;
  const from = rangeFrom ?? search.from;
  return {
    ...(search.state.length > 0 ? { states: search.state } : {}),
    ...(search.error.length > 0 ? { errors: search.error } : {}),
    ...(endpointId ? { endpointId } : {}),
    ...(type ? { type } : {}),
    ...(from ? { from } : {}),
    ...(search.to && !rangeFrom ? { to: search.to } : {}),
    ...(search.cursor ? { cursor: search.cursor } : {}),
    limit: pageSize,
  };
}

/** Whether anything narrows the list, so that an empty one is "no results" and not "first use". */
export function isNarrowed(search: DeliveriesSearch): boolean {
  const { state, error, type, endpoint, range, from, to } = search;
  return (
    state.length > 0 || error.length > 0 || [type, endpoint, range, from, to].some((one) => one !== null)
  );
}
