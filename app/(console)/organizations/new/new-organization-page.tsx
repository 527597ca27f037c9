"use client";

import { useMutation } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardFooter } from "#app/_ui/card.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { CreateOrganization } from "#server/organizations/schema.ts";

/** Makes an organization and leads into it. */
export function NewOrganizationPage({ first }: { first: boolean }) {
  const api = useApi();
  const go = useGo();
  const create = useMutation(api.organizations.create.mutationOptions());
  const form = useZodForm(CreateOrganization, { defaultValues: { name: "" } });
  return (
    <div className="max-w-xl">
      <PageHeader
        title={first ? "Create your first organization" : "New organization"}
        description={
          first
            ? "You belong to no organization yet. Make one, or ask a colleague to add you to theirs."
            : "It keeps its own members, projects and tasks, apart from all others."
        }
      />
      <Card>
        <Form
          form={form}
          aria-label="New organization"
          className="gap-0"
          onSubmit={async (values) => {
            const { slug } = await create.mutateAsync(values);
            go(`/${slug}`);
          }}
        >
          <CardBody className="pt-5">
            <FormField
              control={form.control}
              name="name"
              label="Name"
              hint="For example the name of your company. You can change it later."
              required
            >
              {(field) => <Input {...field} autoComplete="organization" />}
            </FormField>
          </CardBody>
          <CardFooter>
            <span>You become its owner.</span>
            <SubmitButton>Create organization</SubmitButton>
          </CardFooter>
        </Form>
      </Card>
    </div>
  );
}
