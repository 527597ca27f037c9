"use client";

import { useState } from "react";
import { cn } from "#app/_ui/class-names.ts";

export type Bar = {
  /** Names the bar on the axis: "Mon 9". */
  label: string;
  /** Names it in full where it is read out: "Monday, 9 March 2026". */
  longLabel: string;
  value: number;
};

type BarChartProps = {
  /** What the bars count: "Tasks completed per day". */
  label: string;
  /** The unit of one bar, in the plural: "tasks". */
  unit: string;
  bars: readonly Bar[];
};

/**
 * Counts side by side. The drawing is for the eye; the same figures stand in a table for a screen reader.
 * Pointing at a bar (or tapping it) shows its figure above the chart.
 */
export function BarChart({ label, unit, bars }: BarChartProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const top = Math.max(1, ...bars.map((bar) => bar.value));
  const total = bars.reduce((sum, bar) => sum + bar.value, 0);
  const shown = pointed === null ? undefined : bars[pointed];
  return (
    <figure className="flex h-full flex-col">
      <p aria-hidden className="flex items-baseline gap-2">
        <span className="text-3xl font-semibold text-ink">{shown ? shown.value : total}</span>
        <span className="text-sm text-ink-subtle">{shown ? shown.longLabel : `in ${bars.length} days`}</span>
      </p>
      <div
        aria-hidden
        className="mt-4 flex h-36 items-stretch border-b border-line"
        onPointerLeave={() => setPointed(null)}
      >
        {bars.map((bar, index) => (
          <div
            key={bar.longLabel}
            onPointerEnter={() => setPointed(index)}
            className="flex flex-1 items-end min-w-0 justify-center px-0.5 sm:px-1"
          >
            <div
              className={cn(
                "w-full max-w-7 rounded-t-sm transition-colors duration-100",
                bar.value === 0
                  ? "bg-line-strong"
                  : pointed === null || pointed === index
                    ? "bg-accent"
                    : "bg-accent/45",
              )}
              style={{ height: bar.value === 0 ? "2px" : `${Math.max(4, (bar.value / top) * 100)}%` }}
            />
          </div>
        ))}
      </div>
      <div aria-hidden className="mt-1.5 flex justify-between text-xs text-ink-subtle">
        <span>{bars[0]?.label}</span>
        <span>{bars[bars.length - 1]?.label}</span>
      </div>
      <FiguresTable label={label} unit={unit} bars={bars} />
    </figure>
  );
}

function FiguresTable({ label, unit, bars }: BarChartProps) {
  return (
    // A table does not shrink below its words, and unseen it would still widen the page: its box must do it.
    <div className="sr-only">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">{unit}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.longLabel}>
              <th scope="row">{bar.longLabel}</th>
              <td>{bar.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
