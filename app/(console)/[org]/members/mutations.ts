"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { toastDone } from "#app/_ui/toast.tsx";

type Named = { id: string; name: string };

/** Reads anew whatever shows members, their roles or their seats. */
export function useRefreshMembers(): () => Promise<void> {
  const api = useApi();
  const queryClient = useQueryClient();
  return async () => {
    await Promise.all(
      [
        api.members.pathFilter(),
        api.invites.pathFilter(),
        api.roles.pathFilter(),
        api.organization.pathFilter(),
      ].map((filter) => queryClient.invalidateQueries(filter)),
    );
  };
}

/** What changes a membership. Each throws what the server refuses, for the dialog that asked. */
export function useMemberActs() {
  const api = useApi();
  const { id: organizationId } = useOrganization();
  // Also after a refusal: then the list has shown what is true no more.
  const options = { onSettled: useRefreshMembers() };
  const changeRole = useMutation(api.members.changeRole.mutationOptions(options));
  const suspend = useMutation(api.members.suspend.mutationOptions(options));
  const reactivate = useMutation(api.members.reactivate.mutationOptions(options));
  const remove = useMutation(api.members.remove.mutationOptions(options));
  const transfer = useMutation(api.members.transferOwnership.mutationOptions(options));
  const leave = useMutation(api.organizations.leave.mutationOptions());
  return {
    changeRole: async ({ id, name }: Named, role: Named) => {
      await changeRole.mutateAsync({ id, roleId: role.id });
      toastDone(`${name} is now ${role.name}`);
    },
    suspend: async ({ id, name }: Named) => {
      await suspend.mutateAsync({ id });
      toastDone(`${name} is suspended`);
    },
    reactivate: async ({ id, name }: Named) => {
      await reactivate.mutateAsync({ id });
      toastDone(`${name} is active again`);
    },
    remove: async ({ id, name }: Named) => {
      await remove.mutateAsync({ id });
      toastDone(`${name} was removed`);
    },
    transfer: async ({ id, name }: Named) => {
      await transfer.mutateAsync({ id });
      toastDone(`${name} owns the organization now`);
    },
    leave: async () => {
      await leave.mutateAsync({ organizationId });
      // A full load: nothing that a member has read stays in this page's memory.
      window.location.assign("/");
      await new Promise(() => {});
    },
  };
}
