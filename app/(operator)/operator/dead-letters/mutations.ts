"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import type { Inputs } from "#app/_trpc/types.ts";
import { toastDone } from "#app/_ui/toast.tsx";

export type Replay = Inputs["operator"]["jobs"]["replay"];

/** Replaying and discarding; whatever shows or counts dead letters is asked anew afterwards. */
export function useDeadLetters() {
  const api = useApi();
  const queryClient = useQueryClient();
  // Also after a refusal: then somebody else was faster, and the list is not what it seems.
  const onSettled = () => queryClient.invalidateQueries(api.operator.pathFilter());
  const replaying = useMutation(api.operator.jobs.replay.mutationOptions({ onSettled }));
  const discarding = useMutation(api.operator.jobs.discard.mutationOptions({ onSettled }));
  return {
    replaying: replaying.isPending,
    replay: async (input: Replay) => {
      const { replayed } = await replaying.mutateAsync(input);
      toastDone(`${jobs(replayed)} due again`);
    },
    discard: async (input: Inputs["operator"]["jobs"]["discard"]) => {
      const { discarded } = await discarding.mutateAsync(input);
      toastDone(`${jobs(discarded)} discarded`);
    },
  };
}

/** "1 job", "12 jobs". */
export function jobs(count: number): string {
  return `${new Intl.NumberFormat("en").format(count)} ${count === 1 ? "job" : "jobs"}`;
}
