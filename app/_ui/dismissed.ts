"use client";

import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

/** Whether somebody has sent this notice away, and what does it; remembered until the browser's tab is closed. */
export function useDismissed(notice: string): [dismissed: boolean, dismiss: () => void] {
  const key = `astra.dismissed.${notice}`;
  const dismissed = useSyncExternalStore(
    subscribe,
    () => stored(key),
    () => false,
  );
  const dismiss = useCallback(() => {
    store(key);
    for (const listener of listeners) listener();
  }, [key]);
  return [dismissed, dismiss];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// A browser that keeps nothing for pages throws; the notice then stays.
function stored(key: string): boolean {
  try {
    return sessionStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

function store(key: string): void {
  try {
    sessionStorage.setItem(key, "1");
  } catch {
    return;
  }
}
