"use client";

import { useState, type ReactNode } from "react";
import { Crown, LogOut, Pause, Play, ShieldCheck, UserCog, UserMinus } from "lucide-react";
import { ChooseRoleDialog } from "#app/(console)/[org]/_access/choose-role-dialog.tsx";
import { MemberConfirmation, type AskedAct } from "#app/(console)/[org]/members/member-confirmation.tsx";
import { useMemberActs } from "#app/(console)/[org]/members/mutations.ts";
import { useOpenMember } from "#app/(console)/[org]/members/use-open-member.ts";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import type { MemberRow } from "#server/members/schema.ts";

type MemberActionsProps = {
  member: MemberRow;
  /** The button that opens the menu. */
  trigger: ReactNode;
};

/** Everything that can be done about a member; what one may not do says why, in the server's words. */
export function MemberActions({ member, trigger }: MemberActionsProps) {
  const { open } = useOpenMember();
  const { changeRole } = useMemberActs();
  const [choosing, setChoosing] = useState(false);
  const [asked, setAsked] = useState<AskedAct | null>(null);
  const { acts, own, status } = member;
  return (
    <>
      <DropdownMenu trigger={trigger} className="min-w-60">
        <MenuItem onSelect={() => open(member.id)}>
          <ShieldCheck aria-hidden />
          {own ? "What you can do" : "What they can do"}
        </MenuItem>
        <MenuItem disabledReason={acts.changeRole} onSelect={() => setChoosing(true)}>
          <UserCog aria-hidden />
          Change role…
        </MenuItem>
        <MenuItem disabledReason={acts.transferOwnership} onSelect={() => setAsked("transferOwnership")}>
          <Crown aria-hidden />
          Transfer ownership…
        </MenuItem>
        <MenuSeparator />
        {status === "suspended" ? (
          <MenuItem disabledReason={acts.reactivate} onSelect={() => setAsked("reactivate")}>
            <Play aria-hidden />
            Reactivate…
          </MenuItem>
        ) : (
          <MenuItem disabledReason={acts.suspend} onSelect={() => setAsked("suspend")}>
            <Pause aria-hidden />
            Suspend…
          </MenuItem>
        )}
        <MenuItem danger={!acts.remove} disabledReason={acts.remove} onSelect={() => setAsked("remove")}>
          <UserMinus aria-hidden />
          Remove…
        </MenuItem>
        {own && (
          <MenuItem danger={!acts.leave} disabledReason={acts.leave} onSelect={() => setAsked("leave")}>
            <LogOut aria-hidden />
            Leave organization…
          </MenuItem>
        )}
      </DropdownMenu>
      <ChooseRoleDialog
        open={choosing}
        onOpenChange={setChoosing}
        title={`Role of ${member.name}`}
        description="Counts from their next click on, in tabs that are open as well."
        isPresent={({ key }) => key === member.roleKey}
        onChoose={(role) => changeRole(member, role)}
      />
      <MemberConfirmation act={asked} onClose={() => setAsked(null)} member={member} />
    </>
  );
}
