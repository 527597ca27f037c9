import { createLoader, parseAsString, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";

/** The part of the list that stands in the address: what comes after this invoice. */
export const invoicesSearch = { cursor: parseAsString };

export const loadInvoicesSearch = createLoader(invoicesSearch);

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function invoicesInput({
  cursor,
}: inferParserType<typeof invoicesSearch>): NonNullable<Inputs["billing"]["invoices"]> {
  return cursor ? { cursor } : {};
}
