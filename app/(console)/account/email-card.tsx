"use client";

import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, PasswordInput } from "#app/_ui/input.tsx";
import { ChangeEmail } from "#server/identity/schema.ts";

type Account = Outputs["session"]["me"]["account"];

/** The address of the account, and the way to another one. */
export function EmailCard({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  return (
    <Card aria-labelledby="account-email">
      <CardHeader
        id="account-email"
        title="E-mail address"
        description="You sign in with it, and mails go there."
        actions={<Button onClick={() => setOpen(true)}>Change address</Button>}
      />
      <CardBody>
        <p className="flex flex-wrap items-center gap-2.5 wrap-anywhere text-ink">
          {account.email}
          <Badge tone={account.emailConfirmed ? "success" : "warning"}>
            {account.emailConfirmed ? "Confirmed" : "Not confirmed"}
          </Badge>
        </p>
        <output className="block [&:not(:empty)]:mt-4">
          {sentTo && (
            <Banner tone="info">
              A link is on its way to <strong className="font-medium wrap-anywhere">{sentTo}</strong>. Until
              it is used, this address stays as it is.
            </Banner>
          )}
        </output>
      </CardBody>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Change your e-mail address"
        description="A link goes to the new address. It becomes yours when you use the link."
        size="sm"
      >
        <ChangeEmailForm
          onSent={(email) => {
            setSentTo(email);
            setOpen(false);
          }}
          onCancel={() => setOpen(false)}
        />
      </Dialog>
    </Card>
  );
}

type ChangeEmailFormProps = { onSent: (email: string) => void; onCancel: () => void };

function ChangeEmailForm({ onSent, onCancel }: ChangeEmailFormProps) {
  const change = useMutation(useApi().session.changeEmail.mutationOptions());
  const form = useZodForm(ChangeEmail, { defaultValues: { email: "", password: "" } });
  return (
    <Form
      form={form}
      aria-label="Change your e-mail address"
      onSubmit={async (values) => onSent((await change.mutateAsync(values)).email)}
    >
      <FormField control={form.control} name="email" label="New e-mail address" required>
        {(field) => <Input {...field} type="email" autoComplete="email" autoCapitalize="none" />}
      </FormField>
      <FormField control={form.control} name="password" label="Your password" required>
        {(field) => <PasswordInput {...field} autoComplete="current-password" />}
      </FormField>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton>Send the link</SubmitButton>
      </DialogActions>
    </Form>
  );
}
