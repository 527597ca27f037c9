import { parseAsInteger, parseAsString } from "nuqs/server";
import { rangeOf, type PageOf } from "#app/_ui/data-table/page-range.ts";

/** The part of an address that says which page of a list is shown; spread it into the list's own parsers. */
export const pagingParsers = {
  cursor: parseAsString,
  page: parseAsInteger.withDefault(1),
};

/** Set together with any new search, filter or order: the old cursor means nothing to another list. */
export const firstPage = { cursor: null, page: null };

/** One size for all lists; the server's limit is higher. */
export const pageSize = 25;

/** Moves the address to another page. */
export type Turn = (change: { cursor: string | null; page: number | null }) => void;

/** What Pagination needs, from a page of the server and the address. */
export function pagingOf(page: PageOf<unknown>, pageNumber: number, turn: Turn) {
  const { nextCursor, previousCursor } = page;
  return {
    ...rangeOf(page, pageNumber, pageSize),
    total: page.total,
    onNext: nextCursor === null ? null : () => turn({ cursor: nextCursor, page: pageNumber + 1 }),
    onPrevious:
      previousCursor === null
        ? null
        : () =>
            // Page one needs no cursor, and then shows what was added meanwhile as well.
            turn(pageNumber <= 2 ? firstPage : { cursor: previousCursor, page: pageNumber - 1 }),
  };
}
