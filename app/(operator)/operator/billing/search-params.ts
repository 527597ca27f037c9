import { createLoader, parseAsString, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";

/** Which month's paid invoices are shown, as it stands in the address; the present one without it. */
export const billingSearch = { month: parseAsString };

export const loadBillingSearch = createLoader(billingSearch);

const months = /^20\d\d-(0[1-9]|1[0-2])$/;

/** The call behind the month; server and browser must build the same one, or what was fetched ahead is not found. */
export function paidInput({
  month,
}: inferParserType<typeof billingSearch>): Inputs["operator"]["billing"]["paid"] {
  return month && months.test(month) ? { month } : {};
}
