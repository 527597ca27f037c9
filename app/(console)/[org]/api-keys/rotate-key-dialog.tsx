"use client";

import { useState } from "react";
import { ActForm } from "#app/(console)/[org]/_access/act-form.tsx";
import { KeyDialog } from "#app/(console)/[org]/api-keys/key-dialog.tsx";
import { useKeyActs } from "#app/(console)/[org]/api-keys/mutations.ts";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { ApiKeyRow, NewApiKey } from "#server/api-keys/schema.ts";

const overlaps = [
  { value: "0", label: "Ends at once" },
  { value: "1", label: "Works for 1 more hour" },
  { value: "24", label: "Works for 1 more day" },
  { value: "72", label: "Works for 3 more days" },
  { value: "168", label: "Works for 7 more days" },
] as const;

type RotateKeyDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; apiKey: ApiKeyRow };

/** Makes a key's successor; both work while programs are moved over. */
export function RotateKeyDialog({ open, onOpenChange, apiKey }: RotateKeyDialogProps) {
  return (
    <KeyDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Rotate “${apiKey.name}”`}
      description="Makes a new key that can do the same. Move your programs over while the old one still works."
    >
      {(onMade) => <RotateForm id={apiKey.id} onMade={onMade} onCancel={() => onOpenChange(false)} />}
    </KeyDialog>
  );
}

type RotateFormProps = { id: string; onMade: (key: NewApiKey) => void; onCancel: () => void };

function RotateForm({ id, onMade, onCancel }: RotateFormProps) {
  const { rotate } = useKeyActs();
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]["value"]>("24");

  return (
    <ActForm
      actLabel="Rotate key"
      onAct={async () => onMade(await rotate({ id, overlapHours: Number(overlap) }))}
      onCancel={onCancel}
    >
      <Field label="The old key">
        <Select value={overlap} onValueChange={setOverlap} options={overlaps} data-autofocus />
      </Field>
    </ActForm>
  );
}
