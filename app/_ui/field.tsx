"use client";

import { createContext, useContext, useId, type ReactNode } from "react";
import { CircleAlert } from "lucide-react";
import { Label as RadixLabel } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";

type FieldContext = {
  id: string;
  labelId: string;
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
};

const Context = createContext<FieldContext | null>(null);

/** What a control inside a Field needs to be tied to its label, hint and error; null outside of one. */
export function useField(): FieldContext | null {
  return useContext(Context);
}

/** The attributes that tie a text control to the Field around it; props given to the control win. */
export function useControlProps(own: { id?: string; "aria-describedby"?: string }) {
  const field = useField();
  return {
    id: own.id ?? field?.id,
    "aria-describedby": own["aria-describedby"] ?? field?.describedBy,
    "aria-invalid": field?.invalid || undefined,
    "aria-required": field?.required || undefined,
  };
}

/**
 * The same for a button that opens a picker, as a combobox whose value is the text inside: a plain button may be
 * neither required nor invalid.
 */
export function usePickerProps() {
  const field = useField();
  const tied = useControlProps({});
  return { ...tied, role: "combobox", "aria-labelledby": field?.labelId } as const;
}

type FieldProps = {
  label: ReactNode;
  /** Hides the label from the eye only, where the place already says what the control is. */
  labelHidden?: boolean;
  hint?: ReactNode;
  /** Shown under the control and read aloud when it appears. */
  error?: string | undefined;
  required?: boolean;
  /** Says "optional" beside the label; use it where most fields of the form are required. */
  optional?: boolean;
  /** A small thing at the end of the label's line, such as a "Forgot password?" link. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** Label, control, hint and inline error as one; the control inside finds its ids by itself. */
export function Field(props: FieldProps) {
  const { label, labelHidden, hint, error, required = false, optional, aside, className, children } = props;
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const labelId = `${id}-label`;
  const describedBy = [error && errorId, hint && hintId].filter(Boolean).join(" ") || undefined;
  return (
    <Context value={{ id, labelId, describedBy, invalid: Boolean(error), required }}>
      <div className={cn("flex flex-col gap-1.5", className)}>
        <div className={cn("flex items-baseline justify-between gap-3", labelHidden && "sr-only")}>
          <RadixLabel.Root htmlFor={id} id={labelId} className="text-sm font-medium text-ink">
            {label}
            {optional && <span className="ml-1.5 font-normal text-ink-subtle">optional</span>}
          </RadixLabel.Root>
          {aside}
        </div>
        {children}
        {hint && (
          <p id={hintId} className="text-sm text-ink-subtle">
            {hint}
          </p>
        )}
        <FieldError id={errorId} message={error} />
      </div>
    </Context>
  );
}

/** The live region stays in the page, so that a screen reader hears an error the moment it is written. */
function FieldError({ id, message }: { id: string; message: string | undefined }) {
  return (
    <p
      id={id}
      role="alert"
      className={cn("flex items-start gap-1.5 text-sm text-danger-text", !message && "hidden")}
    >
      {message && (
        <>
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>{message}</span>
        </>
      )}
    </p>
  );
}
