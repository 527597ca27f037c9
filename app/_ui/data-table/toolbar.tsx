"use client";

import type { ReactNode } from "react";
import { ArrowDownUp, X } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";
import type { Sort, SortOption } from "#app/_ui/data-table/sorting.ts";
import { DropdownMenu, MenuLabel, MenuRadioGroup, MenuRadioItem } from "#app/_ui/dropdown-menu.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";

type TableToolbarProps = {
  search: ReactNode;
  filters?: ReactNode;
  /** Given while a search or filter is on. */
  onClear: (() => void) | null;
  /** Left out where there is one order only. */
  sortMenu?: ReactNode;
  /** Stands at the end of the line. */
  end?: ReactNode;
};

/** Search, filters and (on a phone, where there are no headings) the sort menu over a table. */
export function TableToolbar({ search, filters, onClear, sortMenu, end }: TableToolbarProps) {
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <div className="flex w-full items-center gap-2 sm:w-auto">
        {search}
        {sortMenu && <div className="md:hidden">{sortMenu}</div>}
      </div>
      {filters}
      {onClear && (
        <Button variant="ghost" onClick={onClear}>
          <X aria-hidden />
          Clear
        </Button>
      )}
      {end}
    </search>
  );
}

type SortMenuProps<By extends string> = {
  sort: Sort<By>;
  options: readonly SortOption<By>[];
  onSortChange: (sort: Sort<By>) => void;
};

/** Column and direction of the order, for where there are no headings to press. */
export function SortMenu<By extends string>({ sort, options, onSortChange }: SortMenuProps<By>) {
  function choose(value: string): void {
    const option = options.find((candidate) => candidate.by === value);
    if (option) onSortChange({ by: option.by, direction: option.firstDirection });
  }
  return (
    <DropdownMenu
      trigger={
        <IconButton label="Sort" plain className="border border-line-control">
          <ArrowDownUp aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>Sort by</MenuLabel>
      <MenuRadioGroup value={sort.by} onValueChange={choose}>
        {options.map((option) => (
          <MenuRadioItem key={option.by} value={option.by}>
            {option.label}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuLabel>Direction</MenuLabel>
      <MenuRadioGroup
        value={sort.direction}
        onValueChange={(value) => onSortChange({ by: sort.by, direction: value === "asc" ? "asc" : "desc" })}
      >
        <MenuRadioItem value="asc">Ascending</MenuRadioItem>
        <MenuRadioItem value="desc">Descending</MenuRadioItem>
      </MenuRadioGroup>
    </DropdownMenu>
  );
}
