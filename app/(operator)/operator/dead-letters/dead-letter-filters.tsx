"use client";

import { useQuery } from "@tanstack/react-query";
import { queues, type deadLettersSearch } from "#app/(operator)/operator/dead-letters/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { FilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import { TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import type { inferParserType } from "nuqs/server";

type Chosen = Pick<inferParserType<typeof deadLettersSearch>, "name" | "queue" | "organization">;

type DeadLetterFiltersProps = {
  search: Chosen;
  onChange: (change: Partial<Chosen>) => void;
  onClear: (() => void) | null;
};

/** Narrows the dead letters to one organization, one kind of job or one queue. */
export function DeadLetterFilters({ search, onChange, onClear }: DeadLetterFiltersProps) {
  const api = useApi();
  const counts = useQuery(api.operator.jobs.deadCounts.queryOptions());
  const names = (counts.data ?? []).map(({ name, count }) => ({ value: name, label: `${name} (${count})` }));
  // The one in force stays on offer when the last of its kind is gone.
  if (search.name && !names.some(({ value }) => value === search.name)) {
    names.push({ value: search.name, label: search.name });
  }
  return (
    <TableToolbar
      search={
        <SearchInput
          label="Organization's address"
          value={search.organization ?? ""}
          onSearch={(text) => onChange({ organization: text.replace(/^\//, "") || null })}
        />
      }
      filters={
        <>
          <FilterMenu
            label="Job"
            value={search.name}
            options={names}
            onChange={(name) => onChange({ name })}
          />
          <FilterMenu
            label="Queue"
            value={search.queue}
            options={queues.map((queue) => ({ value: queue, label: queue }))}
            onChange={(queue) => onChange({ queue })}
          />
        </>
      }
      onClear={onClear}
    />
  );
}
