"use client";

import { useRef, useState, type KeyboardEvent } from "react";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { flushSync } from "react-dom";
import { cn } from "#app/_ui/class-names.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import {
  formatLongDay,
  formatMonth,
  mondayOf,
  shiftDays,
  shiftMonths,
  weeksOf,
  type PlainDate,
} from "#app/_ui/plain-date.ts";

const weekdays = [
  ["Mo", "Monday"],
  ["Tu", "Tuesday"],
  ["We", "Wednesday"],
  ["Th", "Thursday"],
  ["Fr", "Friday"],
  ["Sa", "Saturday"],
  ["Su", "Sunday"],
] as const;

type CalendarProps = { value: PlainDate | null; today: PlainDate; onChoose: (day: PlainDate) => void };

/** One month as a grid: arrow keys move by day and week, Page Up and Page Down by month, Home and End within the week. */
export function Calendar({ value, today, onChoose }: CalendarProps) {
  const [focused, setFocused] = useState(value ?? today);
  const grid = useRef<HTMLTableElement>(null);

  function move(event: KeyboardEvent): void {
    const next = dayAfterKey(event.key, focused);
    if (!next) return;
    event.preventDefault();
    // The day to focus may only be drawn with the next month's page.
    flushSync(() => setFocused(next));
    grid.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  }

  return (
    <div className="p-2">
      <div className="flex items-center justify-between pb-1">
        <IconButton
          label="Previous month"
          plain
          size="sm"
          onClick={() => setFocused(shiftMonths(focused, -1))}
        >
          <ChevronLeft aria-hidden />
        </IconButton>
        <output aria-live="polite" className="text-sm font-medium text-ink">
          {formatMonth(focused)}
        </output>
        <IconButton label="Next month" plain size="sm" onClick={() => setFocused(shiftMonths(focused, 1))}>
          <ChevronRight aria-hidden />
        </IconButton>
      </div>
      <table ref={grid} aria-label={formatMonth(focused)} className="border-separate border-spacing-0">
        <thead>
          <tr>
            {weekdays.map(([short, long]) => (
              <th key={short} scope="col" abbr={long} className="size-8 text-xs font-medium text-ink-subtle">
                {short}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(focused).map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td key={day} className="p-0">
                  <button
                    type="button"
                    tabIndex={day === focused ? 0 : -1}
                    aria-label={formatLongDay(day)}
                    aria-pressed={day === value}
                    aria-current={day === today ? "date" : undefined}
                    onKeyDown={move}
                    onClick={() => onChoose(day)}
                    className={dayStyle(day, { focused, value, today })}
                  >
                    {Number(day.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function dayAfterKey(key: string, day: PlainDate): PlainDate | null {
  switch (key) {
    case "ArrowLeft":
      return shiftDays(day, -1);
    case "ArrowRight":
      return shiftDays(day, 1);
    case "ArrowUp":
      return shiftDays(day, -7);
    case "ArrowDown":
      return shiftDays(day, 7);
    case "PageUp":
      return shiftMonths(day, -1);
    case "PageDown":
      return shiftMonths(day, 1);
    case "Home":
      return mondayOf(day);
    case "End":
      return shiftDays(mondayOf(day), 6);
    default:
      return null;
  }
}

type DayMarks = { focused: PlainDate; value: PlainDate | null; today: PlainDate };

function dayStyle(day: PlainDate, { focused, value, today }: DayMarks): string {
  const inMonth = day.slice(0, 7) === focused.slice(0, 7);
  return cn(
    "tabular grid size-8 place-items-center rounded-md text-sm text-ink hover:bg-hover pointer-coarse:size-10",
    !inMonth && "text-ink-subtle",
    day === today && "font-semibold text-accent-text",
    day === value && "bg-accent text-on-accent hover:bg-accent-hover",
  );
}
