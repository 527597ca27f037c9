"use client";

import type { ReactNode } from "react";
import { ChevronDown } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";
import {
  DropdownMenu,
  MenuCheckItem,
  MenuItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
} from "#app/_ui/dropdown-menu.tsx";

export type FilterOption<Value extends string> = { value: Value; label: string; icon?: ReactNode };

/** The look of a filter's button; it is tinted while the filter is on. */
export function filterButtonStyle(on: boolean): string {
  return cn(
    "inline-flex h-8 max-w-56 shrink-0 items-center gap-1.5 rounded-md border px-2.5 text-sm transition-colors duration-100 pointer-coarse:h-10",
    on
      ? "border-transparent bg-accent-soft font-medium text-accent-text"
      : "border-dashed border-line-strong text-ink-muted hover:bg-hover hover:text-ink data-[state=open]:bg-hover",
  );
}

type OneProps<Value extends string> = {
  label: string;
  value: Value | null;
  options: readonly FilterOption<Value>[];
  onChange: (value: Value | null) => void;
  /** The value of a list that nobody has narrowed; the button is not tinted at it. */
  resting?: Value;
};

/** Narrows a list to one value, or to none. */
export function FilterMenu<Value extends string>({
  label,
  value,
  options,
  onChange,
  resting,
}: OneProps<Value>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <DropdownMenu
      align="start"
      trigger={
        <FilterButton label={label} chosen={chosen?.label ?? null} resting={chosen?.value === resting} />
      }
    >
      <MenuRadioGroup
        value={value ?? ""}
        onValueChange={(next) => onChange(options.find((option) => option.value === next)?.value ?? null)}
      >
        {options.map((option) => (
          <MenuRadioItem key={option.value} value={option.value}>
            {option.icon}
            {option.label}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      {chosen && chosen.value !== resting && <ClearItem onClear={() => onChange(null)} />}
    </DropdownMenu>
  );
}

type ManyProps<Value extends string> = {
  label: string;
  values: readonly Value[];
  options: readonly FilterOption<Value>[];
  onChange: (values: Value[]) => void;
};

/** Narrows a list to any of several values. */
export function MultiFilterMenu<Value extends string>({
  label,
  values,
  options,
  onChange,
}: ManyProps<Value>) {
  const chosen = options.filter((option) => values.includes(option.value));
  const summary = chosen.length > 1 ? `${chosen.length} chosen` : (chosen[0]?.label ?? null);
  return (
    <DropdownMenu align="start" trigger={<FilterButton label={label} chosen={summary} />}>
      {options.map((option) => (
        <MenuCheckItem
          key={option.value}
          checked={values.includes(option.value)}
          onCheckedChange={(on) =>
            onChange(on ? [...values, option.value] : values.filter((value) => value !== option.value))
          }
        >
          {option.icon}
          {option.label}
        </MenuCheckItem>
      ))}
      {chosen.length > 0 && <ClearItem onClear={() => onChange([])} />}
    </DropdownMenu>
  );
}

type FilterButtonProps = { label: string; chosen: string | null; resting?: boolean };

/** Gets its ref and handlers from the menu around it. */
function FilterButton({ label, chosen, resting = false, ...rest }: FilterButtonProps) {
  return (
    <button type="button" {...rest} className={filterButtonStyle(chosen !== null && !resting)}>
      <span className="clip-line">
        {label}
        {chosen && `: ${chosen}`}
      </span>
      <ChevronDown aria-hidden className="size-3.5 shrink-0" />
    </button>
  );
}

function ClearItem({ onClear }: { onClear: () => void }) {
  return (
    <>
      <MenuSeparator />
      <MenuItem onSelect={onClear}>Clear filter</MenuItem>
    </>
  );
}
