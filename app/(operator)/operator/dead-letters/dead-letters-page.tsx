"use client";

import { useState } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { RotateCcw, Trash2 } from "lucide-react";
import { useQueryStates } from "nuqs";
import { deadLetterColumns } from "#app/(operator)/operator/dead-letters/dead-letter-columns.tsx";
import { DeadLetterFilters } from "#app/(operator)/operator/dead-letters/dead-letter-filters.tsx";
import { DeadLetterSheet } from "#app/(operator)/operator/dead-letters/dead-letter-sheet.tsx";
import { DiscardDialog } from "#app/(operator)/operator/dead-letters/discard-dialog.tsx";
import { jobs, useDeadLetters } from "#app/(operator)/operator/dead-letters/mutations.ts";
import {
  deadLettersInput,
  deadLettersSearch,
  filterOf,
} from "#app/(operator)/operator/dead-letters/search-params.ts";
import { ChosenBar } from "#app/_ui/data-table/chosen-bar.tsx";
import { SelectionContext, useRowSelection } from "#app/_ui/data-table/selection.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { AllCleared } from "#app/_ui/empty-state.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { toastError } from "#app/_ui/toast.tsx";

const refreshMs = 15_000;
const newestFirst = { by: "createdAt", direction: "desc" } as const;

/** Jobs that were given up after all tries: why, and the way back. */
export function DeadLettersPage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(deadLettersSearch);
  const letters = useQuery({
    ...api.operator.jobs.dead.queryOptions(deadLettersInput(search)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const selection = useRowSelection(letters.data?.items);
  const filter = filterOf(search);
  const narrowed = Object.keys(filter).length > 0;
  const clear = () => void setSearch({ name: null, queue: null, organization: null, ...firstPage });
  const total = letters.data?.total ?? 0;
  return (
    <SelectionContext value={selection}>
      <PageHeader
        title="Dead letters"
        description="Jobs that failed at every try. A replayed one is tried again as if it were new."
        actions={<ReplayAll total={total} filter={filter} narrowed={narrowed} />}
      />
      <DeadLetterFilters
        search={search}
        onChange={(change) => void setSearch({ ...change, ...firstPage })}
        onClear={narrowed ? clear : null}
      />
      {total > 0 && <ChosenLetters shown={letters.data?.items.length ?? 0} selection={selection} />}
      <ListTable
        label="Dead letters"
        what="dead letters"
        query={letters}
        columns={deadLetterColumns}
        sort={newestFirst}
        sortOptions={[]}
        onSortChange={() => {}}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={narrowed ? clear : null}
        firstUse={<AllCleared title="No dead letters" text="No job waits for your decision." />}
      />
      <DeadLetterSheet />
    </SelectionContext>
  );
}

type ReplayAllProps = { total: number; filter: ReturnType<typeof filterOf>; narrowed: boolean };

/** Replays all that the filter chooses, of every page; asks first, since it may be very many. */
function ReplayAll({ total, filter, narrowed }: ReplayAllProps) {
  const { replay } = useDeadLetters();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button disabledReason={total === 0 && "There is none"} onClick={() => setAsking(true)}>
        <RotateCcw aria-hidden />
        Replay all…
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={`Replay ${jobs(total)}?`}
        consequence={
          narrowed
            ? "All that the filters choose are tried again now, also those on other pages; 10,000 at a time at most."
            : "Every dead job of the fleet is tried again now; 10,000 at a time at most."
        }
        confirmLabel={`Replay ${jobs(total)}`}
        onConfirm={() => replay({ all: filter })}
      />
    </>
  );
}

type ChosenLettersProps = { shown: number; selection: ReturnType<typeof useRowSelection> };

/** Replays or discards the chosen ones. */
function ChosenLetters({ shown, selection }: ChosenLettersProps) {
  const { chosen, chooseAll } = selection;
  const { replay, replaying } = useDeadLetters();
  const [asking, setAsking] = useState(false);
  const ids = [...chosen];
  return (
    <>
      <ChosenBar shown={shown} selection={selection} counted={jobs}>
        <Button
          size="sm"
          loading={replaying}
          onClick={() => void replay({ ids }).then(() => chooseAll(false), toastError)}
        >
          <RotateCcw aria-hidden />
          Replay
        </Button>
        <Button size="sm" variant="danger-outline" onClick={() => setAsking(true)}>
          <Trash2 aria-hidden />
          Discard…
        </Button>
      </ChosenBar>
      <DiscardDialog open={asking} onOpenChange={setAsking} ids={ids} onDone={() => setAsking(false)} />
    </>
  );
}
