import { z } from "zod";

const pageLimitMax = 100;
const pageLimitDefault = 25;

/** What every list takes beside its filters and its sort; spread it into the list's own object. */
export const pageInput = {
  /** From the answer before; never made or changed by a caller. */
  cursor: z.string().max(2_000).optional(),
  limit: z.int().min(1).max(pageLimitMax).default(pageLimitDefault),
};

export const SortDirection = z.enum(["asc", "desc"]);
export type SortDirection = z.infer<typeof SortDirection>;

/** One page of a list. A cursor is null where the list ends. */
export type Page<Row> = {
  items: Row[];
  /** Rows of the whole list under the same filters. */
  total: number;
  nextCursor: string | null;
  previousCursor: string | null;
};
