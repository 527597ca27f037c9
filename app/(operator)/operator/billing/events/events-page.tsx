"use client";

import { useState } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useQueryStates } from "nuqs";
import { BillingFrame } from "#app/(operator)/operator/billing/billing-frame.tsx";
import { eventColumns } from "#app/(operator)/operator/billing/events/event-columns.tsx";
import { EventSheet } from "#app/(operator)/operator/billing/events/event-sheet.tsx";
import { events, useReplay } from "#app/(operator)/operator/billing/events/mutations.ts";
import {
  eventsInput,
  eventsSearch,
  filterOf,
} from "#app/(operator)/operator/billing/events/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { ChosenBar } from "#app/_ui/data-table/chosen-bar.tsx";
import { FilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { SelectionContext, useRowSelection } from "#app/_ui/data-table/selection.ts";
import { TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { AllCleared } from "#app/_ui/empty-state.tsx";
import { toastError } from "#app/_ui/toast.tsx";

const refreshMs = 15_000;
const newestFirst = { by: "receivedAt", direction: "desc" } as const;
const states = [
  { value: "unresolved", label: "Unresolved" },
  { value: "failed", label: "Failed" },
] as const;

/** Events of Stripe from which nothing has followed: why, and the way to have them acted upon. */
export function EventsPage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(eventsSearch);
  const open = useQuery({
    ...api.operator.stripeEvents.open.queryOptions(eventsInput(search)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const selection = useRowSelection(open.data?.items);
  const clear = search.state ? () => void setSearch({ state: null, ...firstPage }) : null;
  const total = open.data?.total ?? 0;
  // The server leads back to the first page by nothing at all; the pages' foot wants something.
  const back = open.data?.previousCursor ?? (search.cursor ? "first" : null);
  const data = open.data && { ...open.data, previousCursor: back };
  return (
    <SelectionContext value={selection}>
      <BillingFrame actions={<ReplayAll total={total} state={search.state} />}>
        <TableToolbar
          search={
            <FilterMenu
              label="State"
              value={search.state}
              options={states}
              onChange={(state) => void setSearch({ state, ...firstPage })}
            />
          }
          onClear={clear}
        />
        {total > 0 && (
          <ChosenBar shown={open.data?.items.length ?? 0} selection={selection} counted={events}>
            <ReplayChosen selection={selection} />
          </ChosenBar>
        )}
        <ListTable
          label="Events of Stripe"
          what="events"
          query={{ ...open, data }}
          columns={eventColumns}
          sort={newestFirst}
          sortOptions={[]}
          onSortChange={() => {}}
          pageNumber={search.page}
          onTurn={(change) =>
            void setSearch(change.cursor === "first" ? firstPage : change, { history: "push", scroll: true })
          }
          onClear={clear}
          firstUse={
            <AllCleared
              title="No event waits"
              text="Everything that Stripe has told of has been acted upon."
            />
          }
        />
        <EventSheet />
      </BillingFrame>
    </SelectionContext>
  );
}

type ReplayAllProps = { total: number; state: (typeof states)[number]["value"] | null };

/** Replays all that the filter chooses, of every page; asks first, since it may be very many. */
function ReplayAll({ total, state }: ReplayAllProps) {
  const { replay } = useReplay();
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
        title={`Replay ${events(total)}?`}
        consequence={
          `${state ? "All that the filter chooses" : "All that wait"} are acted upon anew, with all their tries; ` +
          "500 at a time at most, the oldest first."
        }
        confirmLabel={`Replay ${events(total)}`}
        onConfirm={() => replay({ all: filterOf({ state }) })}
      />
    </>
  );
}

/** Acts upon the chosen ones anew. */
function ReplayChosen({
  selection: { chosen, chooseAll },
}: {
  selection: ReturnType<typeof useRowSelection>;
}) {
  const { replay, replaying } = useReplay();
  return (
    <Button
      size="sm"
      loading={replaying}
      onClick={() => void replay({ ids: [...chosen] }).then(() => chooseAll(false), toastError)}
    >
      <RotateCcw aria-hidden />
      Replay
    </Button>
  );
}
