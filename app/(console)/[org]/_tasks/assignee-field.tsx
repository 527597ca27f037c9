"use client";

import { useState } from "react";
import { ChevronDown, CircleUserRound } from "lucide-react";
import { MemberPicker, type Person } from "#app/(console)/[org]/_members/member-picker.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { usePickerProps } from "#app/_ui/field.tsx";
import { controlStyle } from "#app/_ui/input.tsx";

type AssigneeFieldProps = {
  value: string | null;
  onChange: (id: string | null) => void;
  /** Who was assigned when the form opened; the form's value itself is only an id. */
  known: Person | null;
  disabled?: boolean;
};

/** The member picker as a form control. */
export function AssigneeField({ value, onChange, known, disabled = false }: AssigneeFieldProps) {
  const [chosen, setChosen] = useState<Person | null>(known);
  const tied = usePickerProps();
  const person = value === null ? null : chosen?.id === value ? chosen : known;
  return (
    <MemberPicker
      label="Assignee"
      noneLabel="Unassigned"
      value={value}
      onChange={(next) => {
        setChosen(next);
        onChange(next?.id ?? null);
      }}
      trigger={
        <button
          type="button"
          {...tied}
          disabled={disabled}
          className={cn(controlStyle, "inline-flex h-9 items-center gap-2 text-left pointer-coarse:h-11")}
        >
          {person ? (
            <Avatar name={person.name} size="xs" />
          ) : (
            <CircleUserRound aria-hidden className="size-4 shrink-0 text-ink-subtle" />
          )}
          <span className={cn("clip-line flex-1", !person && "text-ink-subtle")}>
            {person?.name ?? "Unassigned"}
          </span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-subtle" />
        </button>
      }
    />
  );
}
