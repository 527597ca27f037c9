"use client";

import { useId, type ComponentProps, type ReactNode } from "react";
import { Check, Minus } from "lucide-react";
import { Checkbox as Radix, Switch as RadixSwitch } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { useControlProps } from "#app/_ui/field.tsx";

/** A check box of 18 px in a target of 24 px; `checked="indeterminate"` draws a dash. */
export function Checkbox({ className, ...rest }: ComponentProps<typeof Radix.Root>) {
  const tied = useControlProps(rest);
  return (
    <Radix.Root
      {...rest}
      {...tied}
      className={cn(
        'group relative grid size-[18px] shrink-0 place-items-center rounded-sm border border-line-control bg-surface transition-colors duration-100 before:absolute before:-inset-[3px] before:content-[""] hover:border-ink-subtle disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken aria-invalid:border-danger data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=checked]:text-on-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent data-[state=indeterminate]:text-on-accent',
        className,
      )}
    >
      <Radix.Indicator>
        <Minus
          aria-hidden
          strokeWidth={3}
          className="hidden size-3.5 group-data-[state=indeterminate]:block"
        />
        <Check aria-hidden strokeWidth={3} className="size-3.5 group-data-[state=indeterminate]:hidden" />
      </Radix.Indicator>
    </Radix.Root>
  );
}

type LabelledProps = { label: ReactNode; hint?: ReactNode };

/** A check box with its label (and hint) beside it; the label is part of the target. */
export function CheckboxField({ label, hint, ...rest }: ComponentProps<typeof Radix.Root> & LabelledProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <Checkbox {...rest} id={id} aria-describedby={hint ? `${id}-hint` : undefined} className="mt-0.5" />
      <LabelWithHint id={id} label={label} hint={hint} />
    </div>
  );
}

/** A switch for what takes effect at once; for what waits for "Save" take a check box. */
export function Switch({
  label,
  hint,
  className,
  ...rest
}: ComponentProps<typeof RadixSwitch.Root> & LabelledProps) {
  const id = useId();
  return (
    <div className={cn("flex items-start justify-between gap-4", className)}>
      <LabelWithHint id={id} label={label} hint={hint} />
      <RadixSwitch.Root
        {...rest}
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative h-6 w-10 shrink-0 rounded-full bg-line-control transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-5 translate-x-0.5 rounded-full bg-on-accent shadow-sm transition-transform duration-150 data-[state=checked]:translate-x-[18px]" />
      </RadixSwitch.Root>
    </div>
  );
}

function LabelWithHint({ id, label, hint }: { id: string } & LabelledProps) {
  return (
    <div className="flex flex-col gap-0.5">
      <label htmlFor={id} className="text-base font-medium text-ink">
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-ink-subtle">
          {hint}
        </p>
      )}
    </div>
  );
}
