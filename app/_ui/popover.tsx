"use client";

import type { ReactNode } from "react";
import { Popover as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { menuPanelStyle } from "#app/_ui/menu-style.ts";

type PopoverProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  trigger: ReactNode;
  /** What the panel is, for a screen reader. */
  label: string;
  align?: "start" | "center" | "end";
  children: ReactNode;
  className?: string;
};

/** A floating panel with controls of its own, tied to a button. */
export function Popover({
  open,
  onOpenChange,
  trigger,
  label,
  align = "start",
  children,
  className,
}: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            menuPanelStyle,
            "max-h-(--radix-popover-content-available-height) overflow-y-auto",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
