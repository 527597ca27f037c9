"use client";

import { useDeadLetters, jobs } from "#app/(operator)/operator/dead-letters/mutations.ts";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { DiscardDeadJobs } from "#server/operator/schema.ts";

type DiscardDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  ids: string[];
  /** Runs once they are gone. */
  onDone: () => void;
};

/** Asks why before it gives dead letters up: they are never done after that. */
export function DiscardDialog({ open, onOpenChange, ids, onDone }: DiscardDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="sm"
      title={`Discard ${jobs(ids.length)}?`}
      description={`What ${ids.length === 1 ? "it was" : "they were"} to do will never be done. This cannot be taken back.`}
    >
      <DiscardForm ids={ids} onCancel={() => onOpenChange(false)} onDone={onDone} />
    </Dialog>
  );
}

type DiscardFormProps = { ids: string[]; onCancel: () => void; onDone: () => void };

function DiscardForm({ ids, onCancel, onDone }: DiscardFormProps) {
  const { discard } = useDeadLetters();
  const form = useZodForm(DiscardDeadJobs, { defaultValues: { ids, reason: "" } });
  return (
    <Form
      form={form}
      onSubmit={async (values) => {
        await discard(values);
        onDone();
      }}
    >
      <FormField
        control={form.control}
        name="reason"
        label="Reason"
        hint="Stands in the platform's log with your name."
        required
      >
        {(field) => <Input {...field} data-autofocus autoComplete="off" />}
      </FormField>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton variant="danger">Discard {jobs(ids.length)}</SubmitButton>
      </DialogActions>
    </Form>
  );
}
