"use client";

import { useState, type ReactNode } from "react";
import { RefusalNotice } from "#app/(console)/[org]/_access/refusal-notice.tsx";
import { Button } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";

type ActFormProps = {
  /** Stays open and shows the refusal when this throws. */
  onAct: () => Promise<unknown>;
  onCancel: () => void;
  /** The act itself, never "OK": "Rotate key". */
  actLabel: string;
  /** Why it cannot be done yet. */
  disabledReason?: string | false | null;
  /** The form's name, where it has one. */
  label?: string;
  children: ReactNode;
};

/** What a dialog asks for one act, with its buttons; it is sent once, however often somebody presses. */
export function ActForm({ onAct, onCancel, actLabel, disabledReason, label, children }: ActFormProps) {
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function act(): Promise<void> {
    setWorking(true);
    setError(null);
    try {
      await onAct();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setWorking(false);
    }
  }

  return (
    <form
      noValidate
      aria-label={label}
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabledReason && !working) void act();
      }}
    >
      <RefusalNotice error={error} />
      {children}
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" loading={working} disabledReason={disabledReason}>
          {actLabel}
        </Button>
      </DialogActions>
    </form>
  );
}
