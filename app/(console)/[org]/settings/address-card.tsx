"use client";

import { useMutation } from "@tanstack/react-query";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardFooter, CardHeader } from "#app/_ui/card.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { toastDone } from "#app/_ui/toast.tsx";
import { ChangeSlug } from "#server/organizations/schema.ts";

/** The organization's part of every address; a changed one leaves the old one redirecting. */
export function AddressCard() {
  const api = useApi();
  const go = useGo();
  const { slug } = useOrganization();
  const { why } = useAccess();
  const change = useMutation(api.organization.changeSlug.mutationOptions());
  const form = useZodForm(ChangeSlug, { values: { slug } });
  const refused = why("organization.write");
  return (
    <Card>
      <Form
        form={form}
        aria-label="Address"
        className="gap-0"
        onSubmit={async (values) => {
          const { slug: next } = await change.mutateAsync(values);
          toastDone("Address changed. Old links lead to the new one.");
          go(`/${next}/settings`);
        }}
      >
        <CardHeader title="Address" description="Begins every link into this organization." />
        <CardBody>
          <FormField control={form.control} name="slug" label="Organization address" labelHidden>
            {(field) => (
              <Input
                {...field}
                lead="/"
                readOnly={refused !== null}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                className="font-mono sm:max-w-sm"
              />
            )}
          </FormField>
        </CardBody>
        <CardFooter>
          <span>Old links keep working: they redirect to the new address.</span>
          <SubmitButton needsChanges disabledReason={refused}>
            Change address
          </SubmitButton>
        </CardFooter>
      </Form>
    </Card>
  );
}
