"use client";

import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { joinByInviteAction } from "#app/(auth)/invite/[token]/action.ts";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, PasswordInput } from "#app/_ui/input.tsx";
import { JoinByInvite } from "#server/invites/schema.ts";

type JoinFormProps = { token: string; email: string; organization: string };

const Typed = JoinByInvite.omit({ token: true });

/** Name and password of somebody new; the link has proved the address. */
export function JoinForm({ token, email, organization }: JoinFormProps) {
  const form = useZodForm(Typed);
  useFirstFocus(form, "name");
  return (
    <Form
      form={form}
      aria-label="Join"
      onSubmit={async (typed) => {
        const { slug } = resultOf(await joinByInviteAction({ token, ...typed }));
        window.location.assign(`/${slug}`);
        await new Promise(() => {});
      }}
    >
      {/* For password managers, which look for the account beside the password. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TypedField form={form} name="name" label="Your name">
        {(field) => <Input {...field} autoComplete="name" className="h-10" />}
      </TypedField>
      <TypedField
        form={form}
        name="password"
        label="Choose a password"
        hint="At least 10 characters. A short sentence is safe, and easy to remember."
      >
        {(field) => <PasswordInput {...field} autoComplete="new-password" className="h-10" />}
      </TypedField>
      <SubmitButton size="lg" wide>
        Join {organization}
      </SubmitButton>
    </Form>
  );
}
