"use client";

import { useEffect, useRef } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";

const liveMs = 3_000;
const restingMs = 30_000;

/**
 * How far the log is sealed and verified. The state is asked for at intervals, slowly while nothing is live and
 * not at all in a hidden tab. Asking for it leaves no entry, so that watching a quiet log adds nothing to it: a
 * live list is read again only when the state says that there is something new.
 */
export function useAuditState(live: boolean) {
  const api = useApi();
  const queryClient = useQueryClient();
  const state = useQuery({
    ...api.audit.state.queryOptions(),
    refetchInterval: (query) => (live && query.state.status !== "error" ? liveMs : restingMs),
    refetchIntervalInBackground: false,
  });
  const mark = state.data && `${state.data.sealed}+${state.data.pending}`;
  const known = useRef(mark);
  useEffect(() => {
    if (mark === known.current) return;
    known.current = mark;
    if (live) void queryClient.invalidateQueries(api.audit.list.queryFilter());
  }, [mark, live, api, queryClient]);
  return state;
}
