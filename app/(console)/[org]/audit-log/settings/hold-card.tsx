"use client";

import { useState } from "react";
import { Scale } from "lucide-react";
import { z } from "zod";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import {
  useUpdateSettings,
  type AuditSettings,
} from "#app/(console)/[org]/audit-log/settings/use-update-settings.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Textarea } from "#app/_ui/input.tsx";

const Reason = z.object({
  legalHoldReason: z
    .string()
    .trim()
    .min(1, "Say why the log is held.")
    .max(500, "Use at most 500 characters."),
});

/** While it stands, nothing is dropped, whatever retention says. */
export function HoldCard({ settings }: { settings: AuditSettings }) {
  const { why } = useAccess();
  const update = useUpdateSettings();
  const [open, setOpen] = useState(false);
  const { legalHold, legalHoldReason } = settings;
  const refused = why("settings.write");
  return (
    <Card>
      <CardHeader
        className="flex-wrap"
        title={
          <span className="inline-flex items-center gap-2">
            Legal hold
            {legalHold && (
              <Badge tone="warning" icon={<Scale aria-hidden />}>
                In force
              </Badge>
            )}
          </span>
        }
        description="Keeps every entry, whatever retention says, for as long as it stands."
        actions={
          <Button disabledReason={refused} onClick={() => setOpen(true)}>
            {legalHold ? "Lift the hold…" : "Place a hold…"}
          </Button>
        }
      />
      {legalHold && (
        <CardBody>
          <p className="text-sm text-ink-subtle">Reason</p>
          <p className="text-base break-words whitespace-pre-wrap text-ink">{legalHoldReason}</p>
        </CardBody>
      )}
      {legalHold ? (
        <ConfirmDialog
          open={open}
          onOpenChange={setOpen}
          title="Lift the legal hold?"
          consequence="Retention applies again: entries older than it are dropped with the next clean-up and cannot be brought back."
          confirmLabel="Lift the hold"
          onConfirm={() => update({ legalHold: false, legalHoldReason: "" })}
        />
      ) : (
        <PlaceDialog
          open={open}
          onOpenChange={setOpen}
          onPlace={(reason) => update({ legalHold: true, legalHoldReason: reason })}
        />
      )}
    </Card>
  );
}

type PlaceDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onPlace: (reason: string) => Promise<void>;
};

function PlaceDialog({ open, onOpenChange, onPlace }: PlaceDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Place a legal hold"
      description="No entry is dropped until somebody lifts it. The reason stands in the log as well."
      size="sm"
    >
      <PlaceForm
        onCancel={() => onOpenChange(false)}
        onPlace={async (reason) => {
          await onPlace(reason);
          onOpenChange(false);
        }}
      />
    </Dialog>
  );
}

/** Lives inside the dialog, so that what was typed is gone when it opens again. */
function PlaceForm({
  onCancel,
  onPlace,
}: {
  onCancel: () => void;
  onPlace: (reason: string) => Promise<void>;
}) {
  const form = useZodForm(Reason, { defaultValues: { legalHoldReason: "" } });
  return (
    <Form form={form} aria-label="Legal hold" onSubmit={({ legalHoldReason }) => onPlace(legalHoldReason)}>
      <FormField control={form.control} name="legalHoldReason" label="Reason" required>
        {(field) => <Textarea {...field} />}
      </FormField>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton>Place the hold</SubmitButton>
      </DialogActions>
    </Form>
  );
}
