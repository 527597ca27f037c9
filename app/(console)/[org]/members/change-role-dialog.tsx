"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { RefusalNotice } from "#app/(console)/[org]/_access/refusal-notice.tsx";
import { RoleChange } from "#app/(console)/[org]/_access/role-change.tsx";
import { RoleChoice } from "#app/(console)/[org]/_access/role-choice.tsx";
import { useMemberActs } from "#app/(console)/[org]/members/mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { MemberRow } from "#server/members/schema.ts";
import type { RoleRow } from "#server/roles/schema.ts";

type ChangeRoleDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  member: Pick<MemberRow, "id" | "name" | "roleKey">;
};

/** Gives a member another role, and says beforehand what that changes. */
export function ChangeRoleDialog({ open, onOpenChange, member }: ChangeRoleDialogProps) {
  const api = useApi();
  const roles = useQuery({ ...api.roles.list.queryOptions(), enabled: open });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Role of ${member.name}`}
      description="Counts from their next click on, in tabs that are open as well."
    >
      {roles.data ? (
        <ChangeRoleForm roles={roles.data} member={member} onClose={() => onOpenChange(false)} />
      ) : roles.isError ? (
        <LoadProblem error={roles.error} onRetry={roles.refetch} />
      ) : (
        <>
          <LoadingNote>Loading the roles</LoadingNote>
          <Skeleton className="h-64" />
        </>
      )}
    </Dialog>
  );
}

type ChangeRoleFormProps = {
  roles: readonly RoleRow[];
  member: ChangeRoleDialogProps["member"];
  onClose: () => void;
};

function ChangeRoleForm({ roles, member, onClose }: ChangeRoleFormProps) {
  const { changeRole } = useMemberActs();
  const before = roles.find((role) => role.key === member.roleKey) ?? null;
  const [chosen, setChosen] = useState(before);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function save(role: RoleRow): Promise<void> {
    setWorking(true);
    setError(null);
    try {
      await changeRole(member, role);
      onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setWorking(false);
    }
  }

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen && chosen !== before && !working) void save(chosen);
      }}
    >
      <RefusalNotice error={error} />
      <RoleChoice
        label={`Role of ${member.name}`}
        roles={roles}
        value={chosen?.id ?? null}
        present={before?.id ?? null}
        onChange={(id) => setChosen(roles.find((role) => role.id === id) ?? null)}
      />
      <RoleChange before={before} after={chosen} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          variant="primary"
          loading={working}
          disabledReason={chosen === before && "This is the role they have"}
        >
          Change role
        </Button>
      </DialogActions>
    </form>
  );
}
