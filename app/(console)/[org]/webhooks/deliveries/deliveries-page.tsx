"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useRangeStart } from "#app/(console)/[org]/audit-log/use-range-start.ts";
import { ChosenDeliveries } from "#app/(console)/[org]/webhooks/deliveries/chosen-deliveries.tsx";
import { deliveryColumns } from "#app/(console)/[org]/webhooks/deliveries/delivery-columns.tsx";
import { DeliveryFilters } from "#app/(console)/[org]/webhooks/deliveries/delivery-filters.tsx";
import {
  deliveriesInput,
  deliveriesSearch,
  isNarrowed,
  noFilters,
} from "#app/(console)/[org]/webhooks/deliveries/search-params.ts";
import { DeliverySheet } from "#app/(console)/[org]/webhooks/_deliveries/delivery-sheet.tsx";
import { WebhooksFrame } from "#app/(console)/[org]/webhooks/webhooks-frame.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { DataTable } from "#app/_ui/data-table/data-table.tsx";
import { CountedPages } from "#app/_ui/data-table/counted-pages.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { SelectionContext, useRowSelection } from "#app/_ui/data-table/selection.ts";
import { FirstUse, NoResults } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";

const refreshMs = 10_000;
const newestFirst = { by: "createdAt", direction: "desc" } as const;

type DeliveriesPageProps = {
  /** When the server made the page, in milliseconds: spans up to now begin where its own call had them begin. */
  openedAt: number;
};

/** Every delivery to every endpoint: found by filters, looked into, and sent again. */
export function DeliveriesPage(props: DeliveriesPageProps) {
  return (
    <WebhooksFrame>
      <Deliveries {...props} />
    </WebhooksFrame>
  );
}

function Deliveries({ openedAt }: DeliveriesPageProps) {
  const api = useApi();
  const [search, setSearch] = useQueryStates(deliveriesSearch);
  const rangeFrom = useRangeStart(search.range, openedAt);
  const deliveries = useQuery({
    ...api.webhooks.deliveries.queryOptions(deliveriesInput(search, rangeFrom)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const { data, error } = deliveries;
  const selection = useRowSelection(data?.items);
  const clear = () => void setSearch(noFilters);
  const failed = error !== null && !data;
  return (
    <SelectionContext value={selection}>
      <DeliveryFilters
        search={search}
        onChange={(change) => void setSearch({ ...change, ...firstPage })}
        onClear={isNarrowed(search) ? clear : null}
      />
      {data && data.items.length > 0 && <ChosenDeliveries shown={data.items} selection={selection} />}
      <DataTable
        label="Deliveries"
        columns={deliveryColumns}
        rows={data?.items}
        stale={deliveries.isPlaceholderData}
        sort={newestFirst}
        sortOptions={[]}
        onSortChange={() => {}}
        failure={failed && <LoadProblem error={error} onRetry={deliveries.refetch} />}
        empty={
          isNarrowed(search) ? (
            <NoResults what="deliveries" action={<Button onClick={clear}>Clear filters</Button>} />
          ) : (
            <FirstUse
              icon={<Send />}
              title="No deliveries"
              text="Once an endpoint hears of something, what was sent and what came back stands here."
            />
          )
        }
        footer={
          data && (
            <CountedPages
              what="deliveries"
              page={data}
              pageNumber={search.page}
              onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
            />
          )
        }
      />
      <DeliverySheet />
    </SelectionContext>
  );
}
