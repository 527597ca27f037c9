"use client";

import { useQuery } from "@tanstack/react-query";
import { useBillingActs } from "#app/(console)/[org]/_billing/mutations.ts";
import { OverLimits } from "#app/(console)/[org]/_billing/over-limits.tsx";
import { lostInWords, planName, type Subscription, type Usage } from "#app/(console)/[org]/_billing/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type CancelDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  subscription: Subscription;
  usage: readonly Usage[];
};

/** Asks before the subscription ends, and says what will be different then. */
export function CancelDialog({ open, onOpenChange, subscription, usage }: CancelDialogProps) {
  const plans = useQuery(useApi().billing.plans.queryOptions());
  const { cancel } = useBillingActs();
  const { plan, status, periodEnd, nextPlan } = subscription;
  const name = planName(plan);
  const free = plans.data?.plans.find((one) => one.plan === "free");
  const lost = free
    ? lostInWords(
        plans.data?.plans.find((one) => one.plan === plan),
        free,
      )
    : null;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={status === "trialing" ? "End the trial?" : `Cancel ${name}?`}
      consequence={
        <div className="flex flex-col gap-2.5">
          <p>
            {name} stays until {periodEnd ? <CalendarDate date={periodEnd} /> : "the end of what is paid"}.
            Nothing is charged after that, and the organization moves to Free.
          </p>
          {lost && <p>Free has no {lost}.</p>}
          {subscription.openInvoice && <p>The open invoice stays due.</p>}
          {nextPlan && <p>The planned change to {planName(nextPlan.plan)} falls away.</p>}
          {free && <OverLimits usage={usage} to={free} />}
          <p>You can take this back until then.</p>
        </div>
      }
      confirmLabel={status === "trialing" ? "End the trial" : "Cancel subscription"}
      cancelLabel={`Keep ${name}`}
      onConfirm={cancel}
    />
  );
}
