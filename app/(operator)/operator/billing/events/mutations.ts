"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import type { Inputs } from "#app/_trpc/types.ts";
import { toastDone } from "#app/_ui/toast.tsx";

/** Replaying; whatever shows or counts events is asked anew afterwards. */
export function useReplay() {
  const api = useApi();
  const queryClient = useQueryClient();
  // Also after a refusal: then somebody else was faster, and the list is not what it seems.
  const onSettled = () => queryClient.invalidateQueries(api.operator.pathFilter());
  const replaying = useMutation(api.operator.stripeEvents.replay.mutationOptions({ onSettled }));
  return {
    replaying: replaying.isPending,
    replay: async (input: Inputs["operator"]["stripeEvents"]["replay"]) => {
      const { replayed } = await replaying.mutateAsync(input);
      toastDone(`${events(replayed)} due again`);
    },
  };
}

/** "1 event", "12 events". */
export function events(count: number): string {
  return `${new Intl.NumberFormat("en").format(count)} ${count === 1 ? "event" : "events"}`;
}
