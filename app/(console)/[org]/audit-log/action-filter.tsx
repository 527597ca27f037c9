"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { actionTitle, prefixOf } from "#app/(console)/[org]/_audit/telling.ts";
import { sentenceCase, spelledOut } from "#app/(console)/[org]/_audit/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Combobox, type ComboboxOption } from "#app/_ui/combobox.tsx";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";

const anything = "anything";

type ActionFilterProps = { value: string | null; onChange: (action: string | null) => void };

/** Narrows the log to one action, or to all that begin alike. */
export function ActionFilter({ value, onChange }: ActionFilterProps) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const facets = useQuery({ ...api.audit.facets.queryOptions(), enabled: open });
  const known = facets.data?.actions ?? [];
  return (
    <Combobox
      label="Action"
      value={value ?? anything}
      options={optionsOf(value && !known.includes(value) ? [...known, value] : known)}
      loading={facets.isLoading}
      onOpenChange={setOpen}
      onValueChange={(next) => onChange(next === anything ? null : next)}
      trigger={
        <button type="button" className={filterButtonStyle(value !== null)}>
          <span className="clip-line">
            Action
            {value && `: ${nameOf(value)}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    />
  );
}

function nameOf(value: string): string {
  return value.endsWith(".") ? `All of ${groupOf(value).toLowerCase()}` : actionTitle(value);
}

function groupOf(prefix: string): string {
  return sentenceCase(spelledOut(prefix));
}

function optionsOf(actions: readonly string[]): ComboboxOption[] {
  const groups = Map.groupBy(
    actions.filter((action) => !action.endsWith(".")),
    prefixOf,
  );
  const options = [...groups].flatMap(([prefix, members]) => {
    const group = groupOf(prefix);
    const whole = { value: prefix, label: `All of ${group.toLowerCase()}`, hint: `${prefix}*`, group };
    const each = members.map((action) => ({
      value: action,
      label: actionTitle(action),
      hint: action,
      group,
    }));
    return members.length > 1 && prefix ? [whole, ...each] : each;
  });
  return [{ value: anything, label: "Anything" }, ...options];
}
