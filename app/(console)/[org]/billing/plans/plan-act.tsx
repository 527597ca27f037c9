"use client";

import { useCheckout } from "#app/(console)/[org]/_billing/mutations.ts";
import {
  isOwing,
  type BillingOverview,
  type Choice,
  type Interval,
  type PlanOffer,
} from "#app/(console)/[org]/_billing/words.ts";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { Button } from "#app/_ui/button.tsx";

const up = new Set<Choice["act"]>(["try", "buy", "now"]);

type PlanActProps = {
  offer: PlanOffer;
  paid: Interval;
  overview: BillingOverview;
  onAsk: (asked: { what: "upgrade" | "downgrade"; choice: Choice } | { what: "cancel" }) => void;
};

/** The one act that a plan offers to this organization, by its name; nothing for those who may not. */
export function PlanAct({ offer, paid, overview, onAsk }: PlanActProps) {
  const { can } = useAccess();
  const checkout = useCheckout();
  if (!can("billing.manage")) return null;
  const choice = overview.choices.find(({ plan, interval }) => plan === offer.plan && interval === paid);
  if (!choice) return <ToFree overview={overview} offer={offer} onAsk={onAsk} />;
  if (choice.act === "current") return <Standing>Current plan</Standing>;
  if (choice.act === "planned") return <Standing>Planned</Standing>;
  if (choice.act === "try" || choice.act === "buy") {
    const { plan, interval } = choice;
    return (
      <Button
        wide
        size="lg"
        variant={leads(overview, choice) ? "primary" : "secondary"}
        loading={checkout.opening !== null}
        onClick={() => checkout.start({ plan, interval })}
      >
        {choice.act === "try" ? `Start ${offer.trialDays}-day trial` : `Buy ${offer.name}`}
      </Button>
    );
  }
  const greater = choice.act === "now";
  return (
    <Button
      wide
      size="lg"
      variant={leads(overview, choice) ? "primary" : "secondary"}
      disabledReason={hindranceOf(overview)}
      onClick={() => onAsk({ what: greater ? "upgrade" : "downgrade", choice })}
    >
      {changeLabel(overview, choice, offer)}
    </Button>
  );
}

function ToFree({ overview, offer, onAsk }: Pick<PlanActProps, "overview" | "offer" | "onAsk">) {
  const { subscription, plan } = overview;
  if (!subscription || subscription.status === "incomplete") {
    return plan === offer.plan ? <Standing>Current plan</Standing> : null;
  }
  if (offer.prices) return subscription.plan === offer.plan ? <Standing>Current plan</Standing> : null;
  if (subscription.cancelAt) return <Standing>Planned</Standing>;
  return (
    <Button wide size="lg" onClick={() => onAsk({ what: "cancel" })}>
      Move to {offer.name}…
    </Button>
  );
}

function Standing({ children }: { children: string }) {
  return (
    <p className="flex h-10 items-center justify-center rounded-md border border-line bg-sunken text-base font-medium text-ink-muted">
      {children}
    </p>
  );
}

/** Whether this is the next step up, the one button that stands out. */
function leads({ choices }: BillingOverview, choice: Choice): boolean {
  const ups = choices.filter(({ act, interval }) => interval === choice.interval && up.has(act));
  return ups[0] === choice;
}

/** Why nothing else can be chosen at present. */
function hindranceOf({ subscription }: BillingOverview): string | null {
  if (!subscription) return null;
  if (isOwing(subscription)) return "A payment is missing. Make it first";
  return subscription.cancelAt ? "The subscription ends. Keep it first, on the overview" : null;
}

function changeLabel(
  { subscription, choices }: BillingOverview,
  choice: Choice,
  { name }: PlanOffer,
): string {
  if (subscription?.plan === choice.plan)
    return `Switch to ${choice.interval === "year" ? "yearly" : "monthly"}`;
  const rank = (plan: string) => choices.findIndex((one) => one.plan === plan);
  return rank(choice.plan) > rank(subscription?.plan ?? "") ? `Upgrade to ${name}` : `Downgrade to ${name}`;
}
