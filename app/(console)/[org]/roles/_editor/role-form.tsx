"use client";

import { useState, type ReactNode } from "react";
import { RefusalNotice } from "#app/(console)/[org]/_access/refusal-notice.tsx";
import type { RoleValues } from "#app/(console)/[org]/roles/_editor/merge.ts";
import { PermissionPicker } from "#app/(console)/[org]/roles/_editor/permission-picker.tsx";
import { SaveBar } from "#app/(console)/[org]/roles/_editor/save-bar.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Card } from "#app/_ui/card.tsx";
import { Form, FormField, useZodForm } from "#app/_ui/form.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { CreateRole, type PermissionRow } from "#server/roles/schema.ts";

type RoleFormProps = {
  registry: readonly PermissionRow[];
  /** What the role is now; empty for a new one. */
  before: RoleValues;
  /** Stands over the permissions: what happened to the role meanwhile. */
  notice?: ReactNode;
  /** Why nothing can be saved just now. */
  blocked?: string | null;
  /** Why its permissions cannot be changed by this person; its name can. */
  permissionsFixed?: string | null;
  /** Who feels a change, in words for the bar: "3 members". */
  holders?: string | null;
  submitLabel: string;
  onSave: (role: CreateRole) => Promise<unknown>;
  onCancel: () => void;
};

/** In every role: the server adds it, for without it nobody can open the organization. */
const always = "organization.read";
const listed = new Set(["exceeds_own_permissions", "missing_dependency", "unknown_permission"]);

/** Name, description and permissions of a role, with one bar that saves them. */
export function RoleForm(props: RoleFormProps) {
  const { registry, before, permissionsFixed = null, submitLabel, onSave, onCancel, holders = null } = props;
  const [refused, setRefused] = useState<unknown>(null);
  // The first values alone: what is read again later must not overwrite what somebody types.
  const form = useZodForm(CreateRole, { defaultValues: before });
  const chosen = form.watch("permissions");
  const problem = form.formState.errors.permissions?.message;

  async function save(role: CreateRole): Promise<void> {
    setRefused(null);
    try {
      await onSave(role);
      form.reset(role);
    } catch (error) {
      const reason = readServerError(error).reason ?? "";
      // The notice says it, and what to do about it.
      if (reason === "role_changed") return;
      if (!listed.has(reason)) throw error;
      setRefused(error);
    }
  }

  return (
    <Form form={form} onSubmit={save} aria-label="Role" className="max-w-3xl gap-6">
      <Card className="flex flex-col gap-4 p-5">
        <FormField control={form.control} name="name" label="Name" required>
          {(field) => <Input {...field} autoComplete="off" placeholder="Project lead" />}
        </FormField>
        <FormField control={form.control} name="description" label="Description" optional>
          {(field) => <Textarea {...field} rows={2} placeholder="What somebody with this role looks after" />}
        </FormField>
      </Card>
      {props.notice}
      {permissionsFixed && <Banner>{permissionsFixed}</Banner>}
      <RefusalNotice error={refused} />
      {problem && (
        <Banner tone="danger" urgent>
          {problem}
        </Banner>
      )}
      <PermissionPicker
        registry={registry}
        chosen={chosen}
        onChange={
          permissionsFixed
            ? null
            : (permissions) =>
                form.setValue("permissions", permissions, {
                  shouldDirty: true,
                  shouldValidate: form.formState.isSubmitted,
                })
        }
        whyNot={({ name, mine }) =>
          name === always
            ? "Every role has this"
            : mine
              ? null
              : "You do not have this yourself, so you cannot give it"
        }
      />
      <SaveBar
        before={before.permissions}
        after={chosen}
        holders={holders}
        submitLabel={submitLabel}
        blocked={props.blocked ?? null}
        onCancel={onCancel}
      />
    </Form>
  );
}
