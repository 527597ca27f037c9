"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { refreshTasks } from "#app/(console)/[org]/_tasks/mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { toastError, toastWithUndo } from "#app/_ui/toast.tsx";

type Named = { id: string; name: string };

/** Archives and brings back; both can be undone, so neither asks first. */
export function useArchiveProject() {
  const api = useApi();
  const queryClient = useQueryClient();
  const options = { onSettled: () => refreshTasks(queryClient, api) };
  const archive = useMutation(api.projects.archive.mutationOptions(options));
  const unarchive = useMutation(api.projects.unarchive.mutationOptions(options));
  return {
    archive: async ({ id, name }: Named) => {
      try {
        await archive.mutateAsync({ id });
        toastWithUndo(`“${name}” archived`, () => unarchive.mutateAsync({ id }));
      } catch (error) {
        toastError(error);
      }
    },
    unarchive: async ({ id, name }: Named) => {
      try {
        await unarchive.mutateAsync({ id });
        toastWithUndo(`“${name}” is active again`, () => archive.mutateAsync({ id }));
      } catch (error) {
        toastError(error);
      }
    },
  };
}

/** Deletes a project with its tasks, and offers to take it back. Throws what the server refuses, for the dialog. */
export function useDeleteProject(): (project: Named) => Promise<void> {
  const api = useApi();
  const queryClient = useQueryClient();
  const refresh = () => refreshTasks(queryClient, api);
  const remove = useMutation(api.projects.delete.mutationOptions());
  const restore = useMutation(api.projects.restore.mutationOptions({ onSettled: refresh }));
  return async ({ id, name }) => {
    await remove.mutateAsync({ id });
    toastWithUndo(`“${name}” deleted`, () => restore.mutateAsync({ id }));
    // Not awaited: the page of the deleted project must not ask for it again before it is left.
    void refresh();
  };
}
