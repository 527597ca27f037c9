"use client";

import { useState, useSyncExternalStore } from "react";
import type { AuditRow } from "#server/audit/schema.ts";

const scrolledPx = 160;
const nothing: ReadonlySet<string> = new Set();

function subscribeToScrolling(onChange: () => void): () => void {
  window.addEventListener("scroll", onChange, { passive: true });
  return () => window.removeEventListener("scroll", onChange);
}

/** Whether the reader has left the top of the page. */
function useScrolled(): boolean {
  return useSyncExternalStore(
    subscribeToScrolling,
    () => window.scrollY > scrolledPx,
    () => false,
  );
}

type Rows = readonly AuditRow[];

type LiveRows = {
  rows: Rows | undefined;
  /** Ids of those that came in last, to be marked. */
  fresh: ReadonlySet<string>;
  /** How many wait at the top, out of the reader's way. */
  waiting: number;
};

/**
 * The rows of a live list: they do not move under somebody who has scrolled away or who reads an entry. `list`
 * names the filters; rows of another list are not new ones. Holds two pages of rows at most.
 */
export function useLiveRows(
  latest: Rows | undefined,
  parts: { list: string; live: boolean; reading: boolean },
): LiveRows {
  const { list, live, reading } = parts;
  const scrolled = useScrolled();
  const [shown, setShown] = useState({ list, live, rows: latest, fresh: nothing });
  const same = shown.list === list && shown.live && live && shown.rows !== undefined;
  const held = same && (scrolled || reading);
  if (!held && (shown.rows !== latest || shown.list !== list || shown.live !== live)) {
    const fresh = same && latest ? idsNotIn(latest, shown.rows ?? []) : nothing;
    setShown({ list, live, rows: latest, fresh });
    return { rows: latest, fresh, waiting: 0 };
  }
  const waiting = held && latest ? idsNotIn(latest, shown.rows ?? []).size : 0;
  return { rows: shown.rows, fresh: shown.fresh, waiting };
}

function idsNotIn(rows: Rows, known: Rows): ReadonlySet<string> {
  const ids = new Set(known.map(({ id }) => id));
  return new Set(rows.map(({ id }) => id).filter((id) => !ids.has(id)));
}
