"use client";

import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { changeEmailAction } from "#app/(auth)/change-email/action.ts";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { PasswordInput } from "#app/_ui/input.tsx";
import { ConfirmEmail, ProveByPassword } from "#server/identity/schema.ts";

type ChangeFormProps = {
  token: string;
  /** The address that is to be. */
  email: string;
  /** Not in the browser that is signed in to this account already. */
  needsPassword: boolean;
};

/** Moves the account with the link and, where its owner is not signed in, the password. */
export function ChangeForm({ token, email, needsPassword }: ChangeFormProps) {
  return needsPassword ? <WithPassword token={token} email={email} /> : <WithSession token={token} />;
}

async function change(values: ConfirmEmail): Promise<void> {
  resultOf(await changeEmailAction(values));
  window.location.assign("/account");
  await new Promise(() => {});
}

function WithSession({ token }: { token: string }) {
  const form = useZodForm(ConfirmEmail, { defaultValues: { token } });
  return (
    <Form form={form} onSubmit={change} aria-label="Use this address">
      <SubmitButton size="lg" wide>
        Use this address
      </SubmitButton>
    </Form>
  );
}

function WithPassword({ token, email }: { token: string; email: string }) {
  const form = useZodForm(ProveByPassword);
  useFirstFocus(form, "password");
  return (
    <Form form={form} onSubmit={({ password }) => change({ token, password })} aria-label="Use this address">
      {/* For password managers, which look for the account beside the password. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TypedField form={form} name="password" label="The password of your account">
        {(field) => <PasswordInput {...field} autoComplete="current-password" className="h-10" />}
      </TypedField>
      <SubmitButton size="lg" wide>
        Use this address
      </SubmitButton>
    </Form>
  );
}
