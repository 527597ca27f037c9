/** What the server says about one page of a list. */
export type PageOf<Row> = {
  items: readonly Row[];
  total: number;
  nextCursor: string | null;
  previousCursor: string | null;
};

/**
 * Positions of the first and last row shown. A cursor does not know its own position, so the page number
 * travels beside it in the address; the two ends of the list are certain and correct it.
 */
export function rangeOf(
  page: PageOf<unknown>,
  pageNumber: number,
  pageSize: number,
): { from: number; to: number } {
  const shown = page.items.length;
  if (!page.previousCursor) return { from: Math.min(1, shown), to: shown };
  if (!page.nextCursor) return { from: page.total - shown + 1, to: page.total };
  const to = Math.min(pageNumber * pageSize, page.total - 1);
  return { from: Math.max(1, to - shown + 1), to };
}
