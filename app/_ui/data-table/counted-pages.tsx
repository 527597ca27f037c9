import { Pagination } from "#app/_ui/data-table/pagination.tsx";
import type { PageOf } from "#app/_ui/data-table/page-range.ts";
import { pageSize, pagingOf, type Turn } from "#app/_ui/data-table/paging.ts";

/** The server stops counting there. */
const countedMax = 1_000;

type CountedPagesProps = { what: string; page: PageOf<unknown>; pageNumber: number; onTurn: Turn };

/** The pages of a list that the server does not count to its end. */
export function CountedPages({ what, page, pageNumber, onTurn }: CountedPagesProps) {
  const paging = pagingOf(page, pageNumber, onTurn);
  if (page.total <= countedMax) return <Pagination what={what} {...paging} />;
  // Nobody has counted to the end, so that only the page's own number says where it stands.
  const from = (pageNumber - 1) * pageSize + 1;
  const to = from + page.items.length - 1;
  return <Pagination what={what} {...paging} from={from} to={to} total={Math.max(countedMax, to)} more />;
}
