"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardFooter, CardHeader } from "#app/_ui/card.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { PasswordInput } from "#app/_ui/input.tsx";
import { toastDone } from "#app/_ui/toast.tsx";
import { ChangePassword } from "#server/identity/schema.ts";

const empty = { current: "", password: "" };

/** Another password, for whoever knows the present one. */
export function PasswordCard({ email }: { email: string }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const change = useMutation(api.session.changePassword.mutationOptions());
  const form = useZodForm(ChangePassword, { defaultValues: empty });
  return (
    <Card aria-labelledby="account-password">
      <Form
        form={form}
        aria-label="Password"
        className="gap-0"
        onSubmit={async (values) => {
          const { ended } = await change.mutateAsync(values);
          form.reset(empty);
          toastDone(
            ended === 0 ? "Password changed." : "Password changed. Your other browsers are signed out.",
          );
          await queryClient.invalidateQueries(api.session.list.queryFilter());
        }}
      >
        <CardHeader
          id="account-password"
          title="Password"
          description="A change signs you out everywhere else."
        />
        <CardBody className="flex flex-col gap-5">
          {/* For password managers, which look for the account beside the password. */}
          <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
          <FormField
            control={form.control}
            name="current"
            label="Present password"
            className="sm:max-w-sm"
            required
          >
            {(field) => <PasswordInput {...field} autoComplete="current-password" />}
          </FormField>
          <FormField
            control={form.control}
            name="password"
            label="New password"
            hint="At least 10 characters. A short sentence is safe, and easy to remember."
            className="sm:max-w-sm"
            required
          >
            {(field) => <PasswordInput {...field} autoComplete="new-password" />}
          </FormField>
        </CardBody>
        <CardFooter>
          <span>You are told by mail.</span>
          <SubmitButton needsChanges>Change password</SubmitButton>
        </CardFooter>
      </Form>
    </Card>
  );
}
