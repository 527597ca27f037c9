"use client";

import type { ReactNode } from "react";
import { Dialog } from "radix-ui";
import { scrimStyle } from "#app/_ui/dialog.tsx";
import { useReturnFocus } from "#app/_ui/return-focus.ts";

type MobileDrawerProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  label: string;
  children: ReactNode;
};

/** The sidebar on a phone: comes in from the left over the page. */
export function MobileDrawer({ open, onOpenChange, label, children }: MobileDrawerProps) {
  const focus = useReturnFocus();
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={scrimStyle} />
        <Dialog.Content
          {...focus}
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 w-[min(18rem,86vw)] bg-canvas pb-[env(safe-area-inset-bottom)] shadow-lg outline-none data-[state=closed]:animate-slide-out-left data-[state=open]:animate-slide-in-left md:hidden"
        >
          <Dialog.Title className="sr-only">{label}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
