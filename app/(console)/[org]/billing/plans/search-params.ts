import { parseAsStringLiteral } from "nuqs/server";

/** How often the plans shown are paid for, as it stands in the address; null for as the organization pays now. */
export const plansSearch = { paid: parseAsStringLiteral(["month", "year"]) };
