"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { RefusalNotice } from "#app/(console)/[org]/_access/refusal-notice.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { daysInWords, endInWords } from "#app/(console)/[org]/api-keys/key-days.ts";
import { keySentence } from "#app/(console)/[org]/api-keys/key-sentence.ts";
import { KindChoice } from "#app/(console)/[org]/api-keys/kind-choice.tsx";
import { useKeyActs } from "#app/(console)/[org]/api-keys/mutations.ts";
import { ScopePicker } from "#app/(console)/[org]/api-keys/scope-picker.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { useMinute } from "#app/_ui/relative-time.tsx";
import { Select } from "#app/_ui/select.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { CreateApiKey, type NewApiKey, type ScopeRow } from "#server/api-keys/schema.ts";

const usualDays = 90;

type CreateKeyProps = { onMade: (key: NewApiKey) => void; onCancel: () => void };

/** Everything that a new key needs, and one sentence that says what it will be able to do. */
export function CreateKey({ onMade, onCancel }: CreateKeyProps) {
  const api = useApi();
  const scopes = useQuery(api.apiKeys.scopes.queryOptions());
  const settings = useQuery(api.apiKeys.settings.queryOptions());
  const failed = scopes.isError ? scopes : settings.isError ? settings : null;
  if (failed) return <LoadProblem error={failed.error} onRetry={failed.refetch} />;
  if (!scopes.data || !settings.data) {
    return (
      <>
        <LoadingNote>Loading the scopes</LoadingNote>
        <Skeleton className="h-80" />
      </>
    );
  }
  const possible = scopes.data.filter(({ mine }) => mine);
  return (
    <CreateKeyForm registry={possible} presets={settings.data.presets} onMade={onMade} onCancel={onCancel} />
  );
}

type CreateKeyFormProps = CreateKeyProps & {
  registry: readonly ScopeRow[];
  presets: readonly (number | null)[];
};

function CreateKeyForm({ registry, presets, onMade, onCancel }: CreateKeyFormProps) {
  const { create } = useKeyActs();
  const { why } = useAccess();
  const [refused, setRefused] = useState<unknown>(null);
  const expiresInDays = presets.includes(usualDays) ? usualDays : (presets[0] ?? null);
  const form = useZodForm(CreateApiKey, {
    defaultValues: { name: "", kind: "personal", scopes: [], expiresInDays },
  });
  const [kind = "personal", scopes, days] = form.watch(["kind", "scopes", "expiresInDays"]);

  async function save(key: CreateApiKey): Promise<void> {
    setRefused(null);
    try {
      onMade(await create(key));
    } catch (error) {
      if (readServerError(error).reason !== "exceeds_own_permissions") throw error;
      setRefused(error);
    }
  }

  return (
    <Form form={form} onSubmit={save} aria-label="New API key">
      <RefusalNotice error={refused} />
      <FormField control={form.control} name="name" label="Name" hint="What uses it: “Deploy bot”." required>
        {(field) => <Input {...field} data-autofocus autoComplete="off" />}
      </FormField>
      <KindChoice
        value={kind}
        machineRefused={why("api_keys.manage")}
        onChange={(next) => form.setValue("kind", next, { shouldDirty: true })}
      />
      <FormField control={form.control} name="expiresInDays" label="Ends after">
        {(field) => (
          <Select
            value={String(field.value)}
            onValueChange={(value) => field.onChange(value === "null" ? null : Number(value))}
            options={presets.map((preset) => ({ value: String(preset), label: daysInWords(preset) }))}
          />
        )}
      </FormField>
      <ScopePicker
        registry={registry}
        chosen={scopes}
        problem={form.formState.errors.scopes?.message}
        onChange={(next) =>
          form.setValue("scopes", next, {
            shouldDirty: true,
            shouldValidate: form.formState.isSubmitted,
          })
        }
      />
      <Sentence scopes={scopes} kind={kind} days={days} />
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton>Create key</SubmitButton>
      </DialogActions>
    </Form>
  );
}

type SentenceProps = { scopes: readonly string[]; kind: "personal" | "machine"; days: number | null };

function Sentence({ scopes, kind, days }: SentenceProps) {
  const { name: organization } = useOrganization();
  const until = endInWords(days, useMinute());
  const sentence = keySentence({ scopes, kind, organization, until });
  return (
    <output className="rounded-lg bg-sunken px-4 py-3 text-sm text-ink-muted">
      {sentence ?? "Choose what the key can do."}
    </output>
  );
}
