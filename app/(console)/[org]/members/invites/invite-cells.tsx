"use client";

import { useState } from "react";
import { Ellipsis, MailX, Send, UserCog } from "lucide-react";
import { ChooseRoleDialog } from "#app/(console)/[org]/_access/choose-role-dialog.tsx";
import { useInviteActs } from "#app/(console)/[org]/members/invites/mutations.ts";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { InviteRow } from "#server/invites/schema.ts";

type CellProps = { invite: InviteRow };

/** Who was invited, and by whom. */
export function InvitedCell({ invite: { email, grantedBy } }: CellProps) {
  return (
    <div className="min-w-0 md:py-2">
      <p className="clip-line text-base font-medium text-ink">{email}</p>
      <p className="clip-line text-sm text-ink-subtle">
        {grantedBy ? `Invited by ${grantedBy}` : "Invited by a former member"}
      </p>
    </div>
  );
}

/** How long it still works, or how it ended. */
export function InviteEndCell({ invite: { status, expiresAt } }: CellProps) {
  if (status === "accepted") return <span>Accepted</span>;
  if (status === "revoked") return <span>Taken back</span>;
  return (
    <span>
      {status === "pending" ? "Ends" : "Ended"} <RelativeTime date={expiresAt} />
    </span>
  );
}

/** Send again, change its role, take it back. */
export function InviteActionsCell({ invite }: CellProps) {
  const { resend, revoke, changeRole } = useInviteActs();
  const [choosing, setChoosing] = useState(false);
  const [asking, setAsking] = useState(false);
  const { email, acts } = invite;
  return (
    <>
      <DropdownMenu
        className="min-w-52"
        trigger={
          <IconButton label={`Actions for ${email}`} plain size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem disabledReason={acts.resend} onSelect={() => void resend(invite)}>
          <Send aria-hidden />
          Send again
        </MenuItem>
        <MenuItem disabledReason={acts.changeRole} onSelect={() => setChoosing(true)}>
          <UserCog aria-hidden />
          Change role…
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger={!acts.revoke} disabledReason={acts.revoke} onSelect={() => setAsking(true)}>
          <MailX aria-hidden />
          Take back…
        </MenuItem>
      </DropdownMenu>
      <ChooseRoleDialog
        open={choosing}
        onOpenChange={setChoosing}
        title={`Role of ${email}`}
        description="They get it when they accept."
        isPresent={({ id }) => id === invite.roleId}
        onChoose={(role) => changeRole(invite, role)}
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Take back the invite of ${email}?`}
        consequence="The link in their mail stops working at once, and the seat that was kept for them becomes free."
        confirmLabel="Take back invite"
        onConfirm={() => revoke(invite)}
      />
    </>
  );
}
