"use client";

import { z } from "zod";
import {
  emptyAsMissing,
  FormActions,
  From,
  FromPart,
  streamName,
  TextPart,
  type StreamFormProps,
} from "#app/(console)/[org]/audit-log/streams/stream-form-parts.tsx";
import { useStreamMutations } from "#app/(console)/[org]/audit-log/streams/use-stream-mutations.ts";
import { Form, useZodForm } from "#app/_ui/form.tsx";
import { CreateAuditStream } from "#server/audit/schema.ts";

const { shape } = CreateAuditStream.shape.destination.options[0];

const HttpsStream = z.object({
  name: streamName,
  url: shape.url,
  authorization: emptyAsMissing(shape.authorization),
  from: From,
});

/** A stream to an HTTPS endpoint. */
export function HttpsForm({ stream, onCancel, onDone }: StreamFormProps) {
  const { create, update } = useStreamMutations();
  const known = stream?.destination.kind === "https" ? stream.destination : null;
  const form = useZodForm(HttpsStream, {
    defaultValues: { name: stream?.name ?? "", url: known?.url ?? "", authorization: "", from: "now" },
  });
  const { control } = form;
  return (
    <Form
      form={form}
      aria-label="HTTPS stream"
      onSubmit={async ({ name, url, authorization, from }) => {
        const destination = { kind: "https" as const, url, ...(authorization ? { authorization } : {}) };
        if (stream) {
          await update.mutateAsync({ id: stream.id, name, destination });
          onDone(null);
        } else {
          onDone((await create.mutateAsync({ name, destination, from })).secret);
        }
      }}
    >
      <TextPart control={control} name="name" label="Name" required placeholder="Our SIEM" />
      <TextPart
        control={control}
        name="url"
        label="Address"
        required
        placeholder="https://siem.example.com/astra"
      />
      <TextPart
        control={control}
        name="authorization"
        label="Authorization header"
        optional
        secret
        hint={
          known?.hasAuthorization
            ? "One is set. Leave it empty to keep it."
            : "Sent with every batch, like “Splunk …” or “Bearer …”. It is kept encrypted."
        }
      />
      {!stream && <FromPart control={control} name="from" />}
      <FormActions editing={stream !== undefined} onCancel={onCancel} />
    </Form>
  );
}
