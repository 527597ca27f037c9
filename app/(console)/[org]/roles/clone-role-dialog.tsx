"use client";

import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useRoleActs } from "#app/(console)/[org]/roles/mutations.ts";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { CloneRole, type RoleRow } from "#server/roles/schema.ts";

type CloneRoleDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; role: RoleRow };

/** Makes a role that permits the same, and opens it. */
export function CloneRoleDialog({ open, onOpenChange, role }: CloneRoleDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Clone “${role.name}”`}
      description={`Makes a role of your own with its ${countOf(role.permissions.length, "permission")}, which you can then change.`}
      size="sm"
    >
      <CloneRoleForm role={role} onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function CloneRoleForm({ role, onClose }: { role: RoleRow; onClose: () => void }) {
  const { clone } = useRoleActs();
  const go = useGo();
  const { slug } = useOrganization();
  const form = useZodForm(CloneRole, { defaultValues: { id: role.id, name: `${role.name} copy` } });
  return (
    <Form
      form={form}
      aria-label="Clone role"
      onSubmit={async ({ name }) => {
        const { id } = await clone(role.id, name);
        onClose();
        go(`/${slug}/roles/${id}`);
      }}
    >
      <FormField control={form.control} name="name" label="Name of the new role" required>
        {(field) => <Input {...field} data-autofocus autoComplete="off" />}
      </FormField>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <SubmitButton>Clone role</SubmitButton>
      </DialogActions>
    </Form>
  );
}
