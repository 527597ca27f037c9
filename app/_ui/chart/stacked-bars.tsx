"use client";

import { useState } from "react";
import { cn } from "#app/_ui/class-names.ts";

export type StackedBar = {
  /** Names the bar on the axis: "14:00". */
  label: string;
  /** Names it in full where it is read out: "Mon 9 March, 14:00". */
  longLabel: string;
  /** One figure for each part, in their order. */
  values: readonly number[];
};

export type StackPart = {
  label: string;
  /** Tailwind background of this part. */
  color: string;
};

type StackedBarsProps = {
  /** What the bars count: "Requests by the hour". */
  label: string;
  /** What one bar stands for: "Hour". */
  unit: string;
  /** Lowest first. */
  parts: readonly StackPart[];
  bars: readonly StackedBar[];
  /** How a figure is written; as it is without it. */
  format?: (value: number) => string;
};

/**
 * Counts of several kinds over time. The drawing is for the eye; the same figures stand in a table for a screen
 * reader. Pointing at a bar (or tapping it) shows its figures above the chart.
 */
export function StackedBars({ label, unit, parts, bars, format = String }: StackedBarsProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const top = Math.max(1, ...sums);
  const shown = pointed === null ? undefined : bars[pointed];
  return (
    <figure className="flex flex-col">
      <div aria-hidden className="flex min-h-6 flex-wrap items-center gap-x-4 text-sm text-ink-muted">
        {parts.map((part, index) => (
          <span key={part.label} className="flex items-center gap-1.5">
            <span className={cn("size-2.5 rounded-sm", part.color)} />
            {part.label}
            <span className="tabular font-medium text-ink">
              {format(
                shown
                  ? (shown.values[index] ?? 0)
                  : bars.reduce((sum, bar) => sum + (bar.values[index] ?? 0), 0),
              )}
            </span>
          </span>
        ))}
        <span className="text-ink-subtle">{shown?.longLabel ?? ""}</span>
      </div>
      <div
        aria-hidden
        className="mt-3 flex h-36 items-stretch border-b border-line"
        onPointerLeave={() => setPointed(null)}
      >
        {bars.map((bar, index) => (
          <div
            key={bar.longLabel}
            onPointerEnter={() => setPointed(index)}
            className={cn(
              "flex min-w-0 flex-1 flex-col-reverse items-center gap-px px-px sm:px-0.5",
              pointed !== null && pointed !== index && "opacity-45",
            )}
          >
            {sums[index] === 0 && <div className="h-0.5 w-full max-w-7 bg-line-strong" />}
            {bar.values.map((value, part) =>
              value === 0 ? null : (
                <div
                  key={parts[part]?.label}
                  className={cn("w-full max-w-7 last:rounded-t-sm", parts[part]?.color)}
                  style={{ height: `${Math.max(3, (value / top) * 97)}%` }}
                />
              ),
            )}
          </div>
        ))}
      </div>
      <div aria-hidden className="mt-1.5 flex justify-between text-xs text-ink-subtle">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
      <Figures label={label} unit={unit} parts={parts} bars={bars} format={format} />
    </figure>
  );
}

function Figures({ label, unit, parts, bars, format }: Required<StackedBarsProps>) {
  return (
    // A table does not shrink below its words, and unseen it would still widen the page: its box must do it.
    <div className="sr-only">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{unit}</th>
            {parts.map((part) => (
              <th key={part.label} scope="col">
                {part.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.longLabel}>
              <th scope="row">{bar.longLabel}</th>
              {parts.map((part, index) => (
                <td key={part.label}>{format(bar.values[index] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
