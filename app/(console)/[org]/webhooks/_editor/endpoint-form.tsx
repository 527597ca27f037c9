"use client";

import type { ReactNode } from "react";
import { AdvancedPart } from "#app/(console)/[org]/webhooks/_editor/advanced-part.tsx";
import { EndpointForm as EndpointSchema } from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { EventPicker } from "#app/(console)/[org]/webhooks/_editor/event-picker.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { readServerError } from "#app/_ui/server-error.ts";

type EndpointFormProps = {
  /** What the endpoint is now, or what a new one begins with. */
  before: EndpointSchema;
  /** Stands on top: what happened to the endpoint meanwhile. */
  notice?: ReactNode;
  /** Why nothing can be saved just now. */
  blocked?: string | null;
  submitLabel: string;
  needsChanges?: boolean;
  onSave: (values: EndpointSchema) => Promise<unknown>;
  onCancel: () => void;
};

const payloads = [
  { value: "full", label: "Whole: everything that the event says" },
  { value: "thin", label: "Thin: only ids, for who asks for the rest" },
] as const;

/** Everything that one says of an endpoint. */
export function EndpointForm(props: EndpointFormProps) {
  const { before, notice, blocked = null, submitLabel, needsChanges = false, onSave, onCancel } = props;
  // The first values alone: what is read again later must not overwrite what somebody types.
  const form = useZodForm(EndpointSchema, { defaultValues: before });
  const { control, formState } = form;

  async function save(values: EndpointSchema): Promise<void> {
    try {
      await onSave(values);
      form.reset(values);
    } catch (error) {
      // The notice says it, and what to do about it.
      if (readServerError(error).reason !== "endpoint_changed") throw error;
    }
  }

  return (
    <Form form={form} onSubmit={save} aria-label="Endpoint" className="max-w-3xl gap-6">
      {notice}
      <Card className="flex flex-col gap-4 p-5">
        <FormField
          control={control}
          name="url"
          label="Address"
          required
          hint="Astra sends a POST request there for each event. It must be reachable from the internet by https."
        >
          {(field) => (
            <Input
              {...field}
              inputMode="url"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="https://hooks.example.com/astra"
            />
          )}
        </FormField>
        <FormField control={control} name="description" label="Description" optional>
          {(field) => <Input {...field} autoComplete="off" placeholder="Billing system" />}
        </FormField>
      </Card>
      <Card className="flex flex-col gap-4 p-5">
        <EventPicker
          chosen={form.watch("types")}
          problem={formState.errors.types?.message}
          onChange={(types) =>
            form.setValue("types", types, { shouldDirty: true, shouldValidate: formState.isSubmitted })
          }
        />
        <FormField control={control} name="payload" label="What an event brings along">
          {({ value, onChange }) => <Select value={value} onValueChange={onChange} options={payloads} />}
        </FormField>
      </Card>
      <AdvancedPart />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton needsChanges={needsChanges} disabledReason={blocked}>
          {submitLabel}
        </SubmitButton>
      </div>
    </Form>
  );
}
