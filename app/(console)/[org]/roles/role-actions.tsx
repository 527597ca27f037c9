"use client";

import { useState, type ReactNode } from "react";
import { Copy, Pencil, Trash2 } from "lucide-react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { CloneRoleDialog } from "#app/(console)/[org]/roles/clone-role-dialog.tsx";
import { DeleteRoleDialog } from "#app/(console)/[org]/roles/delete-role-dialog.tsx";
import { usesOf } from "#app/(console)/[org]/roles/uses.ts";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import type { RoleRow } from "#server/roles/schema.ts";

type RoleActionsProps = {
  role: RoleRow;
  trigger: ReactNode;
  /** Not on the role's own page, which is the editor. */
  withEdit?: boolean;
};

/** Edit, clone and delete, with the dialogs that belong to them. */
export function RoleActions({ role, trigger, withEdit = false }: RoleActionsProps) {
  const go = useGo();
  const { slug } = useOrganization();
  const [cloning, setCloning] = useState(false);
  const [deleting, setDeleting] = useState(false);
  // Of a role in use the dialog can say by whom; every other reason stands in the menu.
  const refused = usesOf(role) && !role.builtIn && !role.acts.update ? null : role.acts.delete;
  return (
    <>
      <DropdownMenu trigger={trigger} className="min-w-52">
        {withEdit && (
          <MenuItem disabledReason={role.acts.update} onSelect={() => go(`/${slug}/roles/${role.id}`)}>
            <Pencil aria-hidden />
            Edit
          </MenuItem>
        )}
        <MenuItem disabledReason={role.acts.clone} onSelect={() => setCloning(true)}>
          <Copy aria-hidden />
          Clone…
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger={!refused} disabledReason={refused} onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden />
          Delete…
        </MenuItem>
      </DropdownMenu>
      <CloneRoleDialog open={cloning} onOpenChange={setCloning} role={role} />
      <DeleteRoleDialog open={deleting} onOpenChange={setDeleting} role={role} />
    </>
  );
}
