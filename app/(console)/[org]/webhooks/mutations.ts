"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { toastDone } from "#app/_ui/toast.tsx";
import type {
  CreateEndpoint,
  RecoverEndpoint,
  ResumeEndpoint,
  RotateSecret,
  UpdateEndpoint,
} from "#server/webhooks/schema.ts";

/** What is done with endpoints and deliveries. Each throws what the server refuses, for whoever asked. */
export function useWebhookActs() {
  const api = useApi();
  const queryClient = useQueryClient();
  const refresh = async () => {
    const filters = [
      api.webhooks.pathFilter(),
      api.events.list.queryFilter(),
      api.organization.usage.queryFilter(),
    ];
    await Promise.all(filters.map((filter) => queryClient.invalidateQueries(filter)));
  };
  const options = { onSettled: refresh };
  const create = useMutation(api.webhooks.create.mutationOptions(options));
  const pause = useMutation(api.webhooks.pause.mutationOptions(options));
  const resume = useMutation(api.webhooks.resume.mutationOptions(options));
  const remove = useMutation(api.webhooks.delete.mutationOptions());
  const rotate = useMutation(api.webhooks.rotateSecret.mutationOptions(options));
  const test = useMutation(api.webhooks.sendTest.mutationOptions(options));
  const replay = useMutation(api.webhooks.replay.mutationOptions(options));
  const recover = useMutation(api.webhooks.recover.mutationOptions(options));
  return {
    create: (input: CreateEndpoint) => create.mutateAsync(input),
    pause: async (id: string) => {
      await pause.mutateAsync({ id });
      toastDone("Paused; what happens now is held for it");
    },
    resume: async (input: ResumeEndpoint) => {
      const { recoveryId } = await resume.mutateAsync(input);
      toastDone(recoveryId ? "Sending again, and what was held goes out now" : "Sending again");
    },
    remove: async (id: string) => {
      // Its own page must not ask for it again before it is left, least of all by the clock.
      const asked = api.webhooks.recoveries.queryFilter({ id });
      await queryClient.cancelQueries(asked);
      queryClient.setQueryData(
        api.webhooks.recoveries.queryKey({ id }),
        (now) => now && { ...now, items: [] },
      );
      try {
        await remove.mutateAsync({ id });
      } catch (error) {
        void queryClient.invalidateQueries(asked);
        throw error;
      }
      toastDone("Endpoint deleted");
      void queryClient.invalidateQueries(api.webhooks.list.queryFilter());
      void queryClient.invalidateQueries(api.organization.usage.queryFilter());
    },
    rotate: (input: RotateSecret) => rotate.mutateAsync(input),
    sendTest: (id: string) => test.mutateAsync({ id }),
    testing: test.isPending,
    replay: async (ids: string[]) => {
      const { replayed } = await replay.mutateAsync({ ids });
      toastDone(replayed === 1 ? "1 delivery is sent again" : `${replayed} deliveries are sent again`);
    },
    replaying: replay.isPending,
    recover: (input: RecoverEndpoint) => recover.mutateAsync(input),
  };
}

/**
 * Saves an endpoint's settings as they were shown. Where somebody else was faster it reads what they saved, saves
 * nothing, and throws endpoint_changed.
 */
export function useEndpointEditing(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const update = useMutation(api.webhooks.update.mutationOptions());
  const look = () => queryClient.fetchQuery({ ...api.webhooks.get.queryOptions({ id }), staleTime: 0 });
  return {
    save: async (input: Omit<UpdateEndpoint, "id">) => {
      try {
        const saved = await update.mutateAsync({ id, ...input });
        await queryClient.invalidateQueries(api.webhooks.pathFilter());
        return saved;
      } catch (error) {
        if (readServerError(error).reason === "endpoint_changed") await look();
        throw error;
      }
    },
  };
}
