"use client";

import type { ReactNode } from "react";
import { Tooltip as Radix } from "radix-ui";

/** One provider around the app, so that neighbouring tooltips open without a second wait. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={350} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

type TooltipProps = {
  /** Short text; never the only place of something a person must know. */
  content: ReactNode;
  /** The control; it must forward its ref and props. */
  children: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "center" | "end";
};

/** Explains the control it wraps on hover and on keyboard focus. */
export function Tooltip({ content, children, side = "top", align = "center" }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-70 max-w-64 animate-pop-in rounded-md bg-tooltip px-2 py-1 text-xs text-on-tooltip shadow-md"
        >
          {content}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
