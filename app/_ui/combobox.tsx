"use client";

import { useState, type ReactNode } from "react";
import { Command } from "cmdk";
import { Check, Search } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";
import { menuItemStyle } from "#app/_ui/menu-style.ts";
import { Popover } from "#app/_ui/popover.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";

export type ComboboxOption = {
  value: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  /** Heading over this option and those beside it that have the same one. */
  group?: string;
};

type ComboboxProps = {
  /** The button that shows the choice; it must forward its ref and props. */
  trigger: ReactNode;
  /** Names the list and its search field: "Assignee". */
  label: string;
  value: string | null;
  options: readonly ComboboxOption[];
  onValueChange: (value: string) => void;
  /** Given where the server searches; without it the options at hand are filtered here. */
  onSearch?: (text: string) => void;
  loading?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: "start" | "end";
};

/** One of many: a searchable list under a button. */
export function Combobox(props: ComboboxProps) {
  const { trigger, label, value, options, onValueChange, onSearch, loading = false, align = "start" } = props;
  const [open, setOpen] = useState(false);

  function change(next: boolean): void {
    setOpen(next);
    props.onOpenChange?.(next);
    if (next) onSearch?.("");
  }

  return (
    <Popover
      open={open}
      onOpenChange={change}
      trigger={trigger}
      label={label}
      align={align}
      className="w-64 p-0"
    >
      <Command label={label} shouldFilter={!onSearch} loop>
        <div className="flex items-center gap-2 border-b border-line px-3">
          <Search aria-hidden className="size-4 shrink-0 text-ink-subtle" />
          <Command.Input
            placeholder={`${label}…`}
            onValueChange={onSearch}
            className="h-9 min-w-0 flex-1 bg-transparent text-base outline-none pointer-coarse:h-11"
          />
          {loading && <Spinner className="size-3.5 text-ink-subtle" />}
        </div>
        <Command.Empty className="px-3 py-6 text-center text-sm text-ink-subtle">
          {loading ? "Searching…" : "Nothing found"}
        </Command.Empty>
        <Command.List className="max-h-64 overflow-y-auto p-1 not-has-[[cmdk-item]]:hidden">
          {grouped(options).map(([group, members]) => {
            const items = members.map((option) => (
              <OptionItem
                key={option.value}
                option={option}
                chosen={option.value === value}
                onSelect={() => {
                  onValueChange(option.value);
                  change(false);
                }}
              />
            ));
            return group === "" ? (
              items
            ) : (
              <Command.Group key={group} heading={group} className={groupStyle}>
                {items}
              </Command.Group>
            );
          })}
        </Command.List>
      </Command>
    </Popover>
  );
}

const groupStyle =
  "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-subtle";

function grouped(options: readonly ComboboxOption[]): [string, ComboboxOption[]][] {
  return [...Map.groupBy(options, ({ group = "" }) => group)];
}

type OptionItemProps = { option: ComboboxOption; chosen: boolean; onSelect: () => void };

function OptionItem({ option, chosen, onSelect }: OptionItemProps) {
  return (
    <Command.Item
      value={option.value}
      keywords={[option.label, option.hint ?? ""]}
      onSelect={onSelect}
      className={cn(menuItemStyle, "pr-8")}
    >
      {option.icon}
      <span className="min-w-0 flex-1">
        <span className="clip-line block">{option.label}</span>
        {option.hint && <span className="clip-line block text-xs text-ink-subtle">{option.hint}</span>}
      </span>
      {chosen && <Check aria-hidden className="absolute right-2 text-accent-text" />}
    </Command.Item>
  );
}
