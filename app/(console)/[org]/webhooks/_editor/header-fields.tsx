"use client";

import { Plus, Trash2 } from "lucide-react";
import { useFieldArray, useFormContext } from "react-hook-form";
import type { EndpointForm } from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { Button } from "#app/_ui/button.tsx";
import { FormField } from "#app/_ui/form.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";

const headersMax = 10;

/** Headers of one's own. A value that was saved is kept encrypted and shown to nobody. */
export function HeaderFields() {
  const { control, formState, setFocus } = useFormContext<EndpointForm>();
  const { fields, append, remove } = useFieldArray({ control, name: "headers" });
  const { headers } = formState.errors;
  const problem = headers?.message ?? headers?.root?.message;
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="contents text-sm font-medium text-ink">Headers of your own</legend>
      {fields.map(({ id, known }, index) => (
        <div key={id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 sm:grid-cols-[1fr_1.5fr_auto]">
          <FormField control={control} name={`headers.${index}.name`} label={`Name of header ${index + 1}`}>
            {(field) => (
              <Input
                {...field}
                readOnly={known}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                placeholder="X-Team"
              />
            )}
          </FormField>
          <FormField
            control={control}
            name={`headers.${index}.value`}
            label={`Value of header ${index + 1}`}
            className="max-sm:col-start-1"
          >
            {(field) => (
              <Input
                {...field}
                type="password"
                autoComplete="new-password"
                placeholder={known ? "Stays as it is" : ""}
              />
            )}
          </FormField>
          <IconButton
            label={`Remove header ${index + 1}`}
            className="col-start-2 row-start-1 mt-6 self-start sm:col-start-3"
            onClick={() => remove(index)}
          >
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ))}
      <p role="alert" className="text-sm text-danger-text empty:hidden">
        {problem}
      </p>
      <p className="text-sm text-ink-subtle">
        Sent along with every request, such as a key of your gateway. Values are kept encrypted and are shown
        to nobody.
      </p>
      <Button
        className="self-start"
        disabledReason={fields.length >= headersMax && `There can be ${headersMax}`}
        onClick={() => {
          append({ name: "", value: "", known: false }, { shouldFocus: false });
          const name = `headers.${fields.length}.name` as const;
          setTimeout(() => setFocus(name));
        }}
      >
        <Plus aria-hidden />
        Add a header
      </Button>
    </fieldset>
  );
}
