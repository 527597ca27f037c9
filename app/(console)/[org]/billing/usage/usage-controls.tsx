"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import { daysOf, isDayOf, monthBeside } from "#app/(console)/[org]/billing/usage/search-params.ts";
import { dayInWords, monthInWords } from "#app/(console)/[org]/billing/usage/words.ts";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button } from "#app/_ui/button.tsx";

type MonthUsage = Outputs["usage"]["month"];

type UsageControlsProps = {
  usage: MonthUsage;
  day: number | null;
  onChange: (next: { month?: string | null; day?: number | null }) => void;
};

/** Which month, and whether by the day or by the hour of one day. */
export function UsageControls({ usage, day, onChange }: UsageControlsProps) {
  const { month, firstMonth, lastMonth } = usage;
  const shown = day !== null && isDayOf(usage, day) ? day : null;
  const go = (months: number) => {
    const next = monthBeside(month, months);
    onChange({ month: next === lastMonth ? null : next, day: null });
  };
  return (
    <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
      <Stepper
        what="month"
        words={monthInWords(month)}
        noEarlier={firstMonth === null || month <= firstMonth ? "Nothing was counted before" : null}
        noLater={month >= lastMonth ? "This is the present month" : null}
        onStep={go}
      />
      <div className="flex flex-wrap items-center gap-3">
        {shown !== null && (
          <Stepper
            what="day"
            words={dayInWords(new Date(usage.from.getTime() + (shown - 1) * 86_400_000))}
            noEarlier={shown <= 1 ? "This is the month's first day" : null}
            noLater={shown >= daysOf(usage) ? "This is the month's last day" : null}
            onStep={(days) => onChange({ day: shown + days })}
          />
        )}
        <GrainSwitch
          grain={shown === null ? "day" : "hour"}
          onChange={(grain) => onChange({ day: grain === "day" ? null : startDay(usage) })}
        />
      </div>
    </div>
  );
}

/** Of the present month today; of a past one its first day. */
function startDay({ month, lastMonth }: MonthUsage): number {
  return month === lastMonth ? new Date().getUTCDate() : 1;
}

type StepperProps = {
  what: "month" | "day";
  words: string;
  noEarlier: string | null;
  noLater: string | null;
  onStep: (steps: -1 | 1) => void;
};

function Stepper({ what, words, noEarlier, noLater, onStep }: StepperProps) {
  return (
    <fieldset aria-label={`Shown ${what}`} className="flex items-center gap-1">
      <Button
        variant="ghost"
        aria-label={`Earlier ${what}`}
        className="px-2"
        disabledReason={noEarlier}
        onClick={() => onStep(-1)}
      >
        <ChevronLeft aria-hidden />
      </Button>
      <span aria-live="polite" className="min-w-36 text-center text-base font-medium text-ink">
        {words}
      </span>
      <Button
        variant="ghost"
        aria-label={`Later ${what}`}
        className="px-2"
        disabledReason={noLater}
        onClick={() => onStep(1)}
      >
        <ChevronRight aria-hidden />
      </Button>
    </fieldset>
  );
}

const grains = [
  { value: "day", label: "Days" },
  { value: "hour", label: "Hours" },
] as const;
type Grain = (typeof grains)[number]["value"];

function GrainSwitch({ grain, onChange }: { grain: Grain; onChange: (grain: Grain) => void }) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label="Charts by"
      value={grain}
      onValueChange={(next) => {
        // Empty when the chosen one is clicked once more.
        const known = grains.find(({ value }) => value === next);
        if (known) onChange(known.value);
      }}
      className="inline-flex gap-0.5 rounded-lg bg-pressed p-0.5"
    >
      {grains.map(({ value, label }) => (
        <ToggleGroup.Item
          key={value}
          value={value}
          className="inline-flex h-7 items-center rounded-md px-3 text-sm text-ink-muted transition-colors duration-100 hover:text-ink data-[state=on]:bg-raised data-[state=on]:font-medium data-[state=on]:text-ink data-[state=on]:shadow-xs pointer-coarse:h-10"
        >
          {label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
