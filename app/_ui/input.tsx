"use client";

import { useState, type ComponentProps, type ReactNode } from "react";
import { Eye, EyeOff } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";
import { useControlProps } from "#app/_ui/field.tsx";

/** The frame that text inputs, selects and pickers share. */
export const controlStyle = cn(
  "w-full rounded-md border border-line-control bg-surface px-2.5 text-base text-ink shadow-xs transition-[border-color,box-shadow] duration-100",
  "hover:border-ink-subtle focus-visible:border-focus focus-visible:outline-2 focus-visible:outline-offset-[-1px] focus-visible:outline-focus",
  "aria-invalid:border-danger aria-invalid:focus-visible:outline-danger",
  "disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-ink-subtle disabled:shadow-none [&:is(input,textarea):read-only]:bg-sunken",
);

type InputProps = ComponentProps<"input"> & {
  /** Fixed text or an icon before the typed text. */
  lead?: ReactNode;
};

/** A line of text. Inside a Field it is labelled and described by itself. */
export function Input({ className, lead, ...rest }: InputProps) {
  const tied = useControlProps(rest);
  const input = (
    <input
      {...rest}
      {...tied}
      className={cn(controlStyle, "h-9 pointer-coarse:h-11", lead && "rounded-l-none", className)}
    />
  );
  if (!lead) return input;
  return (
    <div className="flex">
      <span className="inline-flex items-center rounded-l-md border border-r-0 border-line-control bg-sunken px-2.5 text-base text-ink-subtle">
        {lead}
      </span>
      {input}
    </div>
  );
}

/** A password with a button that shows what was typed. */
export function PasswordInput({ className, ...rest }: ComponentProps<"input">) {
  const [shown, setShown] = useState(false);
  const tied = useControlProps(rest);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="relative">
      <input
        {...rest}
        {...tied}
        type={shown ? "text" : "password"}
        autoCapitalize="none"
        spellCheck={false}
        className={cn(controlStyle, "h-9 pr-10 pointer-coarse:h-11", className)}
      />
      <button
        type="button"
        aria-label={shown ? "Hide password" : "Show password"}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-1 right-1 grid w-8 place-items-center rounded-sm text-ink-subtle hover:bg-hover hover:text-ink"
      >
        <Icon aria-hidden className="size-4" />
      </button>
    </div>
  );
}

/** Several lines of text; grows with what is typed, up to its max height. */
export function Textarea({ className, rows = 3, ...rest }: ComponentProps<"textarea">) {
  const tied = useControlProps(rest);
  return (
    <textarea
      {...rest}
      {...tied}
      rows={rows}
      className={cn(controlStyle, "field-sizing-content max-h-80 min-h-20 resize-y py-2", className)}
    />
  );
}
