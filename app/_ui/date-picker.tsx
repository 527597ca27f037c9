"use client";

import { useState, type ReactNode } from "react";
import { CalendarDays } from "lucide-react";
import { Calendar } from "#app/_ui/calendar.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { usePickerProps } from "#app/_ui/field.tsx";
import { controlStyle } from "#app/_ui/input.tsx";
import { menuItemStyle } from "#app/_ui/menu-style.ts";
import { formatDay, mondayOf, shiftDays, type PlainDate } from "#app/_ui/plain-date.ts";
import { Popover } from "#app/_ui/popover.tsx";
import { useToday } from "#app/_ui/today.ts";

type DatePickerProps = {
  /** Names the panel: "Due date". */
  label: string;
  value: PlainDate | null;
  onChange: (value: PlainDate | null) => void;
  /** The button that shows the choice; it must forward its ref and props. */
  trigger: ReactNode;
  align?: "start" | "end";
};

/** A day of the calendar, with the usual ones a click away. */
export function DatePicker({ label, value, onChange, trigger, align = "start" }: DatePickerProps) {
  const [open, setOpen] = useState(false);
  const today = useToday();

  function choose(day: PlainDate | null): void {
    setOpen(false);
    if (day !== value) onChange(day);
  }

  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={trigger}
      label={label}
      align={align}
      className="flex p-0 max-sm:flex-col"
    >
      <div className="grid grid-cols-2 gap-0.5 border-line p-2 max-sm:border-b sm:flex sm:w-36 sm:flex-col sm:border-r">
        {quickDays(today).map(([name, day]) => (
          <button
            key={name}
            type="button"
            onClick={() => choose(day)}
            className={cn(menuItemStyle, quickDayStyle, "justify-between")}
          >
            {name}
            <span className="text-xs text-ink-subtle">{formatDay(day, today).split(" ")[0]}</span>
          </button>
        ))}
        {value && (
          <button type="button" onClick={() => choose(null)} className={cn(menuItemStyle, quickDayStyle)}>
            No date
          </button>
        )}
      </div>
      <Calendar value={value} today={today} onChoose={choose} />
    </Popover>
  );
}

function quickDays(today: PlainDate): (readonly [string, PlainDate])[] {
  return [
    ["Today", today],
    ["Tomorrow", shiftDays(today, 1)],
    ["Next week", shiftDays(mondayOf(today), 7)],
    ["In two weeks", shiftDays(mondayOf(today), 14)],
  ];
}

/** Buttons, though they look like the lines of a menu: the Tab key stops at each. */
const quickDayStyle =
  "text-sm hover:bg-hover focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus focus-visible:outline-solid";

type DateFieldProps = Pick<DatePickerProps, "label" | "value" | "onChange"> & {
  placeholder?: string;
  disabled?: boolean;
};

/** The date picker as a form control. */
export function DateField({
  label,
  value,
  onChange,
  placeholder = "No date",
  disabled = false,
}: DateFieldProps) {
  const today = useToday();
  const tied = usePickerProps();
  return (
    <DatePicker
      label={label}
      value={value}
      onChange={onChange}
      trigger={
        <button
          type="button"
          {...tied}
          disabled={disabled}
          className={cn(
            controlStyle,
            "inline-flex h-9 items-center gap-2 text-left pointer-coarse:h-11",
            !value && "text-ink-subtle",
          )}
        >
          <CalendarDays aria-hidden className="size-4 shrink-0 text-ink-subtle" />
          <span className="clip-line">{value ? formatDay(value, today) : placeholder}</span>
        </button>
      }
    />
  );
}
