"use client";

import { useState, type ReactNode } from "react";
import { AlertDialog as Radix } from "radix-ui";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { DialogActions, scrimStyle } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { useReturnFocus } from "#app/_ui/return-focus.ts";
import { readServerError, type ServerError } from "#app/_ui/server-error.ts";
import { useWayOut } from "#app/_ui/way-out.tsx";

type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** A question that names the thing: "Delete “Website relaunch”?" */
  title: ReactNode;
  /** What will be different afterwards: "24 tasks are deleted with it." */
  consequence: ReactNode;
  /** The act itself, never "OK": "Delete project". */
  confirmLabel: string;
  cancelLabel?: string;
  /** Text that must be typed first, for what cannot be undone. */
  confirmPhrase?: string;
  tone?: "danger" | "primary";
  /** Stays open and shows the error when this throws. */
  onConfirm: () => Promise<unknown>;
};

/** Asks before an act with consequences; escape and "Cancel" leave everything as it was. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const focus = useReturnFocus();
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimStyle} />
        <Radix.Content
          {...focus}
          className={cn(
            "fixed inset-x-3 top-3 z-50 mx-auto max-h-[calc(100dvh-1.5rem)] overflow-y-auto rounded-xl border border-line bg-raised p-5 shadow-lg outline-none sm:top-[18vh] sm:max-w-md",
            "data-[state=open]:animate-dialog-in data-[state=closed]:animate-dialog-out",
          )}
        >
          <ConfirmForm {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Lives inside the portal, so that typed text and errors are gone when the dialog opens again. */
function ConfirmForm(props: ConfirmDialogProps) {
  const { title, consequence, confirmLabel, cancelLabel = "Cancel", confirmPhrase, tone = "danger" } = props;
  const [typed, setTyped] = useState("");
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<ServerError | null>(null);
  const { action, words } = useWayOut(error?.reason);
  const matches = !confirmPhrase || typed.trim() === confirmPhrase;

  async function confirm(): Promise<void> {
    setWorking(true);
    setError(null);
    try {
      await props.onConfirm();
      props.onOpenChange(false);
    } catch (thrown) {
      setError(readServerError(thrown));
    } finally {
      setWorking(false);
    }
  }

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (matches && !working) void confirm();
      }}
    >
      <div>
        <Radix.Title className="text-lg font-semibold break-words text-ink">{title}</Radix.Title>
        <Radix.Description asChild>
          <div className="mt-1.5 text-base text-ink-muted">{consequence}</div>
        </Radix.Description>
      </div>
      {error && (
        <Banner tone="danger" urgent actions={action}>
          {error.message} {words}
        </Banner>
      )}
      {confirmPhrase && (
        <Field
          label={
            <>
              Type{" "}
              <span className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-ink">{confirmPhrase}</span> to
              confirm
            </>
          }
        >
          <Input
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
      )}
      <DialogActions>
        <Radix.Cancel asChild>
          <Button>{cancelLabel}</Button>
        </Radix.Cancel>
        <Button
          type="submit"
          variant={tone}
          loading={working}
          disabledReason={matches ? null : `Type “${confirmPhrase}” first`}
        >
          {confirmLabel}
        </Button>
      </DialogActions>
    </form>
  );
}
