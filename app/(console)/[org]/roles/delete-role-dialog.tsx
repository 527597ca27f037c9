"use client";

import { useQuery } from "@tanstack/react-query";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useRoleActs } from "#app/(console)/[org]/roles/mutations.ts";
import { usesOf } from "#app/(console)/[org]/roles/uses.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import type { RoleRow } from "#server/roles/schema.ts";

const shownMax = 6;

type DeleteRoleDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; role: RoleRow };

/** Asks before a role is deleted; of one that somebody has it says who, and leads there. */
export function DeleteRoleDialog({ open, onOpenChange, role }: DeleteRoleDialogProps) {
  const { remove } = useRoleActs();
  const go = useGo();
  const { slug } = useOrganization();
  const uses = usesOf(role);
  if (uses) {
    return (
      <Dialog
        open={open}
        onOpenChange={onOpenChange}
        title={`“${role.name}” is in use`}
        description={`${uses} ${role.members + role.invites === 1 ? "has" : "have"} it. Give them another role first.`}
        size="sm"
      >
        <Holders role={role} onClose={() => onOpenChange(false)} />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete “${role.name}”?`}
      consequence="Nobody has it. It cannot be brought back; the audit log keeps what it permitted."
      confirmLabel="Delete role"
      onConfirm={async () => {
        await remove(role);
        go(`/${slug}/roles`);
      }}
    />
  );
}

function Holders({ role, onClose }: { role: RoleRow; onClose: () => void }) {
  const api = useApi();
  const { slug } = useOrganization();
  const { can } = useAccess();
  const { data } = useQuery(api.roles.get.queryOptions({ id: role.id }));
  const holders = data?.holders ?? [];
  const rest = role.members - Math.min(holders.length, shownMax);
  return (
    <div className="flex flex-col gap-4">
      {holders.length > 0 && (
        <ul className="flex flex-col gap-2">
          {holders.slice(0, shownMax).map(({ memberId, name }) => (
            <li key={memberId} className="flex items-center gap-2.5 text-ink">
              <Avatar name={name} />
              {name}
            </li>
          ))}
          {rest > 0 && <li className="text-sm text-ink-subtle">and {rest} more</li>}
        </ul>
      )}
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        {can("members.read") && (
          <ButtonLink
            variant="primary"
            href={role.members > 0 ? `/${slug}/members?role=${role.key}` : `/${slug}/members/invites`}
          >
            {role.members > 0 ? "Show these members" : "Show invites"}
          </ButtonLink>
        )}
      </DialogActions>
    </div>
  );
}
