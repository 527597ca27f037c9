"use client";

import { useEffect } from "react";
import { focusContent } from "#app/_ui/return-focus.ts";

/** Menus and dialogs give the focus back by themselves, but only once they are gone. */
const settleMs = 100;

/** What had the focus, and where in which table, for when it is taken away. */
type Stop = { element: Element; table: Element | null; row: number };

/**
 * Catches the focus when what had it leaves the page: a deleted row, a notice that was dealt with. A browser would
 * drop it to the document's beginning, and with it whoever works by keyboard.
 */
export function useFocusGuard(): void {
  useEffect(() => {
    let last: Stop | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const remember = (event: FocusEvent) => {
      last = event.target instanceof Element ? stopOf(event.target) : null;
    };
    const catchLost = () => {
      if (last && isLost(last)) focusNear(last);
    };
    const observer = new MutationObserver(() => {
      if (!last || !isLost(last)) return;
      clearTimeout(timer);
      timer = setTimeout(catchLost, settleMs);
    });
    document.addEventListener("focusin", remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", remember);
      observer.disconnect();
      clearTimeout(timer);
    };
  }, []);
}

function stopOf(element: Element): Stop {
  const table = element.closest("table");
  const row = element.closest("tbody tr");
  return { element, table, row: table && row ? rowsOf(table).indexOf(row) : -1 };
}

function rowsOf(table: Element): Element[] {
  return [...table.querySelectorAll("tbody tr")];
}

function isLost({ element }: Stop): boolean {
  return !element.isConnected && document.activeElement === document.body;
}

/** The row that stands now where the lost one stood, else the last one, else the page's main part. */
function focusNear({ table, row }: Stop): void {
  const rows = table?.isConnected && row >= 0 ? rowsOf(table) : [];
  const next = rows[Math.min(row, rows.length - 1)]?.querySelector<HTMLElement>("[data-row-link]");
  if (next) next.focus();
  else focusContent();
}
