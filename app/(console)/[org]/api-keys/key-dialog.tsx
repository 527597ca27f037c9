"use client";

import { useState, type ReactNode } from "react";
import { NewKey } from "#app/(console)/[org]/api-keys/new-key.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import type { NewApiKey } from "#server/api-keys/schema.ts";

type KeyDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** Asks; hands over what was made. */
  children: (onMade: (key: NewApiKey) => void) => ReactNode;
};

/** Asks for a key, then shows it once. Who would close it before they have copied it is told first. */
export function KeyDialog({ open, onOpenChange, title, description, children }: KeyDialogProps) {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const [copied, setCopied] = useState(false);
  const [warned, setWarned] = useState(false);

  function close(): void {
    onOpenChange(false);
    setMade(null);
    setCopied(false);
    setWarned(false);
  }

  function tryToClose(): void {
    if (made && !copied && !warned) setWarned(true);
    else close();
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : tryToClose())}
      title={made ? "Your new key" : title}
      description={made ? undefined : description}
    >
      {made ? (
        <NewKey text={made.key} warned={warned} onCopied={() => setCopied(true)} onDone={tryToClose} />
      ) : (
        children(setMade)
      )}
    </Dialog>
  );
}
