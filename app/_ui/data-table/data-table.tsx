"use client";

import type { ReactNode } from "react";
import { useTable, type RowData } from "@tanstack/react-table";
import { cn } from "#app/_ui/class-names.ts";
import { cellStyle } from "#app/_ui/data-table/cell-style.ts";
import { features, type Columns } from "#app/_ui/data-table/columns.ts";
import { HeadCell } from "#app/_ui/data-table/head-cell.tsx";
import { SkeletonRows } from "#app/_ui/data-table/skeleton-rows.tsx";
import type { Sort, SortOption } from "#app/_ui/data-table/sorting.ts";

const noRows: never[] = [];

/** A table element whose display is not that of a table loses its role; said aloud, it keeps it. */
const role = {
  table: { role: "table" },
  rowgroup: { role: "rowgroup" },
  row: { role: "row" },
  cell: { role: "cell" },
} as const;

type DataTableProps<Row extends RowData & { id: string }, By extends string> = {
  /** What the rows are, for a screen reader: "Tasks of Website relaunch". */
  label: string;
  columns: Columns<Row>;
  /** Undefined while the first page is on its way. */
  rows: readonly Row[] | undefined;
  /** True while older rows stand in for the ones that were asked for. */
  stale?: boolean;
  sort: Sort<By>;
  sortOptions: readonly SortOption<By>[];
  onSortChange: (sort: Sort<By>) => void;
  /** One of the four empty states; shown instead of rows. */
  empty: ReactNode;
  /** Shown instead of rows when they could not be loaded. */
  failure: ReactNode;
  footer?: ReactNode;
};

/** A table whose rows, order and pages the server decides. On a phone every row becomes a card of the same elements. */
export function DataTable<Row extends RowData & { id: string }, By extends string>(
  props: DataTableProps<Row, By>,
) {
  const { label, columns, rows, stale = false, sort, empty, failure, footer } = props;
  const table = useTable({
    features,
    columns,
    data: rows ?? noRows,
    getRowId: (row) => row.id,
    manualSorting: true,
    state: { sorting: [{ id: sort.by, desc: sort.direction === "desc" }] },
  });
  const body = table.getRowModel().rows;
  const nothing = failure || (rows && rows.length === 0 ? empty : null);
  return (
    <div className="overflow-clip rounded-xl border border-line bg-surface">
      {nothing ?? (
        <table
          {...role.table}
          aria-label={label}
          aria-busy={stale || !rows}
          className="block w-full table-fixed text-base md:table"
        >
          <thead className="hidden border-b border-line bg-sunken md:table-header-group">
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => (
                  <HeadCell
                    key={header.id}
                    look={header.column.columnDef.meta}
                    sort={sort}
                    option={props.sortOptions.find((option) => option.by === header.column.id)}
                    onSortChange={props.onSortChange}
                  >
                    <table.FlexRender header={header} />
                  </HeadCell>
                ))}
              </tr>
            ))}
          </thead>
          <tbody
            {...role.rowgroup}
            className={cn(
              "block transition-opacity duration-150 md:table-row-group",
              stale && "opacity-60 delay-200",
            )}
          >
            {rows ? (
              body.map((row) => (
                <tr {...role.row} key={row.id} className={rowStyle}>
                  {row.getAllCells().map((cell) => (
                    <td {...role.cell} key={cell.id} className={cellStyle(cell.column.columnDef.meta)}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ))}
                </tr>
              ))
            ) : (
              <SkeletonRows looks={table.getAllLeafColumns().map((column) => column.columnDef.meta)} />
            )}
          </tbody>
        </table>
      )}
      {!nothing && footer}
    </div>
  );
}

/** The empty line after the head cells breaks a card in two on a phone: first the title, then the details. */
const rowStyle = cn(
  "group/row relative flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 last:border-b-0",
  "after:order-4 after:-mt-1 after:w-full after:content-[''] md:after:hidden",
  "hover:bg-hover has-[[data-row-link]:focus-visible]:bg-hover md:table-row md:p-0",
);
