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

const { shape } = CreateAuditStream.shape.destination.options[1];

const places = {
  name: streamName,
  endpoint: shape.endpoint,
  region: shape.region,
  bucket: shape.bucket,
  prefix: shape.prefix,
  accessKeyId: shape.accessKeyId,
  from: From,
};
const NewS3Stream = z.object({ ...places, secretAccessKey: shape.secretAccessKey });
const KnownS3Stream = z.object({
  ...places,
  secretAccessKey: emptyAsMissing(shape.secretAccessKey.optional()),
});

/** A stream to a bucket that speaks S3. */
export function S3Form({ stream, onCancel, onDone }: StreamFormProps) {
  const { create, update } = useStreamMutations();
  const known = stream?.destination.kind === "s3" ? stream.destination : null;
  const form = useZodForm(stream ? KnownS3Stream : NewS3Stream, {
    defaultValues: {
      name: stream?.name ?? "",
      endpoint: known?.endpoint ?? "",
      region: known?.region ?? "",
      bucket: known?.bucket ?? "",
      prefix: known?.prefix ?? "",
      accessKeyId: known?.accessKeyId ?? "",
      secretAccessKey: "",
      from: "now",
    },
  });
  const { control } = form;
  return (
    <Form
      form={form}
      aria-label="S3 stream"
      onSubmit={async ({ name, from, secretAccessKey = "", ...place }) => {
        const destination = { kind: "s3" as const, ...place };
        if (stream) {
          const secret = secretAccessKey ? { secretAccessKey } : {};
          await update.mutateAsync({ id: stream.id, name, destination: { ...destination, ...secret } });
        } else {
          await create.mutateAsync({ name, from, destination: { ...destination, secretAccessKey } });
        }
        onDone(null);
      }}
    >
      <TextPart control={control} name="name" label="Name" required placeholder="Archive" />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextPart control={control} name="bucket" label="Bucket" required />
        <TextPart control={control} name="region" label="Region" required placeholder="eu-central-1" />
      </div>
      <TextPart control={control} name="prefix" label="Prefix" optional placeholder="audit/acme" />
      <TextPart
        control={control}
        name="endpoint"
        label="Endpoint"
        optional
        hint="Only for a store that is not Amazon's."
        placeholder="https://storage.example.com"
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextPart control={control} name="accessKeyId" label="Access key ID" required />
        <TextPart
          control={control}
          name="secretAccessKey"
          label="Secret access key"
          required={!stream}
          secret
          {...(stream ? { hint: "Leave it empty to keep the one that is set." } : {})}
        />
      </div>
      {!stream && <FromPart control={control} name="from" />}
      <FormActions editing={stream !== undefined} onCancel={onCancel} />
    </Form>
  );
}
