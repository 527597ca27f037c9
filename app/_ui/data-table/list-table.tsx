"use client";

import type { ReactNode } from "react";
import type { RowData } from "@tanstack/react-table";
import { Button } from "#app/_ui/button.tsx";
import type { Columns } from "#app/_ui/data-table/columns.ts";
import { DataTable } from "#app/_ui/data-table/data-table.tsx";
import type { PageOf } from "#app/_ui/data-table/page-range.ts";
import { pagingOf, type Turn } from "#app/_ui/data-table/paging.ts";
import { Pagination } from "#app/_ui/data-table/pagination.tsx";
import type { Sort, SortOption } from "#app/_ui/data-table/sorting.ts";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { NoResults } from "#app/_ui/empty-state.tsx";

/** The part of a TanStack query that a list needs. */
type ListQuery<Row> = {
  data: PageOf<Row> | undefined;
  error: unknown;
  isPlaceholderData: boolean;
  refetch: () => Promise<unknown>;
};

type ListTableProps<Row extends RowData & { id: string }, By extends string> = {
  label: string;
  /** What is listed, in the plural: "tasks". */
  what: string;
  query: ListQuery<Row>;
  columns: Columns<Row>;
  sort: Sort<By>;
  sortOptions: readonly SortOption<By>[];
  onSortChange: (sort: Sort<By>) => void;
  pageNumber: number;
  onTurn: Turn;
  /** Given while a search or filter is on. */
  onClear: (() => void) | null;
  /** Shown while nothing was ever made. */
  firstUse: ReactNode;
};

/** A list of the server with all its states: rows, on their way, none yet, none found, failed. */
export function ListTable<Row extends RowData & { id: string }, By extends string>(
  props: ListTableProps<Row, By>,
) {
  const { query, what, onClear, firstUse, pageNumber, onTurn, ...table } = props;
  const failed = query.error !== null && !query.data;
  return (
    <DataTable
      {...table}
      rows={query.data?.items}
      stale={query.isPlaceholderData}
      failure={failed && <LoadProblem error={query.error} onRetry={query.refetch} />}
      empty={
        onClear ? (
          <NoResults what={what} action={<Button onClick={onClear}>Clear filters</Button>} />
        ) : (
          firstUse
        )
      }
      footer={query.data && <Pagination what={what} {...pagingOf(query.data, pageNumber, onTurn)} />}
    />
  );
}
