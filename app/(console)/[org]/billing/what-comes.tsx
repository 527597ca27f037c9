"use client";

import { useState, type ReactNode } from "react";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { useBillingActs } from "#app/(console)/[org]/_billing/mutations.ts";
import {
  brandName,
  intervalWords,
  isOwing,
  planName,
  type BillingOverview,
  type Subscription,
} from "#app/(console)/[org]/_billing/words.ts";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type WhatComesProps = { overview: BillingOverview; subscription: Subscription };

/** One sentence about what happens next by itself, and the act that takes it back where somebody planned it. */
export function WhatComes({ overview, subscription }: WhatComesProps) {
  const { can } = useAccess();
  const { cancelAt, nextPlan } = subscription;
  return (
    <>
      <p className="min-w-0 flex-1 basis-64">
        <Sentence overview={overview} subscription={subscription} />
      </p>
      {can("billing.manage") && cancelAt && <Resume subscription={subscription} cancelAt={cancelAt} />}
      {can("billing.manage") && !cancelAt && nextPlan && <Revoke subscription={subscription} />}
    </>
  );
}

function Sentence({ overview: { nextInvoice }, subscription }: WhatComesProps): ReactNode {
  const { cancelAt, card, interval, nextPlan, periodEnd, plan, status, trialEnd } = subscription;
  const name = planName(plan);
  if (cancelAt) {
    return (
      <>
        {name} ends on <CalendarDate date={cancelAt} />.{" "}
        {isOwing(subscription)
          ? "After it the organization is on Free."
          : "Until then nothing changes; after it the organization is on Free."}
      </>
    );
  }
  if (nextPlan) {
    return (
      <>
        On <CalendarDate date={nextPlan.at} /> the plan changes to {planName(nextPlan.plan)}, paid{" "}
        {intervalWords[nextPlan.interval].every}.
      </>
    );
  }
  if (status === "trialing" && trialEnd) {
    const sum = nextInvoice && formatMoney(nextInvoice.amount, nextInvoice.currency);
    return card ? (
      <>
        The trial lasts until <CalendarDate date={trialEnd} />. Then {sum ?? "the price"} is charged to{" "}
        {brandName(card.brand)} •••• {card.last4}.
      </>
    ) : (
      <>
        The trial lasts until <CalendarDate date={trialEnd} />. Without a payment method {name} ends then, and
        the organization moves to Free.
      </>
    );
  }
  if (isOwing(subscription)) return "As soon as the payment arrives, everything is as it was.";
  if (!periodEnd) return `Paid ${intervalWords[interval].every}.`;
  return (
    <>
      Paid {intervalWords[interval].every}; renews on <CalendarDate date={periodEnd} />.
    </>
  );
}

function Resume({ subscription, cancelAt }: { subscription: Subscription; cancelAt: Date }) {
  const [asking, setAsking] = useState(false);
  const { resume } = useBillingActs();
  const name = planName(subscription.plan);
  return (
    <>
      <Button variant="primary" onClick={() => setAsking(true)}>
        Keep {name}…
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={`Keep ${name}?`}
        consequence={
          <>
            Nothing is charged now. From <CalendarDate date={cancelAt} /> on {name} is paid for as before.
          </>
        }
        confirmLabel="Resume subscription"
        onConfirm={resume}
      />
    </>
  );
}

function Revoke({ subscription }: { subscription: Subscription }) {
  const [asking, setAsking] = useState(false);
  const { revoke } = useBillingActs();
  const { interval, nextPlan, plan } = subscription;
  const name = planName(plan);
  return (
    <>
      <Button onClick={() => setAsking(true)}>Take it back…</Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={`Stay on ${name}, paid ${intervalWords[interval].every}?`}
        consequence={`Nothing is charged now. The change to ${planName(nextPlan?.plan ?? "")} does not come, and ${name} renews as before.`}
        confirmLabel={`Stay on ${name}`}
        onConfirm={revoke}
      />
    </>
  );
}
