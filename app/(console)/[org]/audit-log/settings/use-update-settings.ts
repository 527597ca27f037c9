"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";

export type AuditSettings = Outputs["audit"]["settings"];

/** Changes settings of the log and reads them again. */
export function useUpdateSettings() {
  const api = useApi();
  const queryClient = useQueryClient();
  const update = useMutation(api.audit.updateSettings.mutationOptions());
  return async (change: Parameters<typeof update.mutateAsync>[0]) => {
    await update.mutateAsync(change);
    await queryClient.invalidateQueries(api.audit.settings.queryFilter());
  };
}
