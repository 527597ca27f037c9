"use client";

import { useRef } from "react";

/** Opens with the focus on what is marked `data-autofocus`, where something is; else Radix takes the first control. */
function focusMarked(event: Event): void {
  const marked =
    event.target instanceof Element ? event.target.querySelector<HTMLElement>("[data-autofocus]") : null;
  if (!marked) return;
  event.preventDefault();
  marked.focus();
}

/**
 * For the content of everything modal: takes the focus in when it opens and gives it back when it closes. Radix gives
 * it back to a Trigger of its own only, and ours open by state or by the address.
 */
export function useReturnFocus() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus(event: Event) {
      opener.current = openerOf(document.activeElement);
      focusMarked(event);
    },
    onCloseAutoFocus(event: Event) {
      event.preventDefault();
      if (opener.current?.isConnected) opener.current.focus();
      else focusContent();
    },
  };
}

/** What had the focus; of a menu, which is about to close, the button that opened it. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest("[role=menu]");
  const found = menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : element;
  return found instanceof HTMLElement && found !== document.body ? found : null;
}

/** The page's main part, where the focus goes when what had it is gone: from here the Tab key goes on sensibly. */
export function focusContent(): void {
  document.getElementById("content")?.focus();
}
