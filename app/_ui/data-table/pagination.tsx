"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";

const count = new Intl.NumberFormat("en");

type PaginationProps = {
  /** Position of the first row, counted from 1. */
  from: number;
  to: number;
  total: number;
  /** True where the server stopped counting at `total`. */
  more?: boolean;
  /** What is counted, in the plural: "tasks". */
  what: string;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
};

/** "1–25 of 312" and the two ways on from here. */
export function Pagination({ from, to, total, more, what, onPrevious, onNext }: PaginationProps) {
  return (
    <nav
      aria-label={`Pages of ${what}`}
      className="flex items-center justify-between gap-3 border-t border-line px-4 py-2"
    >
      <output className="tabular text-sm text-ink-subtle">
        <span className="text-ink-muted">
          {count.format(from)}–{count.format(to)}
        </span>{" "}
        of {more ? `more than ${count.format(total)}` : count.format(total)}
      </output>
      {(onPrevious || onNext) && (
        <div className="flex gap-1">
          <Button
            size="sm"
            variant="ghost"
            className="pointer-coarse:h-10"
            disabledReason={onPrevious ? null : "This is the first page"}
            onClick={onPrevious ?? undefined}
          >
            <ChevronLeft aria-hidden />
            Previous
          </Button>
          <Button
            size="sm"
            variant="ghost"
            className="pointer-coarse:h-10"
            disabledReason={onNext ? null : "This is the last page"}
            onClick={onNext ?? undefined}
          >
            Next
            <ChevronRight aria-hidden />
          </Button>
        </div>
      )}
    </nav>
  );
}
