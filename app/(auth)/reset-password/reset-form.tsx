"use client";

import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { resetPasswordAction } from "#app/(auth)/reset-password/action.ts";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { PasswordInput } from "#app/_ui/input.tsx";
import { ChoosePassword } from "#server/identity/schema.ts";

/** The new password, once: it can be looked at instead of being typed twice. */
export function ResetForm({ token, email }: { token: string; email: string }) {
  const form = useZodForm(ChoosePassword);
  useFirstFocus(form, "password");
  const submit = async ({ password }: ChoosePassword) => {
    resultOf(await resetPasswordAction({ token, password }));
    window.location.assign("/");
    await new Promise(() => {});
  };
  return (
    <Form form={form} onSubmit={submit} aria-label="Choose a new password">
      {/* For password managers, which look for the account beside the password. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TypedField
        form={form}
        name="password"
        label="New password"
        hint="At least 10 characters. A short sentence is safe, and easy to remember."
      >
        {(field) => <PasswordInput {...field} autoComplete="new-password" className="h-10" />}
      </TypedField>
      <SubmitButton size="lg" wide>
        Save and sign in
      </SubmitButton>
    </Form>
  );
}
