"use client";

import { useState, type ReactNode } from "react";
import { CancelDialog } from "#app/(console)/[org]/_billing/cancel-dialog.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { PortalButton } from "#app/(console)/[org]/_billing/portal-button.tsx";
import {
  brandName,
  intervalWords,
  isOwing,
  planName,
  seatsInWords,
  stateOf,
  type BillingOverview,
  type Subscription,
} from "#app/(console)/[org]/_billing/words.ts";
import { WhatComes } from "#app/(console)/[org]/billing/what-comes.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardFooter } from "#app/_ui/card.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type PlanCardProps = { overview: BillingOverview };

/** The plan: what it costs, when it is paid for next and by what, and what will become of it. */
export function PlanCard({ overview }: PlanCardProps) {
  const { subscription, planName: name } = overview;
  const state = stateOf(overview);
  return (
    <Card aria-labelledby="plan-title">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3 px-5 pt-5 pb-4">
        <div className="min-w-0">
          <p className="text-sm text-ink-subtle">Current plan</p>
          <h2
            id="plan-title"
            className="mt-0.5 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-2xl font-semibold text-ink"
          >
            {name}
            {state && <Badge tone={state.tone}>{state.label}</Badge>}
          </h2>
        </div>
        <PlanActions overview={overview} />
      </header>
      {subscription && subscription.status !== "incomplete" ? (
        <CardBody>
          <Facts overview={overview} subscription={subscription} />
        </CardBody>
      ) : (
        <CardBody>
          <Unbought overview={overview} />
        </CardBody>
      )}
      {subscription && subscription.status !== "incomplete" && (
        <CardFooter>
          <WhatComes overview={overview} subscription={subscription} />
        </CardFooter>
      )}
    </Card>
  );
}

function PlanActions({ overview: { subscription, usage, mayTry } }: PlanCardProps) {
  const { slug } = useOrganization();
  const { can } = useAccess();
  const [cancelling, setCancelling] = useState(false);
  const manages = can("billing.manage");
  const bought = subscription !== null && subscription.status !== "incomplete";
  const plans = `/${slug}/billing/plans`;
  if (!manages) return <ButtonLink href={plans}>See plans</ButtonLink>;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {bought && !subscription.cancelAt && (
        <Button variant="ghost" className="max-sm:-ml-3" onClick={() => setCancelling(true)}>
          {subscription.status === "trialing" ? "End trial…" : "Cancel…"}
        </Button>
      )}
      <ButtonLink href={plans} variant={bought ? "secondary" : "primary"}>
        {bought ? "Change plan" : mayTry ? "Start a free trial" : "Choose a plan"}
      </ButtonLink>
      {bought && (
        <CancelDialog
          open={cancelling}
          onOpenChange={setCancelling}
          subscription={subscription}
          usage={usage}
        />
      )}
    </div>
  );
}

/** Nothing runs: what was before, and what is to be had. */
function Unbought({ overview: { former, plan, subscription } }: PlanCardProps) {
  if (subscription) {
    return (
      <Told>
        The first payment for {planName(subscription.plan)} did not go through, so nothing was bought. Choose
        the plan again to pay with another card.
      </Told>
    );
  }
  if (former) {
    return (
      <Told>
        {planName(former.plan)} ended
        {former.endedAt && (
          <>
            {" "}
            on <CalendarDate date={former.endedAt} />
          </>
        )}
        . Everything is still here; what Free has no room for can be seen and cannot grow.
      </Told>
    );
  }
  if (plan !== "free") {
    return <Told>This plan was set up without a subscription: nothing is billed for it.</Told>;
  }
  return (
    <Told>Free costs nothing, for as long as you like. Larger plans have more room and more features.</Told>
  );
}

function Told({ children }: { children: ReactNode }) {
  return <p className="max-w-prose text-base text-ink-muted">{children}</p>;
}

type FactsProps = { overview: BillingOverview; subscription: Subscription };

function Facts({ overview: { nextInvoice, complete }, subscription }: FactsProps) {
  const { can } = useAccess();
  const { card, cancelAt, interval, price, seats, periodEnd, status } = subscription;
  const { per } = intervalWords[interval];
  return (
    <dl className="grid gap-x-8 gap-y-5 sm:grid-cols-3">
      <Fact
        name="Price"
        note={
          price
            ? `${seatsInWords(seats)} × ${formatMoney(price.amount, price.currency)}`
            : seatsInWords(seats)
        }
      >
        {price ? (
          <>
            {formatMoney(price.amount * seats, price.currency)}
            <span className="text-base font-normal text-ink-subtle"> / {per}</span>
          </>
        ) : (
          "–"
        )}
      </Fact>
      <Fact
        name="Next invoice"
        note={
          cancelAt ? (
            "The subscription ends"
          ) : nextInvoice ? (
            <>
              on <CalendarDate date={nextInvoice.at} />
              {status === "trialing" && !card && ", if a payment method is added"}
            </>
          ) : periodEnd && !complete ? (
            <>
              on <CalendarDate date={periodEnd} />; the amount could not be loaded
            </>
          ) : (
            "Nothing is planned"
          )
        }
      >
        {nextInvoice && !cancelAt
          ? formatMoney(nextInvoice.amount, nextInvoice.currency)
          : cancelAt || complete
            ? "None"
            : "–"}
      </Fact>
      <Fact
        name="Payment method"
        note={
          can("billing.manage") && (
            <PortalButton variant="link">
              {card || isOwing(subscription) ? "Manage payment" : "Add payment method"}
            </PortalButton>
          )
        }
      >
        {card ? (
          <span className="text-lg">
            {brandName(card.brand)} <span className="tracking-wider">••••</span> {card.last4}
          </span>
        ) : (
          <span className="text-lg font-medium text-ink-muted">None</span>
        )}
      </Fact>
    </dl>
  );
}

function Fact({ name, note, children }: { name: string; note: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-ink-subtle">{name}</dt>
      <dd>
        <span className="tabular mt-0.5 flex min-h-8 flex-wrap items-baseline gap-x-1 text-xl font-semibold text-ink">
          {children}
        </span>
        <span className="block text-sm text-ink-muted">{note}</span>
      </dd>
    </div>
  );
}
