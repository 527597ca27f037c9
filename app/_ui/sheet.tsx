"use client";

import type { ReactNode } from "react";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { scrimStyle } from "#app/_ui/dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { useReturnFocus } from "#app/_ui/return-focus.ts";

type SheetProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** Small actions beside the close button. */
  actions?: ReactNode;
  side?: "left" | "right";
  children: ReactNode;
};

/** A panel from the side for work on one thing while its list stays in sight; the whole screen on a phone. */
export function Sheet({
  open,
  onOpenChange,
  title,
  description,
  actions,
  side = "right",
  children,
}: SheetProps) {
  const focus = useReturnFocus();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimStyle} />
        <Radix.Content
          {...focus}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed inset-y-0 z-50 flex w-full flex-col bg-raised shadow-lg outline-none sm:inset-y-2 sm:w-[30rem] sm:rounded-xl sm:border sm:border-line",
            side === "right"
              ? "right-0 data-[state=closed]:animate-slide-out-right data-[state=open]:animate-slide-in-right sm:right-2"
              : "left-0 data-[state=closed]:animate-slide-out-left data-[state=open]:animate-slide-in-left sm:left-2",
          )}
        >
          <header className="flex items-start justify-between gap-3 border-b border-line px-5 py-3">
            <div className="min-w-0 pt-1">
              <Radix.Title className="text-lg font-semibold break-words text-ink">{title}</Radix.Title>
              {description && (
                <Radix.Description className="text-sm text-ink-subtle">{description}</Radix.Description>
              )}
            </div>
            <div className="-mr-1.5 flex shrink-0 items-center gap-1">
              {actions}
              <Radix.Close asChild>
                <IconButton label="Close" plain>
                  <X aria-hidden />
                </IconButton>
              </Radix.Close>
            </div>
          </header>
          <div className="flex min-h-0 flex-1 flex-col">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The scrolling middle of a sheet. */
export function SheetBody({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cn("flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-5 py-5", className)}>
      {children}
    </div>
  );
}

/** The fixed foot of a sheet, where its buttons stand. */
export function SheetFooter({ children }: { children: ReactNode }) {
  return (
    <footer className="flex items-center justify-end gap-2 border-t border-line px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      {children}
    </footer>
  );
}
