"use client";

import type { ReactNode } from "react";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import type { useRowSelection } from "#app/_ui/data-table/selection.ts";

type ChosenBarProps = {
  /** How many rows the page has. */
  shown: number;
  selection: ReturnType<typeof useRowSelection>;
  /** So many of what the rows are: "3 events". */
  counted: (count: number) => string;
  /** What can be done with the chosen ones. */
  children: ReactNode;
};

/** Chooses all rows of the page, and says how many are chosen. */
export function ChosenBar({ shown, selection: { chosen, chooseAll }, counted, children }: ChosenBarProps) {
  const some = chosen.size > 0;
  const state = chosen.size === shown ? true : some ? "indeterminate" : false;
  return (
    <div className="mb-2 flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 pl-4">
      <Checkbox label="Choose all on this page" checked={state} onCheckedChange={chooseAll} />
      <output className="text-sm text-ink-muted">
        {some ? `${counted(chosen.size)} chosen` : "None chosen"}
      </output>
      {some && children}
    </div>
  );
}
