"use client";

import type { Control, FieldPath, FieldValues } from "react-hook-form";
import { z } from "zod";
import { Button } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";
import { FormField, SubmitButton } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { CreateAuditStream, type AuditStream } from "#server/audit/schema.ts";

export type StreamFormProps = {
  stream?: AuditStream;
  onCancel: () => void;
  /** With the secret that is shown this once, where there is one. */
  onDone: (secret: string | null) => void;
};

export const streamName = CreateAuditStream.shape.name;

/** A field that may stay empty: an empty one is left out. */
export function emptyAsMissing<Output>(schema: z.ZodType<Output, string | undefined>) {
  return z
    .string()
    .trim()
    .transform((text) => (text === "" ? undefined : text))
    .pipe(schema);
}

export const From = z.enum(["beginning", "now"]);

const froms = [
  { value: "now", label: "From now on" },
  { value: "beginning", label: "From the beginning of the log" },
] as const;

type PartProps<Input extends FieldValues, Output> = {
  control: Control<Input, unknown, Output>;
  name: FieldPath<Input>;
  label: string;
  hint?: string;
  required?: boolean;
  optional?: boolean;
  secret?: boolean;
  placeholder?: string;
};

/** One line of a stream's form: addresses and keys, which no browser should correct or remember. */
export function TextPart<Input extends FieldValues, Output>(props: PartProps<Input, Output>) {
  const { secret = false, placeholder, ...field } = props;
  return (
    <FormField {...field}>
      {(bound) => (
        <Input
          {...bound}
          type={secret ? "password" : "text"}
          placeholder={placeholder}
          autoComplete={secret ? "new-password" : "off"}
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
    </FormField>
  );
}

type FromProps<Input extends FieldValues, Output> = {
  control: Control<Input, unknown, Output>;
  name: FieldPath<Input>;
};

/** Whether entries that are there already are sent as well. */
export function FromPart<Input extends FieldValues, Output>({ control, name }: FromProps<Input, Output>) {
  return (
    <FormField control={control} name={name} label="Send">
      {({ value, onChange }) => (
        <Select value={From.catch("now").parse(value)} options={froms} onValueChange={onChange} />
      )}
    </FormField>
  );
}

/** The buttons at the end. */
export function FormActions({ editing, onCancel }: { editing: boolean; onCancel: () => void }) {
  return (
    <DialogActions>
      <Button onClick={onCancel}>Cancel</Button>
      <SubmitButton needsChanges={editing}>{editing ? "Save changes" : "Add stream"}</SubmitButton>
    </DialogActions>
  );
}
