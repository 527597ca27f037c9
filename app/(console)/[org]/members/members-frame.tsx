"use client";

import type { ReactNode } from "react";
import { UserPlus } from "lucide-react";
import { useQueryState } from "nuqs";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { InviteDialog } from "#app/(console)/[org]/members/invites/invite-dialog.tsx";
import { openInvite } from "#app/(console)/[org]/members/search-params.ts";
import { SeatsNote } from "#app/(console)/[org]/members/seats-note.tsx";
import { Button } from "#app/_ui/button.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { TabNav } from "#app/_ui/tab-nav.tsx";

/** The head that the lists of members and of invites share, with the seats that the plan has for both. */
export function MembersFrame({ children }: { children: ReactNode }) {
  const { slug } = useOrganization();
  const { can, why } = useAccess();
  const [dialog, setDialog] = useQueryState("invite", openInvite.invite);
  const at = `/${slug}/members`;
  return (
    <>
      <PageHeader
        title="Members"
        description="Who belongs to this organization, and in which role."
        aside={<SeatsNote />}
        actions={
          <Button
            variant="primary"
            disabledReason={why("members.write")}
            onClick={() => void setDialog("new")}
          >
            <UserPlus aria-hidden />
            Invite
          </Button>
        }
      />
      {can("members.read") && (
        <TabNav
          label="Members and invites"
          tabs={[
            { href: at, label: "Members" },
            { href: `${at}/invites`, label: "Invites" },
          ]}
        />
      )}
      {children}
      <InviteDialog
        open={dialog === "new" && can("members.write")}
        onOpenChange={(open) => void setDialog(open ? "new" : null)}
      />
    </>
  );
}
