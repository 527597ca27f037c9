"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { DeleteAccountCard } from "#app/(console)/account/delete-account-card.tsx";
import { EmailCard } from "#app/(console)/account/email-card.tsx";
import { PasswordCard } from "#app/(console)/account/password-card.tsx";
import { SessionsCard } from "#app/(console)/account/sessions-card.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Card, CardBody, CardFooter, CardHeader } from "#app/_ui/card.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { ThemeSwitch } from "#app/_ui/theme-switch.tsx";
import { UpdateProfile } from "#server/identity/schema.ts";

type Me = Outputs["session"]["me"];

/** What belongs to the person in every organization. */
export function ProfilePage({ me }: { me: Me }) {
  const { account } = me;
  return (
    <div className="max-w-3xl">
      <PageHeader title="Your account" description="The same in every organization you belong to." />
      <div className="flex flex-col gap-6">
        <ProfileCard account={account} />
        <EmailCard account={account} />
        <PasswordCard email={account.email} />
        <SessionsCard />
        <Card>
          <CardHeader
            title="Appearance"
            description="Remembered in this browser."
            className="flex-wrap pb-4"
            actions={<ThemeSwitch />}
          />
        </Card>
        <DeleteAccountCard me={me} />
      </div>
    </div>
  );
}

function ProfileCard({ account }: Pick<Me, "account">) {
  const api = useApi();
  const router = useRouter();
  const update = useMutation(api.session.updateProfile.mutationOptions());
  const form = useZodForm(UpdateProfile, { values: { name: account.name } });
  return (
    <Card>
      <Form
        form={form}
        aria-label="Profile"
        className="gap-0"
        onSubmit={async (values) => {
          await update.mutateAsync(values);
          // The user menu comes from the server.
          router.refresh();
        }}
      >
        <CardHeader title="Profile" description="How others see you." />
        <CardBody className="flex flex-col gap-5">
          <FormField control={form.control} name="name" label="Name" required>
            {(field) => <Input {...field} autoComplete="name" className="sm:max-w-sm" />}
          </FormField>
        </CardBody>
        <CardFooter>
          <span>Shown beside what you do.</span>
          <SubmitButton needsChanges>Save profile</SubmitButton>
        </CardFooter>
      </Form>
    </Card>
  );
}
