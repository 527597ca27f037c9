"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { ActForm } from "#app/(console)/[org]/_access/act-form.tsx";
import { RoleChange } from "#app/(console)/[org]/_access/role-change.tsx";
import { RoleChoice } from "#app/(console)/[org]/_access/role-choice.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { RoleRow } from "#server/roles/schema.ts";

type ChooseRoleProps = {
  /** "Role of Ada Marsh"; also the name of the choice. */
  title: string;
  /** Which role it is now. */
  isPresent: (role: RoleRow) => boolean;
  /** Stays open and shows the refusal when this throws. */
  onChoose: (role: RoleRow) => Promise<unknown>;
};

type ChooseRoleDialogProps = ChooseRoleProps & {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  description: string;
};

/** Asks for another role, and says beforehand what it changes. */
export function ChooseRoleDialog({ open, onOpenChange, description, ...choosing }: ChooseRoleDialogProps) {
  const api = useApi();
  const roles = useQuery({ ...api.roles.list.queryOptions(), enabled: open });
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={choosing.title} description={description}>
      {roles.data ? (
        <ChooseRoleForm {...choosing} roles={roles.data} onClose={() => onOpenChange(false)} />
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

type ChooseRoleFormProps = ChooseRoleProps & { roles: readonly RoleRow[]; onClose: () => void };

function ChooseRoleForm({ title, isPresent, onChoose, roles, onClose }: ChooseRoleFormProps) {
  const before = roles.find(isPresent) ?? null;
  const [chosenId, setChosenId] = useState(before?.id ?? null);
  const chosen = roles.find(({ id }) => id === chosenId) ?? null;

  async function save(): Promise<void> {
    if (!chosen) return;
    await onChoose(chosen);
    onClose();
  }

  return (
    <ActForm
      actLabel="Change role"
      disabledReason={chosen === before && "This is the present role"}
      onAct={save}
      onCancel={onClose}
    >
      <RoleChoice
        label={title}
        roles={roles}
        value={chosenId}
        present={before?.id ?? null}
        onChange={setChosenId}
      />
      <RoleChange before={before} after={chosen} />
    </ActForm>
  );
}
