"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardFooter, CardHeader } from "#app/_ui/card.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { UpdateOrganization } from "#server/organizations/schema.ts";

/** The name that people see. */
export function NameCard() {
  const api = useApi();
  const queryClient = useQueryClient();
  const router = useRouter();
  const { name } = useOrganization();
  const { why } = useAccess();
  const update = useMutation(api.organization.update.mutationOptions());
  const form = useZodForm(UpdateOrganization, { values: { name } });
  const refused = why("organization.write");
  return (
    <Card>
      <Form
        form={form}
        aria-label="Name"
        className="gap-0"
        onSubmit={async (values) => {
          await update.mutateAsync(values);
          await queryClient.invalidateQueries(api.organization.get.queryFilter());
          // The switcher and the title of the page come from the server.
          router.refresh();
        }}
      >
        <CardHeader title="Name" description="Shown to members, in the sidebar and in e-mails." />
        <CardBody>
          <FormField control={form.control} name="name" label="Organization name" labelHidden>
            {(field) => (
              <Input
                {...field}
                readOnly={refused !== null}
                autoComplete="organization"
                className="sm:max-w-sm"
              />
            )}
          </FormField>
        </CardBody>
        <CardFooter>
          <span>2 to 80 characters.</span>
          <SubmitButton needsChanges disabledReason={refused}>
            Save name
          </SubmitButton>
        </CardFooter>
      </Form>
    </Card>
  );
}
