"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { toastDone } from "#app/_ui/toast.tsx";
import type { CreateRole, UpdateRole } from "#server/roles/schema.ts";

type Named = { id: string; name: string };

/** What makes, changes and deletes roles. Each throws what the server refuses, for the form or dialog that asked. */
export function useRoleActs() {
  const api = useApi();
  const queryClient = useQueryClient();
  const refresh = async () => {
    const filters = [api.roles.pathFilter(), api.members.pathFilter(), api.organization.get.queryFilter()];
    await Promise.all(filters.map((filter) => queryClient.invalidateQueries(filter)));
  };
  const create = useMutation(api.roles.create.mutationOptions({ onSuccess: refresh }));
  const clone = useMutation(api.roles.clone.mutationOptions({ onSuccess: refresh }));
  const remove = useMutation(api.roles.delete.mutationOptions());
  return {
    create: (role: CreateRole) => create.mutateAsync(role),
    clone: (id: string, name: string) => clone.mutateAsync({ id, name }),
    remove: async ({ id, name }: Named) => {
      await remove.mutateAsync({ id });
      toastDone(`Role “${name}” deleted`);
      // Its own page must not ask for it again before it is left.
      void queryClient.invalidateQueries(api.roles.list.queryFilter());
    },
  };
}

/**
 * Saves one role as it was shown, and answers its new version. Where somebody else was faster it reads what they saved,
 * saves nothing, and throws role_changed.
 */
export function useRoleEditing(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const update = useMutation(api.roles.update.mutationOptions());
  const look = () => queryClient.fetchQuery({ ...api.roles.get.queryOptions({ id }), staleTime: 0 });
  return {
    save: async (role: Omit<UpdateRole, "id">): Promise<number> => {
      try {
        const { version } = await update.mutateAsync({ id, ...role });
        toastDone("Role saved");
        const filters = [
          api.roles.pathFilter(),
          api.members.pathFilter(),
          api.organization.get.queryFilter(),
        ];
        await Promise.all(filters.map((filter) => queryClient.invalidateQueries(filter)));
        return version;
      } catch (error) {
        if (readServerError(error).reason === "role_changed") await look();
        throw error;
      }
    },
  };
}
