"use client";

import { Check, Minus } from "lucide-react";
import { Checkbox as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";

type CheckboxProps = {
  /** "indeterminate" where some of what it stands for is chosen. */
  checked: boolean | "indeterminate";
  onCheckedChange: (checked: boolean) => void;
  /** Its name, for a screen reader. */
  label: string;
  /** Greys the box out; say beside it why. */
  disabled?: boolean;
  id?: string;
  "aria-describedby"?: string;
  className?: string;
};

/** A box to choose something with. Its target is larger than the box. */
export function Checkbox({ checked, onCheckedChange, label, className, ...rest }: CheckboxProps) {
  return (
    <Radix.Root
      {...rest}
      checked={checked}
      onCheckedChange={(next) => onCheckedChange(next === true)}
      aria-label={label}
      className={cn(
        "group/box grid size-6 shrink-0 place-items-center rounded-md disabled:cursor-not-allowed pointer-coarse:size-9",
        className,
      )}
    >
      <span className="grid size-4 place-items-center rounded-sm border border-line-control bg-surface group-hover/box:border-ink-subtle group-disabled/box:bg-sunken group-disabled/box:opacity-60 group-data-[state=checked]/box:border-accent group-data-[state=checked]/box:bg-accent group-data-[state=indeterminate]/box:border-accent group-data-[state=indeterminate]/box:bg-accent">
        <Radix.Indicator className="text-on-accent [&_svg]:size-3">
          {checked === "indeterminate" ? <Minus aria-hidden /> : <Check aria-hidden />}
        </Radix.Indicator>
      </span>
    </Radix.Root>
  );
}
