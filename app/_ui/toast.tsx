"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { Toaster as Sonner, toast } from "sonner";
import { readServerError } from "#app/_ui/server-error.ts";

const undoMs = 10_000;

/** The place where toasts appear; one per document. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      gap={8}
      style={{ fontFamily: "inherit" }}
      visibleToasts={3}
      containerAriaLabel="Notifications"
      icons={{
        success: <CircleCheck aria-hidden className="size-4 text-success-text" />,
        error: <CircleAlert aria-hidden className="size-4 text-danger-text" />,
      }}
      toastOptions={{
        unstyled: true,
        closeButtonAriaLabel: "Close notification",
        classNames: {
          toast:
            "flex w-full items-center gap-3 rounded-lg border border-line bg-raised px-3.5 py-3 text-base text-ink shadow-md focus-visible:outline-2! focus-visible:outline-offset-2! focus-visible:outline-focus! focus-visible:outline-solid! sm:w-[356px]",
          content: "min-w-0 flex-1 break-words",
          title: "font-medium",
          description: "text-sm text-ink-muted",
          icon: "shrink-0",
          actionButton:
            "h-7 shrink-0 rounded-md px-2.5 text-sm font-medium text-accent-text hover:bg-accent-soft pointer-coarse:h-10",
        },
      }}
    />
  );
}

/** Says that an act is done and offers to take it back for ten seconds; a failing undo says so. */
export function toastWithUndo(message: string, undo: () => Promise<unknown>): void {
  toast.success(message, {
    duration: undoMs,
    action: {
      label: "Undo",
      onClick: () => {
        undo().catch(toastError);
      },
    },
  });
}

/** Says that something was done where the page itself does not show it. */
export function toastDone(message: string): void {
  toast.success(message);
}

/** Says that something did not work, in words of ours. */
export function toastProblem(message: string): void {
  toast.error(message, { duration: undoMs });
}

/** Says what the server said, for acts that have no form to show it in. */
export function toastError(thrown: unknown): void {
  toast.error(readServerError(thrown).message, { duration: undoMs });
}
