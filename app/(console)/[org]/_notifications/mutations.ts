"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { toastError } from "#app/_ui/toast.tsx";

/** Marking as read; the bell, the panel and the page ask anew afterwards. */
export function useMarkRead() {
  const api = useApi();
  const queryClient = useQueryClient();
  const after = {
    onSuccess: () => queryClient.invalidateQueries(api.notifications.pathFilter()),
    onError: toastError,
  };
  const one = useMutation(api.notifications.markRead.mutationOptions(after));
  const all = useMutation(api.notifications.markAllRead.mutationOptions(after));
  return {
    markRead: (id: string) => one.mutate({ id }),
    markAllRead: () => all.mutate(),
    markingAll: all.isPending,
  };
}
