"use client";

import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { signInAction } from "#app/(auth)/sign-in/action.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, PasswordInput } from "#app/_ui/input.tsx";
import { SignIn } from "#server/identity/schema.ts";

type SignInFormProps = {
  goTo: string | null;
  /** Said until the form is sent for the first time. */
  refused: string | null;
};

/** E-mail address and password. */
export function SignInForm({ goTo, refused }: SignInFormProps) {
  const form = useZodForm(SignIn);
  useFirstFocus(form, "email");
  const submit = async (values: SignIn) => {
    try {
      const result = resultOf(await signInAction(values, goTo));
      // A full load: nothing that another account has read stays in this browser's memory.
      window.location.assign(result.goTo);
      await new Promise(() => {});
    } catch (refusal) {
      form.setFocus("password", { shouldSelect: true });
      throw refusal;
    }
  };
  return (
    <Form form={form} onSubmit={submit} aria-label="Sign in">
      {refused && form.formState.submitCount === 0 && (
        <Banner tone="danger" urgent>
          {refused}
        </Banner>
      )}
      <TypedField form={form} name="email" label="E-mail address">
        {(field) => (
          <Input {...field} type="email" autoComplete="username" autoCapitalize="none" className="h-10" />
        )}
      </TypedField>
      <div className="flex flex-col gap-2">
        <TypedField form={form} name="password" label="Password">
          {(field) => <PasswordInput {...field} autoComplete="current-password" className="h-10" />}
        </TypedField>
        <TextLink href="/forgot-password" className="self-start text-sm">
          Forgot your password?
        </TextLink>
      </div>
      <SubmitButton size="lg" wide>
        Sign in
      </SubmitButton>
    </Form>
  );
}
