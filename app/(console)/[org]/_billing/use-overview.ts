"use client";

import { useQuery } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";

const waitingMs = 10_000;
const waiting = new Set(["past_due", "unpaid", "paused", "incomplete"]);

/** Plan and payments. What is paid on Stripe's pages in another tab shows when one comes back to this one. */
export function useOverview() {
  const api = useApi();
  return useQuery({
    ...api.billing.overview.queryOptions(),
    refetchOnWindowFocus: "always",
    refetchInterval: ({ state }) => {
      const subscription = state.data?.subscription;
      if (!subscription) return false;
      return waiting.has(subscription.status) || subscription.pendingPlan ? waitingMs : false;
    },
  });
}
