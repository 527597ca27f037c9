"use client";

import { Switch as Radix } from "radix-ui";
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
    <Radix.Root
      {...rest}
      {...tied}
      checked={checked}
      onCheckedChange={onCheckedChange}
      disabled={disabled}
      className={cn(
        "group/switch relative inline-flex h-6 w-10 shrink-0 items-center rounded-full border border-line-control bg-pressed transition-colors duration-150",
        "data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:cursor-not-allowed disabled:opacity-60",
        className,
      )}
    >
      <Radix.Thumb className="block size-4 translate-x-[3px] rounded-full bg-ink-subtle transition-[translate,background-color] duration-150 data-[state=checked]:translate-x-[19px] data-[state=checked]:bg-on-accent" />
    </Radix.Root>
  );
}
