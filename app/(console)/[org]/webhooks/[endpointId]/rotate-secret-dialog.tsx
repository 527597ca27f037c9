"use client";

import { useState } from "react";
import { ActForm } from "#app/(console)/[org]/_access/act-form.tsx";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { SecretDialog } from "#app/(console)/[org]/webhooks/secret-dialog.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";

const overlaps = [
  { value: "0", label: "Ends at once" },
  { value: "1", label: "Signs for 1 more hour" },
  { value: "24", label: "Signs for 1 more day" },
  { value: "72", label: "Signs for 3 more days" },
  { value: "168", label: "Signs for 7 more days" },
] as const;

type Made = { secret: string; overlapUntil: Date | null };
type RotateSecretDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; id: string };

/** Gives an endpoint a new secret; both sign while the receiver is changed. */
export function RotateSecretDialog({ open, onOpenChange, id }: RotateSecretDialogProps) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <>
      <Dialog
        open={open && !made}
        onOpenChange={onOpenChange}
        title="Rotate the secret"
        description="Requests are signed with both while your system still knows the old one."
      >
        <RotateForm id={id} onMade={setMade} onCancel={() => onOpenChange(false)} />
      </Dialog>
      <SecretDialog
        made={made}
        title="The new secret"
        onClose={() => {
          setMade(null);
          onOpenChange(false);
        }}
      />
    </>
  );
}

type RotateFormProps = { id: string; onMade: (made: Made) => void; onCancel: () => void };

function RotateForm({ id, onMade, onCancel }: RotateFormProps) {
  const { rotate } = useWebhookActs();
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]["value"]>("24");

  return (
    <ActForm
      actLabel="Rotate secret"
      onAct={async () => onMade(await rotate({ id, overlapHours: Number(overlap) }))}
      onCancel={onCancel}
    >
      <Field label="The old secret" hint="One that is older still ends at once.">
        <Select value={overlap} onValueChange={setOverlap} options={overlaps} />
      </Field>
    </ActForm>
  );
}
