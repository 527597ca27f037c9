"use client";

import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { confirmEmailAction } from "#app/(auth)/confirm-email/action.ts";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { PasswordInput } from "#app/_ui/input.tsx";
import { ConfirmEmail, ProveByPassword } from "#server/identity/schema.ts";

type ConfirmFormProps = {
  token: string;
  email: string;
  /** Not in the browser that is signed in to this account already. */
  needsPassword: boolean;
};

/** Confirms with the link and, where nobody is signed in, the password: both halves of the proof. */
export function ConfirmForm({ token, email, needsPassword }: ConfirmFormProps) {
  return needsPassword ? <WithPassword token={token} email={email} /> : <WithSession token={token} />;
}

async function confirm(values: ConfirmEmail): Promise<void> {
  resultOf(await confirmEmailAction(values));
  window.location.assign("/");
  await new Promise(() => {});
}

function WithSession({ token }: { token: string }) {
  const form = useZodForm(ConfirmEmail, { defaultValues: { token } });
  return (
    <Form form={form} onSubmit={confirm} aria-label="Confirm your e-mail address">
      <SubmitButton size="lg" wide>
        Confirm e-mail address
      </SubmitButton>
    </Form>
  );
}

function WithPassword({ token, email }: { token: string; email: string }) {
  const form = useZodForm(ProveByPassword);
  useFirstFocus(form, "password");
  return (
    <Form
      form={form}
      onSubmit={({ password }) => confirm({ token, password })}
      aria-label="Confirm and sign in"
    >
      {/* For password managers, which look for the account beside the password. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <div className="flex flex-col gap-2">
        <TypedField form={form} name="password" label="The password that you signed up with">
          {(field) => <PasswordInput {...field} autoComplete="current-password" className="h-10" />}
        </TypedField>
        <TextLink href="/forgot-password" className="self-start text-sm">
          Choose another password
        </TextLink>
      </div>
      <SubmitButton size="lg" wide>
        Confirm and sign in
      </SubmitButton>
    </Form>
  );
}
