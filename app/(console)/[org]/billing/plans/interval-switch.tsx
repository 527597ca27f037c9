"use client";

import { RadioGroup } from "radix-ui";
import {
  capitalized,
  intervalWords,
  type Interval,
  type PlanOffer,
} from "#app/(console)/[org]/_billing/words.ts";
import { cn } from "#app/_ui/class-names.ts";

const intervals = ["month", "year"] as const;
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

type IntervalSwitchProps = {
  paid: Interval;
  onChange: (paid: Interval) => void;
  plans: readonly PlanOffer[];
};

/** Monthly or yearly, with what the longer one saves. */
export function IntervalSwitch({ paid, onChange, plans }: IntervalSwitchProps) {
  const saving = Math.max(0, ...plans.map(savingOf));
  return (
    <RadioGroup.Root
      aria-label="Paid"
      orientation="horizontal"
      value={paid}
      // One of the two values below comes back.
      onValueChange={(next) => onChange(next as Interval)}
      className="inline-flex gap-0.5 rounded-lg bg-pressed p-0.5"
    >
      {intervals.map((interval) => (
        <RadioGroup.Item
          key={interval}
          value={interval}
          className={cn(
            "inline-flex h-8 items-center gap-2 rounded-md px-3 text-sm text-ink-muted transition-colors duration-100 hover:text-ink pointer-coarse:h-10",
            "data-[state=checked]:bg-raised data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:shadow-xs",
          )}
        >
          {capitalized(intervalWords[interval].every)}
          {interval === "year" && saving > 0 && (
            <span className="font-medium text-success-text">save {percent.format(saving)}</span>
          )}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}

/** The part of twelve months' price that a year's does without. */
function savingOf({ prices }: PlanOffer): number {
  return prices && prices.month > 0 ? 1 - prices.year / (12 * prices.month) : 0;
}
