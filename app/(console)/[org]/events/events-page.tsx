"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { BookOpen, Zap } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { TimeFilter } from "#app/(console)/[org]/audit-log/time-filter.tsx";
import { useRangeStart } from "#app/(console)/[org]/audit-log/use-range-start.ts";
import { eventColumns } from "#app/(console)/[org]/events/event-columns.tsx";
import { EventSheet } from "#app/(console)/[org]/events/event-sheet.tsx";
import {
  eventsInput,
  eventsSearch,
  isNarrowed,
  noFilters,
  type EventsSearch,
} from "#app/(console)/[org]/events/search-params.ts";
import { TypeFilter } from "#app/(console)/[org]/webhooks/_events/type-filter.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { CountedPages } from "#app/_ui/data-table/counted-pages.tsx";
import { DataTable } from "#app/_ui/data-table/data-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { FirstUse, NoResults, Refused } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";

const refreshMs = 15_000;
const newestFirst = { by: "at", direction: "desc" } as const;

type EventsPageProps = {
  /** When the server made the page, in milliseconds: spans up to now begin where its own call had them begin. */
  openedAt: number;
};

/** What happened in the organization, as its own systems are told of it, and where each event went. */
export function EventsPage(props: EventsPageProps) {
  const { why } = useAccess();
  const refused = why("events.read");
  return (
    <>
      <PageHeader
        title="Events"
        description="What happened here, as your systems are told of it, and where each event went."
        actions={
          <ButtonLink href="/docs/events" variant="ghost">
            <BookOpen aria-hidden />
            Reference
          </ButtonLink>
        }
      />
      {refused ? (
        <Card>
          <Refused message={`${refused}.`} />
        </Card>
      ) : (
        <Events {...props} />
      )}
    </>
  );
}

function Events({ openedAt }: EventsPageProps) {
  const api = useApi();
  const [search, setSearch] = useQueryStates(eventsSearch);
  const rangeFrom = useRangeStart(search.range, openedAt);
  const events = useQuery({
    ...api.events.list.queryOptions(eventsInput(search, rangeFrom)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const { data, error } = events;
  const clear = () => void setSearch(noFilters);
  const failed = error !== null && !data;
  return (
    <>
      <EventFilters
        search={search}
        onChange={(change) => void setSearch({ ...change, ...firstPage })}
        onClear={isNarrowed(search) ? clear : null}
      />
      <DataTable
        label="Events"
        columns={eventColumns}
        rows={data?.items}
        stale={events.isPlaceholderData}
        sort={newestFirst}
        sortOptions={[]}
        onSortChange={() => {}}
        failure={failed && <LoadProblem error={error} onRetry={events.refetch} />}
        empty={
          isNarrowed(search) ? (
            <NoResults what="events" action={<Button onClick={clear}>Clear filters</Button>} />
          ) : (
            <FirstUse
              icon={<Zap />}
              title="No events yet"
              text="Whatever is made, changed or deleted here becomes an event, which webhooks and programs hear of."
            />
          )
        }
        footer={
          data && (
            <CountedPages
              what="events"
              page={data}
              pageNumber={search.page}
              onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
            />
          )
        }
      />
      <EventSheet />
    </>
  );
}

type EventFiltersProps = {
  search: EventsSearch;
  onChange: (change: Partial<EventsSearch>) => void;
  onClear: (() => void) | null;
};

function EventFilters({ search, onChange, onClear }: EventFiltersProps) {
  const { can } = useAccess();
  return (
    <TableToolbar
      search={
        // The catalogue is shown to those who see webhooks.
        can("webhooks.read") && <TypeFilter value={search.type} onChange={(type) => onChange({ type })} />
      }
      filters={<TimeFilter search={search} onChange={onChange} />}
      onClear={onClear}
    />
  );
}
