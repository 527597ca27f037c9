"use client";

import { cn } from "#app/_ui/class-names.ts";
import { useControlProps } from "#app/_ui/field.tsx";

type SwitchProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  /** Greys the switch out; say beside it why. */
  disabled?: boolean;
  /** Needed outside of a Field. */
  "aria-label"?: string;
  "aria-labelledby"?: string;
  "aria-describedby"?: string;
  id?: string;
  className?: string;
};

/** On or off, at once or with the form around it. Inside a Field it is labelled and described by itself. */
export function Switch({ checked, onCheckedChange, disabled = false, className, ...rest }: SwitchProps) {
  const tied = useControlProps(rest);
  return (
    <button
      {...rest}
      {...tied}
      type="button"
      role="switch"
      aria-checked={checked}
      disabled={disabled}
      onClick={() => onCheckedChange(!checked)}
      className={cn(
        "relative inline-flex h-6 w-10 shrink-0 items-center rounded-full border transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-60",
        checked ? "border-accent bg-accent" : "border-line-control bg-pressed",
        className,
      )}
    >
      <span
        aria-hidden
        className={cn(
          "block size-4 rounded-full transition-[translate,background-color] duration-150",
          checked ? "translate-x-[19px] bg-on-accent" : "translate-x-[3px] bg-ink-subtle",
        )}
      />
    </button>
  );
}
