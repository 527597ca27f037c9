import { cn } from "#app/_ui/class-names.ts";
import type { ColumnLook } from "#app/_ui/data-table/columns.ts";

const places = {
  lead: "order-1 flex-none",
  title: "order-2 min-w-0 flex-1",
  trailing: "order-3 flex-none",
  detail: "order-5 flex-none max-w-full max-md:empty:hidden",
  hidden: "hidden",
} as const;

/** The classes of a body cell; rows and their skeleton share them, so that nothing jumps when rows arrive. */
export function cellStyle(look: ColumnLook | undefined): string {
  return cn(
    look?.phone === "hidden" ? "hidden" : "block",
    "text-sm text-ink-muted md:table-cell md:h-11 md:px-2 md:align-middle md:first:pl-4 md:last:pr-3",
    places[look?.phone ?? "detail"],
    look?.align === "end" && "md:text-right",
    look?.wideOnly && "md:max-lg:hidden",
  );
}
