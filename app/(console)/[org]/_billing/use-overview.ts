"use client";

import { useEffect, useRef } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";

const waitingMs = 10_000;
const waiting = new Set(["past_due", "unpaid", "paused", "incomplete"]);

/** Plan and payments. What is paid on Stripe's pages in another tab shows when one comes back to this one. */
export function useOverview() {
  const api = useApi();
  const queryClient = useQueryClient();
  const overview = useQuery({
    ...api.billing.overview.queryOptions(),
    refetchOnWindowFocus: "always",
    refetchInterval: ({ state }) => {
      const subscription = state.data?.subscription;
      if (!subscription) return false;
      // Who just gave a card in the portal may be back before we have heard of it.
      const cardless = subscription.status === "trialing" && !subscription.card;
      return waiting.has(subscription.status) || cardless || subscription.pendingPlan ? waitingMs : false;
    },
  });
  const { data } = overview;
  const standing = data && `${data.plan} ${data.access.level} ${data.subscription?.status}`;
  const before = useRef(standing);
  useEffect(() => {
    if (before.current !== undefined && before.current !== standing) {
      // What stands over every page, and the invoices, follow from it.
      void queryClient.invalidateQueries(api.organization.pathFilter());
      void queryClient.invalidateQueries(api.billing.invoices.queryFilter());
    }
    before.current = standing;
  }, [standing, api, queryClient]);
  return overview;
}
