"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { TimeFilter } from "#app/(console)/[org]/audit-log/time-filter.tsx";
import { TypeFilter } from "#app/(console)/[org]/webhooks/_events/type-filter.tsx";
import { errorNames, type DeliveriesSearch } from "#app/(console)/[org]/webhooks/deliveries/search-params.ts";
import { deliveryStateWords, errorWords, shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { filterButtonStyle, MultiFilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { deliveryStates } from "#server/webhooks/schema.ts";

const stateOptions = deliveryStates.map((value) => ({ value, label: deliveryStateWords[value].label }));
const errorOptions = errorNames.map((value) => ({ value, label: errorWords[value] }));
/** More than most plans have room for. */
const listedMax = 100;
const everywhere = "everywhere";

type DeliveryFiltersProps = {
  search: DeliveriesSearch;
  onChange: (change: Partial<DeliveriesSearch>) => void;
  onClear: (() => void) | null;
};

/** Narrows the deliveries: what became of them, of which events, where to, why not, and when. */
export function DeliveryFilters({ search, onChange, onClear }: DeliveryFiltersProps) {
  return (
    <TableToolbar
      search={
        <MultiFilterMenu
          label="State"
          values={search.state}
          options={stateOptions}
          onChange={(state) => onChange({ state })}
        />
      }
      filters={
        <>
          <TypeFilter value={search.type} onChange={(type) => onChange({ type })} />
          <EndpointFilter value={search.endpoint} onChange={(endpoint) => onChange({ endpoint })} />
          <MultiFilterMenu
            label="Error"
            values={search.error}
            options={errorOptions}
            onChange={(error) => onChange({ error })}
          />
          <TimeFilter search={search} onChange={onChange} />
        </>
      }
      onClear={onClear}
    />
  );
}

type EndpointFilterProps = { value: string | null; onChange: (id: string | null) => void };

function EndpointFilter({ value, onChange }: EndpointFilterProps) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const endpoints = useQuery({
    ...api.webhooks.list.queryOptions({ limit: listedMax }),
    enabled: open || value !== null,
  });
  const options = (endpoints.data?.items ?? []).map(({ id, url, description }) => ({
    value: id,
    label: description || shortAddress(url),
    ...(description ? { hint: shortAddress(url) } : {}),
  }));
  const chosen = options.find((option) => option.value === value);
  return (
    <Combobox
      label="Endpoint"
      value={value ?? everywhere}
      options={[{ value: everywhere, label: "All endpoints" }, ...options]}
      loading={endpoints.isLoading}
      onOpenChange={setOpen}
      onValueChange={(next) => onChange(next === everywhere ? null : next)}
      trigger={
        <button type="button" className={filterButtonStyle(value !== null)}>
          <span className="clip-line">
            Endpoint
            {value && `: ${chosen?.label ?? "one of them"}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    />
  );
}
