"use client";

import { useMutation } from "@tanstack/react-query";
import { useRefreshMembers } from "#app/(console)/[org]/members/mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { toastDone, toastError } from "#app/_ui/toast.tsx";

type Invited = { id: string; email: string };

/** What makes and changes invites. Each throws what the server refuses, except `resend`, which says it itself. */
export function useInviteActs() {
  const api = useApi();
  const options = { onSettled: useRefreshMembers() };
  const create = useMutation(api.invites.create.mutationOptions(options));
  const resend = useMutation(api.invites.resend.mutationOptions(options));
  const revoke = useMutation(api.invites.revoke.mutationOptions(options));
  const update = useMutation(api.invites.update.mutationOptions(options));
  return {
    create: (invites: { email: string; roleId: string }[]) => create.mutateAsync({ invites }),
    resend: async ({ id, email }: Invited) => {
      try {
        await resend.mutateAsync({ id });
        toastDone(`Sent to ${email} once more; links sent before have ended`);
      } catch (error) {
        toastError(error);
      }
    },
    revoke: async ({ id, email }: Invited) => {
      await revoke.mutateAsync({ id });
      toastDone(`The invite of ${email} was taken back`);
    },
    changeRole: async ({ id, email }: Invited, role: { id: string; name: string }) => {
      await update.mutateAsync({ id, roleId: role.id });
      toastDone(`${email} will be ${role.name}`);
    },
  };
}
