import type { ReactNode } from "react";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";
import type { ColumnLook } from "#app/_ui/data-table/columns.ts";
import { nextSort, type Sort, type SortOption } from "#app/_ui/data-table/sorting.ts";

type HeadCellProps<By extends string> = {
  look: ColumnLook | undefined;
  sort: Sort<By>;
  /** Given where the column can be sorted by. */
  option: SortOption<By> | undefined;
  onSortChange: (sort: Sort<By>) => void;
  children: ReactNode;
};

const ariaSort = { asc: "ascending", desc: "descending" } as const;

/** A column's heading; where the column can be sorted by, a button that turns the order around. */
export function HeadCell<By extends string>({
  look,
  sort,
  option,
  onSortChange,
  children,
}: HeadCellProps<By>) {
  const active = option && sort.by === option.by ? sort.direction : null;
  const Icon = active === "asc" ? ArrowUp : active === "desc" ? ArrowDown : ChevronsUpDown;
  return (
    <th
      scope="col"
      aria-sort={active ? ariaSort[active] : undefined}
      className={cn(
        "h-9 px-2 text-left align-middle text-sm font-medium whitespace-nowrap text-ink-subtle first:pl-4 last:pr-3",
        look?.align === "end" && "text-right",
        look?.width,
        look?.wideOnly && "max-lg:hidden",
      )}
    >
      {option ? (
        <button
          type="button"
          onClick={() => onSortChange(nextSort(sort, option))}
          className={cn(
            "group/sort -mx-1.5 inline-flex h-7 items-center gap-1 rounded-md px-1.5 hover:bg-hover hover:text-ink",
            active && "text-ink",
          )}
        >
          {children}
          <Icon
            aria-hidden
            className={cn(
              "size-3.5",
              !active && "opacity-0 group-hover/sort:opacity-100 group-focus-visible/sort:opacity-100",
            )}
          />
        </button>
      ) : (
        children
      )}
    </th>
  );
}
