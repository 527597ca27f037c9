"use client";

import type { ReactNode } from "react";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { useReturnFocus } from "#app/_ui/return-focus.ts";

/** The veil behind everything modal. */
export const scrimStyle =
  "fixed inset-0 z-50 bg-scrim data-[state=open]:animate-fade-in data-[state=closed]:animate-fade-out";

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** One sentence under the title; leave it out when the title says all. */
  description?: ReactNode;
  size?: "sm" | "md";
  children: ReactNode;
};

/** A modal for one short task. It stands near the top, so that a phone's keyboard does not cover it. */
export function Dialog({ open, onOpenChange, title, description, size = "md", children }: DialogProps) {
  const focus = useReturnFocus();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimStyle} />
        <Radix.Content
          {...focus}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed inset-x-3 top-3 z-50 mx-auto flex max-h-[calc(100dvh-1.5rem)] flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-lg outline-none sm:top-[12vh] sm:max-h-[calc(88vh-2rem)]",
            "data-[state=open]:animate-dialog-in data-[state=closed]:animate-dialog-out",
            size === "sm" ? "sm:max-w-md" : "sm:max-w-lg",
          )}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-1">
            <div className="min-w-0 pt-0.5">
              <Radix.Title className="text-lg font-semibold break-words text-ink">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-base text-ink-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" plain className="-mr-1.5">
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="overflow-y-auto px-5 pt-3 pb-5">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The row of buttons at the end of a dialog or sheet; on a phone they fill the width, the main one on top. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div className="mt-2 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end [&>button]:max-sm:h-11 [&>button]:max-sm:w-full">
      {children}
    </div>
  );
}
