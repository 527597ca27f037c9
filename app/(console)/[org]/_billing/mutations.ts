"use client";

import { useEffect } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { toastDone, toastProblem } from "#app/_ui/toast.tsx";
import type { ChangePlan, ChosenPlan } from "#server/billing/schema.ts";

/** Reads anew what a change of plan or payment may have changed; a preview that is being read stays as it is. */
export function useRefreshBilling(): () => Promise<void> {
  const api = useApi();
  const queryClient = useQueryClient();
  return async () => {
    const { overview, invoices, plans } = api.billing;
    const filters = [
      overview.queryFilter(),
      invoices.queryFilter(),
      plans.queryFilter(),
      api.usage.pathFilter(),
      api.organization.pathFilter(),
    ];
    await Promise.all(filters.map((filter) => queryClient.invalidateQueries(filter)));
  };
}

/** What is done about plan and payment. Each throws what the server refuses, for whoever asked. */
export function useBillingActs() {
  const api = useApi();
  const onSettled = useRefreshBilling();
  const change = useMutation(api.billing.change.mutationOptions({ onSettled }));
  const schedule = useMutation(api.billing.scheduleDowngrade.mutationOptions({ onSettled }));
  const revoke = useMutation(api.billing.revokeDowngrade.mutationOptions({ onSettled }));
  const cancel = useMutation(api.billing.cancel.mutationOptions({ onSettled }));
  const resume = useMutation(api.billing.resume.mutationOptions({ onSettled }));
  return {
    change: (input: ChangePlan) => change.mutateAsync(input),
    schedule: async (input: ChosenPlan) => {
      await schedule.mutateAsync(input);
      toastDone("The change is planned");
    },
    revoke: async () => {
      await revoke.mutateAsync();
      toastDone("The planned change is taken back");
    },
    cancel: async () => {
      await cancel.mutateAsync();
      toastDone("The subscription will end");
    },
    resume: async () => {
      await resume.mutateAsync();
      toastDone("The subscription goes on");
    },
  };
}

/** Leads to Stripe's checkout page, the one that is open already if there is one. */
export function useCheckout() {
  const api = useApi();
  const refresh = useRefreshBilling();
  const start = useMutation(api.billing.startCheckout.mutationOptions());
  const leaving = useLeaving(refresh, start.reset);
  return {
    /** The choice whose page is being opened. */
    opening: start.isPending || start.isSuccess ? start.variables : null,
    start: (chosen: ChosenPlan) => start.mutate(chosen, leaving),
  };
}

/** Leads to Stripe's customer portal: a session for each click. */
export function usePortal() {
  const api = useApi();
  const refresh = useRefreshBilling();
  const open = useMutation(api.billing.openPortal.mutationOptions());
  const leaving = useLeaving(refresh, open.reset);
  return { opening: open.isPending || open.isSuccess, open: () => open.mutate(undefined, leaving) };
}

/** The page is left for one of Stripe's; where that fails, what the page shows may be out of date. */
function useLeaving(refresh: () => Promise<void>, reset: () => void) {
  useEffect(() => {
    // Who goes back may find the page as it was left, with its button at work.
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (persisted) reset();
    };
    window.addEventListener("pageshow", comeBack);
    return () => window.removeEventListener("pageshow", comeBack);
  }, [reset]);
  return {
    onSuccess: ({ url }: { url: string }) => window.location.assign(url),
    onError: (error: unknown) => {
      toastProblem(readServerError(error).message);
      void refresh();
    },
  };
}
