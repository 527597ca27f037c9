"use client";

import { resultOf } from "#app/(auth)/_form/answer.ts";
import { acceptInviteAction } from "#app/(auth)/invite/[token]/action.ts";
import { Form, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { InviteLink } from "#server/invites/schema.ts";

/** One button for who is signed in under the invite's address. */
export function AcceptForm({ token, organization }: { token: string; organization: string }) {
  const form = useZodForm(InviteLink, { defaultValues: { token } });
  return (
    <Form
      form={form}
      aria-label="Accept the invite"
      onSubmit={async (values) => {
        const { slug } = resultOf(await acceptInviteAction(values));
        // A full load: the organization is new to this browser.
        window.location.assign(`/${slug}`);
        await new Promise(() => {});
      }}
    >
      <SubmitButton size="lg" wide>
        Join {organization}
      </SubmitButton>
    </Form>
  );
}
