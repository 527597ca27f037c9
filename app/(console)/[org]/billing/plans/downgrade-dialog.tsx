"use client";

import { useBillingActs } from "#app/(console)/[org]/_billing/mutations.ts";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { OverLimits } from "#app/(console)/[org]/_billing/over-limits.tsx";
import {
  intervalWords,
  lostInWords,
  planName,
  seatsInWords,
  type BillingOverview,
  type Choice,
} from "#app/(console)/[org]/_billing/words.ts";
import type { Outputs } from "#app/_trpc/types.ts";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

/** What both dialogs of a change are given. */
export type ChangeDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  choice: Choice;
  overview: BillingOverview;
  offers: Outputs["billing"]["plans"];
};

/** Plans a change to what costs less for the end of what is paid; says before what will not fit then. */
export function DowngradeDialog({ open, onOpenChange, choice, overview, offers }: ChangeDialogProps) {
  const { schedule } = useBillingActs();
  const { subscription, usage } = overview;
  const offer = offers.plans.find(({ plan }) => plan === choice.plan);
  if (!subscription || !offer) return null;
  const { nextPlan, periodEnd, plan, seats } = subscription;
  const now = planName(plan);
  const { every, per } = intervalWords[choice.interval];
  const lost = lostInWords(
    offers.plans.find((one) => one.plan === plan),
    offer,
  );
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      tone="primary"
      title={plan === choice.plan ? `Pay ${now} ${every}?` : `Change to ${offer.name}, paid ${every}?`}
      consequence={
        <div className="flex flex-col gap-2.5">
          <p>
            {now} stays as it is until{" "}
            {periodEnd ? <CalendarDate date={periodEnd} /> : "the end of what is paid"}.
            {offer.prices && (
              <>
                {" "}
                From then on {seatsInWords(seats)} cost{seats === 1 ? "s" : ""}{" "}
                {formatMoney(offer.prices[choice.interval] * seats, offers.currency)} a {per}.
              </>
            )}{" "}
            Nothing is charged or given back now.
          </p>
          {lost && (
            <p>
              {offer.name} has no {lost}.
            </p>
          )}
          {nextPlan && <p>This takes the place of the planned change to {planName(nextPlan.plan)}.</p>}
          <OverLimits usage={usage} to={offer} />
        </div>
      }
      confirmLabel="Plan the change"
      onConfirm={() => schedule({ plan: choice.plan, interval: choice.interval })}
    />
  );
}
