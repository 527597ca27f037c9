"use client";

import { useState } from "react";
import { format } from "date-fns";
import { Check, ChevronDown } from "lucide-react";
import { ranges, type AuditSearch, type Range } from "#app/(console)/[org]/audit-log/search-params.ts";
import { Button } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { menuItemStyle } from "#app/_ui/menu-style.ts";
import { Popover } from "#app/_ui/popover.tsx";

const rangeNames = Object.keys(ranges) as Range[];

/** A span of time as it stands in the address. */
type Span = Pick<AuditSearch, "range" | "from" | "to">;
type TimeFilterProps = { search: Span; onChange: (change: Partial<Span>) => void };

/** Narrows a list to a span of time: a usual one, or from one minute to another. */
export function TimeFilter({ search, onChange }: TimeFilterProps) {
  const [open, setOpen] = useState(false);
  const shown = shownOf(search);
  const choose = (change: Partial<Span>) => {
    setOpen(false);
    onChange(change);
  };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Time"
      className="flex p-0 max-sm:w-72 max-sm:flex-col"
      trigger={
        <button type="button" className={filterButtonStyle(shown !== null)}>
          <span className="clip-line">
            Time
            {shown && `: ${shown}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    >
      <div className="flex w-40 flex-col gap-0.5 border-line p-2 max-sm:w-full max-sm:border-b sm:border-r">
        <RangeButton
          label="Any time"
          chosen={!shown}
          onClick={() => choose({ range: null, from: null, to: null })}
        />
        {rangeNames.map((range) => (
          <RangeButton
            key={range}
            label={ranges[range].label}
            chosen={search.range === range}
            onClick={() => choose({ range, from: null, to: null })}
          />
        ))}
      </div>
      <SpanForm search={search} onApply={choose} />
    </Popover>
  );
}

type RangeButtonProps = { label: string; chosen: boolean; onClick: () => void };

function RangeButton({ label, chosen, onClick }: RangeButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onClick}
      className={cn(
        menuItemStyle,
        "justify-between text-sm hover:bg-hover focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus focus-visible:outline-solid",
      )}
    >
      {label}
      {chosen && <Check aria-hidden className="text-accent-text" />}
    </button>
  );
}

/** Lives inside the panel, so that it begins with what is set whenever that opens. */
function SpanForm({ search, onApply }: { search: Span; onApply: (change: Partial<Span>) => void }) {
  const [from, setFrom] = useState(() => toField(search.from));
  const [to, setTo] = useState(() => toField(search.to));
  const [error, setError] = useState<string>();
  return (
    <form
      noValidate
      className="flex flex-col gap-3 p-3 sm:w-64"
      onSubmit={(event) => {
        event.preventDefault();
        const span = { from: toDate(from), to: toDate(to) };
        if (span.from && span.to && span.from >= span.to)
          return setError("The end comes before the beginning.");
        onApply({ range: null, ...span });
      }}
    >
      <Field label="From">
        <Input type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
      </Field>
      <Field label="To" error={error}>
        <Input type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />
      </Field>
      <Button type="submit" variant="primary" className="self-end">
        Apply
      </Button>
    </form>
  );
}

/** In the viewer's time zone, as the browser's own field wants it. */
function toField(date: Date | null): string {
  return date ? format(date, "yyyy-MM-dd'T'HH:mm") : "";
}

function toDate(field: string): Date | null {
  const date = new Date(field);
  return Number.isNaN(date.getTime()) ? null : date;
}

function shownOf({ range, from, to }: Span): string | null {
  if (range) return ranges[range].label.toLowerCase();
  if (from && to) return `${day(from)} – ${day(to)}`;
  if (from) return `since ${day(from)}`;
  return to ? `until ${day(to)}` : null;
}

function day(date: Date): string {
  return format(date, "d MMM, HH:mm");
}
