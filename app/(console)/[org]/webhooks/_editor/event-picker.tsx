"use client";

import { useId, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import {
  kindOf,
  kindsOf,
  toggled,
  type EventKind,
} from "#app/(console)/[org]/webhooks/_editor/chosen-types.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { EventTypeInfo } from "#server/events/schema.ts";

type EventPickerProps = {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  problem: string | undefined;
};

/** Which events an endpoint hears of: all, all of a kind with those still to come, or one by one. */
export function EventPicker({ chosen, onChange, problem }: EventPickerProps) {
  const api = useApi();
  const types = useQuery({ ...api.events.types.queryOptions(), staleTime: Infinity });
  const [search, setSearch] = useState("");
  const id = useId();
  if (types.isError) return <LoadProblem error={types.error} onRetry={types.refetch} />;
  const kinds = types.data && kindsOf(types.data.items);
  const found = kinds && matching(kinds, search);
  return (
    <fieldset className="flex flex-col gap-2" aria-describedby={problem ? `${id}-problem` : undefined}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <legend className="contents text-sm font-medium text-ink">Events</legend>
        <SearchInput label="Search the events" value={search} onSearch={setSearch} />
      </div>
      <div
        className={cn(
          // Its boxes' hidden inputs are placed within it, or they would lengthen the page.
          "relative max-h-96 overflow-y-auto rounded-lg border px-3.5 py-2",
          problem ? "border-danger" : "border-line-control",
        )}
      >
        {!found && (
          <>
            <LoadingNote>Loading the events</LoadingNote>
            <Skeleton className="h-64" />
          </>
        )}
        {found && search === "" && (
          <Line
            name="*"
            label="Everything"
            words="Every event there is, and those that are still to come."
            checked={chosen.includes("*")}
            onChange={(on) => onChange(on ? ["*"] : [])}
          />
        )}
        {found?.map((kind) => (
          <KindPart
            key={kind.name}
            kind={kind}
            chosen={chosen}
            onToggle={(name, on) => onChange(toggled(chosen, name, on, kinds ?? []))}
          />
        ))}
        {found?.length === 0 && <p className="py-6 text-center text-sm text-ink-subtle">Nothing found</p>}
      </div>
      <p id={`${id}-problem`} role="alert" className={cn("text-sm text-danger-text", !problem && "hidden")}>
        {problem}
      </p>
    </fieldset>
  );
}

function matching(kinds: readonly EventKind[], search: string): EventKind[] {
  const words = search.toLowerCase();
  if (words === "") return [...kinds];
  const fits = ({ type, description }: EventTypeInfo) =>
    `${type} ${description}`.toLowerCase().includes(words);
  return kinds
    .map((kind) => ({
      ...kind,
      types: kind.label.toLowerCase().includes(words) ? kind.types : kind.types.filter(fits),
    }))
    .filter(({ types }) => types.length > 0);
}

type KindPartProps = {
  kind: EventKind;
  chosen: readonly string[];
  onToggle: (name: string, on: boolean) => void;
};

function KindPart({ kind, chosen, onToggle }: KindPartProps) {
  const all = chosen.includes("*");
  const wildcard = `${kind.name}.*`;
  const whole = all || chosen.includes(wildcard);
  const some = chosen.some((name) => kindOf(name) === kind.name);
  return (
    <section aria-label={kind.label} className="border-t border-line py-1.5 first:border-t-0">
      <Line
        name={wildcard}
        label={kind.label}
        words="All of them, and those that are still to come."
        checked={whole ? true : some ? "indeterminate" : false}
        disabled={all}
        onChange={(on) => onToggle(wildcard, on)}
      />
      <div className="pl-6">
        {kind.types.map(({ type, description }) => (
          <Line
            key={type}
            name={type}
            label={description}
            checked={whole || chosen.includes(type)}
            disabled={all}
            onChange={(on) => onToggle(type, on)}
          />
        ))}
      </div>
    </section>
  );
}

type LineProps = {
  name: string;
  label: string;
  words?: string;
  checked: boolean | "indeterminate";
  disabled?: boolean;
  onChange: (on: boolean) => void;
};

function Line({ name, label, words, checked, disabled = false, onChange }: LineProps) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-start gap-2.5 py-1">
      <Checkbox
        id={id}
        label={name === "*" ? "Everything" : name}
        checked={checked}
        disabled={disabled}
        aria-describedby={`${id}-words`}
        onCheckedChange={onChange}
      />
      <span className={cn("min-w-0 pt-px", words ? "font-medium text-ink" : "text-ink")}>
        {label}
        <span id={`${id}-words`} className="block text-xs font-normal text-ink-subtle">
          {name !== "*" && <code className="font-mono">{name}</code>}
          {words && name !== "*" && " · "}
          {words}
        </span>
      </span>
    </label>
  );
}
