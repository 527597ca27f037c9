"use client";

import { useRouter } from "next/navigation";
import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { signUpAction } from "#app/(auth)/sign-up/action.ts";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, PasswordInput } from "#app/_ui/input.tsx";
import { SignUp } from "#server/identity/schema.ts";

/** Person and organization; the answer comes by mail. */
export function SignUpForm() {
  const router = useRouter();
  const form = useZodForm(SignUp);
  useFirstFocus(form, "name");
  const submit = async (values: SignUp) => {
    const { email } = resultOf(await signUpAction(values));
    router.push(`/check-mail?email=${encodeURIComponent(email)}`);
  };
  return (
    <Form form={form} onSubmit={submit} aria-label="Create an account">
      <TypedField form={form} name="name" label="Your name">
        {(field) => <Input {...field} autoComplete="name" className="h-10" />}
      </TypedField>
      <TypedField form={form} name="email" label="E-mail address">
        {(field) => (
          <Input {...field} type="email" autoComplete="username" autoCapitalize="none" className="h-10" />
        )}
      </TypedField>
      <TypedField form={form} name="organizationName" label="Organization">
        {(field) => <Input {...field} autoComplete="organization" className="h-10" />}
      </TypedField>
      <TypedField
        form={form}
        name="password"
        label="Password"
        hint="At least 10 characters. A short sentence is safe, and easy to remember."
      >
        {(field) => <PasswordInput {...field} autoComplete="new-password" className="h-10" />}
      </TypedField>
      <SubmitButton size="lg" wide>
        Create account
      </SubmitButton>
    </Form>
  );
}
