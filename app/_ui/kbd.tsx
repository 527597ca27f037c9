"use client";

import { useSyncExternalStore } from "react";
import { cn } from "#app/_ui/class-names.ts";

/** Keys as they stand on the keyboard. */
export function Kbd({ children, className }: { children: string; className?: string }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line bg-surface px-1 font-sans text-xs font-medium text-ink-subtle",
        className,
      )}
    >
      {children}
    </kbd>
  );
}

const subscribe = () => () => {};

/** "⌘" on Apple's machines, "Ctrl" elsewhere; the server does not know and says "Ctrl". */
export function useCommandKey(): "⌘" | "Ctrl" {
  return useSyncExternalStore(
    subscribe,
    () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl"),
    () => "Ctrl",
  );
}

/** Whether the page is alive: a key that a script listens for does nothing before. */
export function useAlive(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
}
