"use client";

import { useSyncExternalStore } from "react";
import { toPlainDate, type PlainDate } from "#app/_ui/plain-date.ts";

const checkMs = 60_000;

function subscribe(onChange: () => void): () => void {
  const timer = setInterval(onChange, checkMs);
  return () => clearInterval(timer);
}

/** Today in the viewer's time zone; the server, which does not know it, says today in UTC. */
export function useToday(): PlainDate {
  return useSyncExternalStore(
    subscribe,
    () => toPlainDate(new Date()),
    () => new Date().toISOString().slice(0, 10),
  );
}
