"use client";

import { useEffect, useRef, type ReactNode } from "react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheckBig, CircleX, Hourglass } from "lucide-react";
import { useRefreshBilling } from "#app/(console)/[org]/_billing/mutations.ts";
import { planName } from "#app/(console)/[org]/_billing/words.ts";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { Spinner } from "#app/_ui/spinner.tsx";

type Confirmed = Outputs["billing"]["confirmCheckout"];

/** Where checkout leads back to: asks what Stripe has, and says it. The address alone means nothing. */
export function ReturnPage({ sessionId }: { sessionId: string }) {
  const api = useApi();
  const onSuccess = useRefreshBilling();
  const confirm = useMutation(api.billing.confirmCheckout.mutationOptions({ onSuccess }));
  const { mutate } = confirm;
  const asked = useRef<string | null>(null);
  useEffect(() => {
    // An effect may run twice; once is enough.
    if (asked.current === sessionId) return;
    asked.current = sessionId;
    mutate({ sessionId });
  }, [mutate, sessionId]);
  const again = () => mutate({ sessionId });
  return (
    <Card aria-live="polite" aria-busy={confirm.isPending} aria-label="Your checkout" className="max-w-4xl">
      {confirm.data ? (
        <Answer confirmed={confirm.data} onAgain={again} working={confirm.isPending} />
      ) : confirm.isError ? (
        <Problem error={confirm.error} onAgain={again} />
      ) : (
        <p className="flex items-center justify-center gap-2.5 px-6 py-24 text-base text-ink-muted">
          <Spinner /> Confirming with Stripe…
        </p>
      )}
    </Card>
  );
}

type AnswerProps = { confirmed: Confirmed; onAgain: () => void; working: boolean };

function Answer({ confirmed: { checkout, plan, status }, onAgain, working }: AnswerProps) {
  const toPlans = <ToPlans />;
  if (checkout === "complete" && plan !== null && status !== "incomplete")
    return <Bought plan={plan} status={status} />;
  if (checkout === "complete") {
    return (
      <FirstUse
        icon={<Hourglass />}
        title="The payment is on its way"
        text="The checkout is finished, but the payment has not arrived yet. Nothing more is to be done."
        action={
          <Button loading={working} onClick={onAgain}>
            Look again
          </Button>
        }
      />
    );
  }
  if (checkout === "expired") {
    return (
      <FirstUse
        icon={<CircleX />}
        title="The checkout has expired"
        text="Nothing was bought and nothing was charged. Choose the plan again to get a new page."
        action={toPlans}
      />
    );
  }
  return (
    <FirstUse
      icon={<Hourglass />}
      title="The checkout is not finished"
      text="Nothing was bought so far. Choose the same plan again to go on where you were."
      action={toPlans}
    />
  );
}

/** What holds from now on. */
function Bought({ plan, status }: { plan: string; status: string | null }) {
  const { slug } = useOrganization();
  const { data } = useQuery(useApi().billing.overview.queryOptions());
  const trialEnd = data?.subscription?.trialEnd;
  return (
    <FirstUse
      icon={<CircleCheckBig className="text-success-text" />}
      title={`You are on ${planName(plan)}`}
      text={
        status === "trialing" ? (
          <>
            The trial has begun
            {trialEnd && (
              <>
                {" "}
                and lasts until <CalendarDate date={trialEnd} />
              </>
            )}
            .
          </>
        ) : status === "active" ? (
          "The payment has arrived. Everything in the plan can be used from now on."
        ) : (
          "The checkout is finished. How the subscription stands now is told under Billing."
        )
      }
      action={
        <>
          <ButtonLink href={`/${slug}/billing`} variant="primary">
            Go to billing
          </ButtonLink>
          <ButtonLink href={`/${slug}`}>Go to work</ButtonLink>
        </>
      }
    />
  );
}

function Problem({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { code, message } = readServerError(error);
  // What is not this organization's is not there for it, and neither is what cannot be a checkout.
  if (code === "NOT_FOUND" || code === "BAD_REQUEST") {
    return (
      <FirstUse
        icon={<CircleX />}
        title="This checkout is not known here"
        text="It does not belong to this organization. If you bought for another one, switch to it and look at its billing."
        action={<ToBilling />}
      />
    );
  }
  if (code === "FORBIDDEN") {
    return (
      <FirstUse icon={<CircleX />} title="You cannot confirm this" text={message} action={<ToBilling />} />
    );
  }
  return (
    <FirstUse
      icon={<CircleX />}
      title="This could not be confirmed just now"
      text={`${message} What was paid is not lost: it shows here by itself as soon as Stripe tells of it.`}
      action={
        <>
          <Button variant="primary" onClick={onAgain}>
            Try again
          </Button>
          <ToBilling />
        </>
      }
    />
  );
}

function ToBilling(): ReactNode {
  const { slug } = useOrganization();
  return <ButtonLink href={`/${slug}/billing`}>Go to billing</ButtonLink>;
}

function ToPlans(): ReactNode {
  const { slug } = useOrganization();
  return (
    <>
      <ButtonLink href={`/${slug}/billing/plans`} variant="primary">
        See plans
      </ButtonLink>
      <ToBilling />
    </>
  );
}
