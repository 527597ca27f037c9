import type { Outputs } from "#app/_trpc/types.ts";
import { csvLine } from "#server/platform/csv.ts";

type Report = Outputs["operator"]["billing"]["report"];

const parts = ["live", "trial", "pastDue"] as const;

/** The revenue of a month as a table: a line for each plan and one for all; amounts in the currency's smallest unit. */
export function revenueCsv({ at, currency, plans, total }: Report): string {
  const heads = parts.flatMap((part) => [`${part}_subscriptions`, `${part}_seats`, `${part}_monthly`]);
  const lines = [...plans, { plan: "all", ...total }].map((row) => [
    at.toISOString(),
    currency,
    row.plan,
    ...parts.flatMap((part) => [row[part].subscriptions, row[part].seats, row[part].monthly]),
  ]);
  return [["at", "currency", "plan", ...heads], ...lines].map(csvLine).join("");
}

/** Has the browser save a text as a file. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
