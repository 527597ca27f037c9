"use client";

import { useState } from "react";
import { rangeStart, type Range } from "#app/(console)/[org]/audit-log/search-params.ts";
import { useMinute } from "#app/_ui/relative-time.tsx";

/** Where the chosen span begins; it stays there while the page stands, or each look would be another list. */
export function useRangeStart(range: Range | null, openedAt: number): Date | null {
  const now = useMinute();
  const [known, setKnown] = useState(() => ({ range, from: range && rangeStart(range, openedAt) }));
  if (known.range === range) return known.from;
  const next = { range, from: range && rangeStart(range, now) };
  setKnown(next);
  return next.from;
}
