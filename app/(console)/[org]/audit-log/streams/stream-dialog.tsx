"use client";

import { useState } from "react";
import { HttpsForm } from "#app/(console)/[org]/audit-log/streams/https-form.tsx";
import { S3Form } from "#app/(console)/[org]/audit-log/streams/s3-form.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { AuditStream } from "#server/audit/schema.ts";

type Kind = AuditStream["destination"]["kind"];

const kinds = [
  { value: "https", label: "HTTPS endpoint" },
  { value: "s3", label: "S3 bucket" },
] as const;

type StreamDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The stream to edit; without it, a new one is made. */
  stream?: AuditStream;
  onSecret: (secret: string) => void;
};

/** Adds or edits a stream. */
export function StreamDialog({ open, onOpenChange, stream, onSecret }: StreamDialogProps) {
  const [kind, setKind] = useState<Kind>(stream?.destination.kind ?? "https");
  const Form = kind === "https" ? HttpsForm : S3Form;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={stream ? "Edit stream" : "Add a stream"}
      description="Batches of JSON Lines, one entry a line, with its place in the chain."
    >
      <div className="flex flex-col gap-4">
        {!stream && (
          <Field label="Destination">
            <Select value={kind} options={kinds} onValueChange={setKind} />
          </Field>
        )}
        <Form
          {...(stream ? { stream } : {})}
          onCancel={() => onOpenChange(false)}
          onDone={(secret) => {
            onOpenChange(false);
            if (secret) onSecret(secret);
          }}
        />
      </div>
    </Dialog>
  );
}
