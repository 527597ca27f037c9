"use client";

import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { PasswordInput } from "#app/_ui/input.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { DeleteAccount } from "#server/identity/schema.ts";

type Me = Outputs["session"]["me"];
type Organizations = Me["organizations"];

const listedMax = 6;

/** The end of the account, for whoever knows its password. */
export function DeleteAccountCard({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  return (
    <Card aria-labelledby="delete-account" className="border-danger/40">
      <CardHeader
        id="delete-account"
        className="flex-wrap pb-4"
        title="Delete account"
        description="Ends your memberships and deletes what belongs to you alone. It cannot be undone."
        actions={
          <Button variant="danger-outline" onClick={() => setOpen(true)}>
            Delete account…
          </Button>
        }
      />
      <Dialog open={open} onOpenChange={setOpen} title="Delete your account?" size="sm">
        <DeleteAccountForm me={me} onCancel={() => setOpen(false)} />
      </Dialog>
    </Card>
  );
}

function DeleteAccountForm({ me, onCancel }: { me: Me; onCancel: () => void }) {
  const { account, organizations } = me;
  const remove = useMutation(useApi().session.deleteAccount.mutationOptions());
  const form = useZodForm(DeleteAccount, { defaultValues: { password: "" } });
  const [owned, setOwned] = useState<readonly string[]>([]);

  async function send(values: DeleteAccount): Promise<void> {
    setOwned([]);
    try {
      await remove.mutateAsync(values);
    } catch (error) {
      const { reason, names } = readServerError(error);
      if (reason !== "last_owner" || names.length === 0) throw error;
      return setOwned(names);
    }
    // A full load: nothing that was read while signed in stays in memory.
    window.location.assign("/sign-in?account=deleted");
    await new Promise(() => {});
  }

  return (
    <Form form={form} onSubmit={send} aria-label="Delete your account">
      <Consequences organizations={organizations} />
      {owned.length > 0 && <OnlyOwner names={owned} organizations={organizations} />}
      {/* For password managers, which look for the account beside the password. */}
      <input type="hidden" name="username" autoComplete="username" value={account.email} readOnly />
      <FormField control={form.control} name="password" label="Your password" required>
        {(field) => <PasswordInput {...field} autoComplete="current-password" data-autofocus />}
      </FormField>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton variant="danger">Delete account</SubmitButton>
      </DialogActions>
    </Form>
  );
}

function Consequences({ organizations }: { organizations: Organizations }) {
  const shown = organizations.slice(0, listedMax).map(({ name }) => name);
  const rest = organizations.length - shown.length;
  const list = [...shown, ...(rest > 0 ? [`${rest} more`] : [])];
  return (
    <ul className="flex list-disc flex-col gap-1.5 pl-5 text-base text-ink-muted marker:text-ink-subtle">
      {list.length > 0 && <li>You leave {new Intl.ListFormat("en").format(list)}.</li>}
      <li>Your own API keys stop working, and you are signed out everywhere.</li>
      <li>What you made for others stays: projects, tasks, and what the audit logs tell.</li>
    </ul>
  );
}

/** Nobody else could look after these: each needs another owner, or to be deleted, first. */
function OnlyOwner({ names, organizations }: { names: readonly string[]; organizations: Organizations }) {
  return (
    <Banner tone="danger" urgent title="You are the only owner of:">
      <ul className="mt-1 flex list-disc flex-col gap-1 pl-4">
        {names.map((name) => {
          const slug = organizations.find((organization) => organization.name === name)?.slug;
          return (
            <li key={name}>
              <span className="font-medium text-ink">{name}</span>
              {slug && (
                <>
                  {": "}
                  <Link className="underline underline-offset-4" href={`/${slug}/members`}>
                    make somebody else an owner
                  </Link>
                  {" or "}
                  <Link className="underline underline-offset-4" href={`/${slug}/settings#danger`}>
                    delete it
                  </Link>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </Banner>
  );
}
