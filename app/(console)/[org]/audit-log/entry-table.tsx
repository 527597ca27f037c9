"use client";

import { ArrowUp, ScrollText } from "lucide-react";
import { entryColumns } from "#app/(console)/[org]/audit-log/entry-columns.tsx";
import { FreshEntries } from "#app/(console)/[org]/audit-log/fresh-entries.ts";
import { useLiveRows } from "#app/(console)/[org]/audit-log/live-rows.ts";
import { isNarrowed, type AuditSearch } from "#app/(console)/[org]/audit-log/search-params.ts";
import { Button } from "#app/_ui/button.tsx";
import { CountedPages } from "#app/_ui/data-table/counted-pages.tsx";
import { DataTable } from "#app/_ui/data-table/data-table.tsx";
import type { Turn } from "#app/_ui/data-table/paging.ts";
import { FirstUse, NoResults } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import type { Outputs } from "#app/_trpc/types.ts";

const noSorts: readonly never[] = [];
const newestFirst = { by: "at", direction: "desc" } as const;

type Page = Outputs["audit"]["list"];

type EntryTableProps = {
  query: {
    data: Page | undefined;
    error: unknown;
    isPlaceholderData: boolean;
    refetch: () => Promise<unknown>;
  };
  search: AuditSearch;
  live: boolean;
  /** Whether an entry stands open beside the list. */
  reading: boolean;
  onTurn: Turn;
  onClear: () => void;
};

/** Entries with all states of their list; a live one lets new entries in at its top. */
export function EntryTable({ query, search, live, reading, onTurn, onClear }: EntryTableProps) {
  const { data, error } = query;
  const { page: pageNumber, ...filters } = search;
  const list = query.isPlaceholderData ? "" : JSON.stringify(filters);
  const { rows, fresh, waiting } = useLiveRows(data?.items, { list, live, reading });
  const failed = error !== null && !data;
  return (
    <FreshEntries value={fresh}>
      <WaitingButton waiting={waiting} />
      <DataTable
        label="Entries"
        columns={entryColumns}
        rows={rows}
        stale={query.isPlaceholderData}
        sort={newestFirst}
        sortOptions={noSorts}
        onSortChange={() => {}}
        failure={failed && <LoadProblem error={error} onRetry={query.refetch} />}
        empty={
          isNarrowed(search) ? (
            <NoResults what="entries" action={<Button onClick={onClear}>Clear filters</Button>} />
          ) : (
            <FirstUse
              icon={<ScrollText />}
              title="No entries yet"
              text="What people do here is written down here."
            />
          )
        }
        footer={
          data &&
          (live ? (
            <LiveFooter shown={rows?.length ?? 0} />
          ) : (
            <CountedPages what="entries" page={data} pageNumber={pageNumber} onTurn={onTurn} />
          ))
        }
      />
    </FreshEntries>
  );
}

function LiveFooter({ shown }: { shown: number }) {
  return (
    <p className="border-t border-line px-4 py-2 text-sm text-ink-subtle">
      The newest {shown} entries, live. Switch “Live” off to page through older ones.
    </p>
  );
}

/** Leads back to the top, where new entries wait for a reader who has scrolled away. */
function WaitingButton({ waiting }: { waiting: number }) {
  const words = waiting === 1 ? "1 new entry" : `${waiting} new entries`;
  return (
    <div className="pointer-events-none sticky top-16 z-20 flex h-0 justify-center md:top-4">
      <output className="sr-only">{waiting > 0 && words}</output>
      {waiting > 0 && (
        <Button
          variant="primary"
          className="pointer-events-auto animate-fade-in rounded-full shadow-md"
          onClick={toTop}
        >
          <ArrowUp aria-hidden />
          {words}
        </Button>
      )}
    </div>
  );
}

function toTop(): void {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  window.scrollTo({ top: 0, behavior: still ? "instant" : "smooth" });
}
