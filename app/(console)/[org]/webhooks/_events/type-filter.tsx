"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useApi } from "#app/_trpc/client.tsx";
import { Combobox, type ComboboxOption } from "#app/_ui/combobox.tsx";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";
import type { EventTypeInfo } from "#server/events/schema.ts";

const anything = "anything";

type TypeFilterProps = { value: string | null; onChange: (type: string | null) => void };

/** Narrows a list to one type of events, or to all of one kind. */
export function TypeFilter({ value, onChange }: TypeFilterProps) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const types = useQuery({ ...api.events.types.queryOptions(), staleTime: Infinity, enabled: open });
  return (
    <Combobox
      label="Event"
      value={value ?? anything}
      options={optionsOf(types.data?.items ?? [])}
      loading={types.isLoading}
      onOpenChange={setOpen}
      onValueChange={(next) => onChange(next === anything ? null : next)}
      trigger={
        <button type="button" className={filterButtonStyle(value !== null)}>
          <span className="clip-line">
            Event
            {value && `: ${value}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    />
  );
}

function optionsOf(types: readonly EventTypeInfo[]): ComboboxOption[] {
  const groups = Map.groupBy(types, ({ kind }) => kind);
  const options = [...groups].flatMap(([group, members]) => {
    const [first] = members;
    const wildcard = `${first?.type.split(".")[0]}.*`;
    const each = members.map(({ type, description }) => ({
      value: type,
      label: type,
      hint: description,
      group,
    }));
    return members.length > 1
      ? [{ value: wildcard, label: wildcard, hint: "All of them", group }, ...each]
      : each;
  });
  return [{ value: anything, label: "Anything" }, ...options];
}
