"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { toastError } from "#app/_ui/toast.tsx";

/** The acts on streams; each reads the list anew. */
export function useStreamMutations() {
  const { streams } = useApi().audit;
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(streams.list.queryFilter());
  return {
    create: useMutation(streams.create.mutationOptions({ onSuccess })),
    update: useMutation(streams.update.mutationOptions({ onSuccess })),
    pause: useMutation(streams.pause.mutationOptions({ onSuccess, onError: toastError })),
    resume: useMutation(streams.resume.mutationOptions({ onSuccess, onError: toastError })),
    remove: useMutation(streams.delete.mutationOptions({ onSuccess })),
    rotate: useMutation(streams.rotateSecret.mutationOptions({ onSuccess })),
  };
}
