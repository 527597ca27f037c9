"use client";

import { useEffect } from "react";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useQueryState } from "nuqs";
import { auditPanels } from "#app/(console)/[org]/audit-log/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { toastError } from "#app/_ui/toast.tsx";

const pollMs = 500;

/** A verification that was asked for. It goes on in a worker; its id stands in the address, so a reload finds it. */
export function useVerification() {
  const api = useApi();
  const queryClient = useQueryClient();
  const [id, setId] = useQueryState("verify", auditPanels.verify);
  const begin = useMutation(
    api.audit.verify.mutationOptions({
      onSuccess: (asked) => void setId(asked.id),
      onError: toastError,
    }),
  );
  const query = useQuery({
    ...api.audit.run.queryOptions(id ? { id } : skipToken),
    refetchInterval: ({ state }) => (state.data && isOver(state.data.state) ? false : pollMs),
    retry: false,
  });
  const run = id ? query.data : undefined;
  const over = run !== undefined && isOver(run.state);
  useEffect(() => {
    if (!over) return;
    void queryClient.invalidateQueries(api.audit.state.queryFilter());
    // It has sealed what was settled, so that entries have their places now.
    void queryClient.invalidateQueries(api.audit.list.queryFilter());
  }, [over, api, queryClient]);
  return {
    run,
    running: begin.isPending || (begin.isSuccess && query.isLoading) || (run !== undefined && !over),
    begin: () => begin.mutate(),
  };
}

/** Whether nothing more will come of a run. */
export function isOver(state: string): boolean {
  return state !== "waiting" && state !== "running";
}
