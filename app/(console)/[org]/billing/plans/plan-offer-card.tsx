"use client";

import { Check, Minus } from "lucide-react";
import { formatPrice } from "#app/(console)/[org]/_billing/money.ts";
import {
  features,
  resourceNames,
  type BillingOverview,
  type Choice,
  type Interval,
  type PlanOffer,
  type Usage,
} from "#app/(console)/[org]/_billing/words.ts";
import { PlanAct } from "#app/(console)/[org]/billing/plans/plan-act.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { cn } from "#app/_ui/class-names.ts";

const count = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact" });
const yearDays = 365;

const supportWords: Record<PlanOffer["support"], string> = {
  community: "Community",
  email: "By e-mail",
  priority: "Priority",
};

const meterNames: Record<keyof PlanOffer["included"], string> = {
  api_calls: "API calls a month",
  webhook_deliveries: "Deliveries a month",
};

type PlanOfferCardProps = {
  offer: PlanOffer;
  currency: string;
  paid: Interval;
  overview: BillingOverview;
  onAsk: (asked: { what: "upgrade" | "downgrade"; choice: Choice } | { what: "cancel" }) => void;
};

/** One plan: what it costs, what it has, and the way to it. */
export function PlanOfferCard({ offer, currency, paid, overview, onAsk }: PlanOfferCardProps) {
  const current = overview.plan === offer.plan;
  return (
    <li
      aria-label={offer.name}
      className={cn(
        "flex flex-col rounded-xl border bg-surface px-5 pt-5 pb-4 xl:px-4",
        current ? "border-accent" : "border-line",
      )}
    >
      <h2 className="flex items-center gap-2 text-xl font-semibold text-ink">
        {offer.name}
        {current && <Badge tone="accent">Your plan</Badge>}
      </h2>
      <p className="mt-0.5 text-sm xl:min-h-10 text-ink-muted">
        {offer.description ?? "To look around, and for small teams"}
      </p>
      <Price offer={offer} currency={currency} paid={paid} />
      <div className="mt-4 min-h-10">
        <PlanAct offer={offer} paid={paid} overview={overview} onAsk={onAsk} />
      </div>
      <Details offer={offer} />
    </li>
  );
}

function Price({
  offer: { prices },
  currency,
  paid,
}: Pick<PlanOfferCardProps, "offer" | "currency" | "paid">) {
  const yearly = paid === "year";
  return (
    <div className="mt-3">
      <p className="tabular text-3xl font-semibold text-ink">
        {prices ? formatPrice(yearly ? prices.year / 12 : prices.month, currency) : formatPrice(0, currency)}
      </p>
      <p className={cn("text-sm text-ink-subtle", yearly && "sm:min-h-10")}>
        {prices ? "per seat and month" : "for as long as you like"}
        {prices && yearly && (
          <>
            <br />
            {formatPrice(prices.year, currency)} a year,{" "}
            {formatPrice(12 * prices.month - prices.year, currency)} less
          </>
        )}
      </p>
    </div>
  );
}

function Details({
  offer: { limits, features: has, included, support, callsPerMinute, auditDays },
}: {
  offer: PlanOffer;
}) {
  const resources = Object.keys(resourceNames) as Usage["resource"][];
  const meters = Object.keys(meterNames) as (keyof PlanOffer["included"])[];
  return (
    <dl className="mt-4 flex flex-col border-t border-line pt-2 text-sm">
      {resources.map((resource) => (
        <Row key={resource} name={resourceNames[resource]}>
          {many(limits[resource])}
        </Row>
      ))}
      {meters.map((meter) => (
        <Row key={meter} name={meterNames[meter]}>
          {included[meter] === null ? "Unlimited" : short.format(included[meter])}
        </Row>
      ))}
      <Row name="API calls a minute">{count.format(callsPerMinute)}</Row>
      <Row name="Audit log kept">{years(auditDays)}</Row>
      {features.map(({ feature, name, toCome }) => (
        <Row key={feature} name={name}>
          {has[feature] && toCome ? (
            "To come"
          ) : has[feature] ? (
            <>
              <Check aria-hidden className="size-4 text-success-text" />
              <span className="sr-only">Included</span>
            </>
          ) : (
            <>
              <Minus aria-hidden className="size-4 text-ink-subtle" />
              <span className="sr-only">Not included</span>
            </>
          )}
        </Row>
      ))}
      <Row name="Support">{supportWords[support]}</Row>
    </dl>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between gap-3 border-b border-line last:border-b-0">
      <dt className="text-ink-muted">{name}</dt>
      <dd className="tabular text-right font-medium text-ink">{children}</dd>
    </div>
  );
}

function many(limit: number | null): string {
  return limit === null ? "Unlimited" : count.format(limit);
}

function years(days: number): string {
  const whole = Math.round(days / yearDays);
  return `${whole} ${whole === 1 ? "year" : "years"}`;
}
