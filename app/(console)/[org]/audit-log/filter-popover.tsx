"use client";

import { useState, type ReactNode } from "react";
import { ChevronDown } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";
import { Popover } from "#app/_ui/popover.tsx";

type FilterPopoverProps = {
  label: string;
  /** What the filter is set to, in a few words; null while it is off. */
  shown: string | null;
  /** Sets the filter; answers an error instead where what was typed cannot be. */
  onApply: () => boolean;
  onClear: () => void;
  /** Called when the panel opens, so that it begins with what is set. */
  onOpen: () => void;
  children: ReactNode;
};

/** A filter with fields of its own under its button. */
export function FilterPopover({ label, shown, onApply, onClear, onOpen, children }: FilterPopoverProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        if (next) onOpen();
        setOpen(next);
      }}
      label={label}
      className="w-72 p-3"
      trigger={
        <button type="button" className={filterButtonStyle(shown !== null)}>
          <span className="clip-line">
            {label}
            {shown && `: ${shown}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (onApply()) setOpen(false);
        }}
      >
        {children}
        <div className="flex justify-end gap-2">
          {shown && (
            <Button
              variant="ghost"
              onClick={() => {
                onClear();
                setOpen(false);
              }}
            >
              Clear filter
            </Button>
          )}
          <Button type="submit" variant="primary">
            Apply
          </Button>
        </div>
      </form>
    </Popover>
  );
}
