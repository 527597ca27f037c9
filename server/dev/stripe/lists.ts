import type { Stripe } from "stripe";

import { invalid } from "./fault.ts";

const LIMIT_MAX = 100;

type Paging = Stripe.PaginationParams;

/** One page of objects that came in the order of their making: the newest first, as Stripe lists them. */
export function page<T extends { id: string }>(objects: T[], paging: Paging, url: string): Stripe.ApiList<T> {
  const limit = paging.limit ?? 10;
  if (limit < 1 || limit > LIMIT_MAX)
    throw invalid(`Invalid limit: must be between 1 and ${LIMIT_MAX}`, "limit");
  const newest = objects.toReversed();
  if (paging.ending_before !== undefined) {
    const end = placeOf(newest, paging.ending_before, "ending_before");
    const start = Math.max(0, end - limit);
    return { object: "list", data: newest.slice(start, end), has_more: start > 0, url };
  }
  const start =
    paging.starting_after === undefined ? 0 : placeOf(newest, paging.starting_after, "starting_after") + 1;
  return {
    object: "list",
    data: newest.slice(start, start + limit),
    has_more: start + limit < newest.length,
    url,
  };
}

function placeOf(objects: { id: string }[], id: string, param: string): number {
  const place = objects.findIndex((object) => object.id === id);
  if (place < 0) throw invalid(`No such object: '${id}'`, param, "resource_missing");
  return place;
}

/** A list inside another object, complete. */
export function whole<T>(data: T[], url: string): Stripe.ApiList<T> {
  return { object: "list", data, has_more: false, url };
}

/** Whether a moment lies in the range that a list was asked for. */
export function within(moment: number, range: number | Stripe.RangeQueryParam | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === "number") return moment === range;
  return (
    (range.gt === undefined || moment > range.gt) &&
    (range.gte === undefined || moment >= range.gte) &&
    (range.lt === undefined || moment < range.lt) &&
    (range.lte === undefined || moment <= range.lte)
  );
}

/** New metadata over old, as Stripe does it: an empty value takes the key away, an empty whole takes all. */
export function mergedMetadata(
  old: Stripe.Metadata,
  given: Stripe.Emptyable<Stripe.MetadataParam> | undefined,
): Stripe.Metadata {
  if (given === undefined) return old;
  if (given === "" || given === null) return {};
  const merged = { ...old };
  for (const [key, value] of Object.entries(given)) {
    if (key.length > 40) throw invalid("Metadata keys have at most 40 characters.", `metadata[${key}]`);
    if (value === null || value === "") delete merged[key];
    else merged[key] = String(value);
    if (String(value).length > 500)
      throw invalid("Metadata values have at most 500 characters.", `metadata[${key}]`);
  }
  if (Object.keys(merged).length > 50) throw invalid("There are at most 50 metadata keys.", "metadata");
  return merged;
}
