"use client";

import { useState } from "react";
import { MailCheck } from "lucide-react";
import { resultOf } from "#app/(auth)/_form/answer.ts";
import { TypedField } from "#app/(auth)/_form/typed-field.tsx";
import { useFirstFocus } from "#app/(auth)/_form/use-first-focus.ts";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { forgotPasswordAction } from "#app/(auth)/forgot-password/action.ts";
import { Button } from "#app/_ui/button.tsx";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { AskForMail } from "#server/identity/schema.ts";

/** Asks for the address, then says that a mail is on its way, whether there is an account or not. */
export function ForgotPassword() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const footer = <TextLink href="/sign-in">Back to sign in</TextLink>;
  if (sentTo === null) {
    return (
      <AuthCard
        title="Forgotten your password?"
        description="Tell us your address, and we send you a link for a new one."
        footer={footer}
      >
        <AskForm onSent={setSentTo} />
      </AuthCard>
    );
  }
  return (
    <AuthCard
      icon={<MailCheck />}
      title="Check your mail"
      description={
        <output>
          If there is an account for <strong className="font-medium text-ink">{sentTo}</strong>, a mail with a
          link for a new password is on its way. The link works for one hour.
        </output>
      }
      footer={footer}
    >
      <Button size="lg" wide onClick={() => setSentTo(null)}>
        Try another address
      </Button>
    </AuthCard>
  );
}

function AskForm({ onSent }: { onSent: (email: string) => void }) {
  const form = useZodForm(AskForMail);
  useFirstFocus(form, "email");
  const submit = async (values: AskForMail) => onSent(resultOf(await forgotPasswordAction(values)).email);
  return (
    <Form form={form} onSubmit={submit} aria-label="Ask for a new password">
      <TypedField form={form} name="email" label="E-mail address">
        {(field) => (
          <Input {...field} type="email" autoComplete="username" autoCapitalize="none" className="h-10" />
        )}
      </TypedField>
      <SubmitButton size="lg" wide>
        Send the link
      </SubmitButton>
    </Form>
  );
}
