"use client";

import { useState } from "react";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { useBillingActs } from "#app/(console)/[org]/_billing/mutations.ts";
import { planName, type BillingOverview } from "#app/(console)/[org]/_billing/words.ts";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";

type Subscription = NonNullable<BillingOverview["subscription"]>;

/** Lets a paused subscription go on, once there is something to pay with. */
export function RunAgain({ subscription }: { subscription: Subscription }) {
  const [asking, setAsking] = useState(false);
  const { resume } = useBillingActs();
  const { price, seats, plan } = subscription;
  const sum = price ? formatMoney(price.amount * seats, price.currency) : "What it costs";
  return (
    <>
      <Button variant="primary" onClick={() => setAsking(true)}>
        Go on…
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={`Go on with ${planName(plan)}?`}
        consequence={`A new period begins now. ${sum} is charged at once.`}
        confirmLabel="Pay and go on"
        onConfirm={resume}
      />
    </>
  );
}
