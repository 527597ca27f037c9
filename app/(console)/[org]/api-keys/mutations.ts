"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { toastDone } from "#app/_ui/toast.tsx";
import type { CreateApiKey, RotateApiKey } from "#server/api-keys/schema.ts";

/** What makes and ends keys. Each throws what the server refuses, for the form or dialog that asked. */
export function useKeyActs() {
  const api = useApi();
  const queryClient = useQueryClient();
  const options = {
    onSettled: async () => {
      const filters = [api.apiKeys.pathFilter(), api.organization.usage.queryFilter()];
      await Promise.all(filters.map((filter) => queryClient.invalidateQueries(filter)));
    },
  };
  const create = useMutation(api.apiKeys.create.mutationOptions(options));
  const rotate = useMutation(api.apiKeys.rotate.mutationOptions(options));
  const revoke = useMutation(api.apiKeys.revoke.mutationOptions(options));
  const settings = useMutation(api.apiKeys.updateSettings.mutationOptions(options));
  return {
    create: (key: CreateApiKey) => create.mutateAsync(key),
    rotate: (input: RotateApiKey) => rotate.mutateAsync(input),
    revoke: async ({ id, name }: { id: string; name: string }) => {
      await revoke.mutateAsync({ id });
      toastDone(`“${name}” is revoked`);
    },
    updateSettings: async (keyDaysMax: number | null) => {
      await settings.mutateAsync({ keyDaysMax });
      toastDone("Saved; it counts for keys made from now on");
    },
  };
}
