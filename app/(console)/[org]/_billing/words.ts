import type { Outputs } from "#app/_trpc/types.ts";
import type { BadgeTone } from "#app/_ui/badge.tsx";

export type BillingOverview = Outputs["billing"]["overview"];
export type Subscription = NonNullable<BillingOverview["subscription"]>;
export type PlanOffer = Outputs["billing"]["plans"]["plans"][number];
export type Choice = BillingOverview["choices"][number];
export type Interval = Choice["interval"];
export type Usage = BillingOverview["usage"][number];

/** What a plan limits, as people call it. */
export const resourceNames: Record<Usage["resource"], string> = {
  seats: "Seats",
  projects: "Projects",
  api_keys: "API keys",
  endpoints: "Webhook endpoints",
};

/** How a plan is paid for. */
export const intervalWords: Record<Interval, { every: string; per: string }> = {
  month: { every: "monthly", per: "month" },
  year: { every: "yearly", per: "year" },
};

/** A plan by its name: "Pro". */
export function planName(plan: string): string {
  return capitalized(plan);
}

/** As at the beginning of a sentence. */
export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** "1 seat", "12 seats". */
export function seatsInWords(seats: number): string {
  return `${new Intl.NumberFormat("en").format(seats)} ${seats === 1 ? "seat" : "seats"}`;
}

type State = { label: string; tone: BadgeTone };

const statuses = new Map<string, State>([
  ["trialing", { label: "Trial", tone: "accent" }],
  ["active", { label: "Active", tone: "success" }],
  ["past_due", { label: "Past due", tone: "warning" }],
  ["unpaid", { label: "Unpaid", tone: "danger" }],
  ["paused", { label: "Paused", tone: "warning" }],
]);

/** How a subscription stands, for its badge; of a status that this version does not know no more than that. */
export function stateOf({ subscription, access }: BillingOverview): State | null {
  // One whose first payment never came is none.
  if (!subscription || subscription.status === "incomplete") return null;
  if (access.level === "read_only" && subscription.status === "past_due") {
    return { label: "Past due, read-only", tone: "danger" };
  }
  if (subscription.cancelAt && !isOwing(subscription)) return { label: "Will end", tone: "warning" };
  return statuses.get(subscription.status) ?? { label: "State not known", tone: "neutral" };
}

/** Whether Stripe waits for a payment, without which nothing else can be chosen. */
export function isOwing({ status }: Subscription): boolean {
  return status === "past_due" || status === "unpaid" || status === "paused";
}

const brands = new Map([
  ["amex", "American Express"],
  ["diners", "Diners Club"],
  ["jcb", "JCB"],
  ["unionpay", "UnionPay"],
]);

/** A brand of cards as it writes itself. */
export function brandName(brand: string | null): string {
  return brand === null ? "Card" : (brands.get(brand) ?? capitalized(brand));
}

/** What is used beyond what a plan allows. */
export function overLimits(usage: readonly Usage[], limits: PlanOffer["limits"]) {
  return usage.flatMap(({ resource, used }) => {
    const limit = limits[resource];
    return limit !== null && used > limit ? [{ resource, used, limit }] : [];
  });
}

const featureNames: Record<keyof PlanOffer["features"], string> = {
  custom_roles: "Custom roles",
  audit_streams: "Audit streams to a SIEM",
  single_sign_on: "Single sign-on",
};

/** Said with plans, and not there yet: nobody should buy it unawares. */
const notYet = new Set<string>(["single_sign_on"]);

/** The features of plans, in the order in which they are told. */
export const features = Object.entries(featureNames).map(([feature, name]) => ({
  // The keys of the record above.
  feature: feature as keyof PlanOffer["features"],
  name,
  toCome: notYet.has(feature),
}));

/** What one plan has and another has not: "custom roles or audit streams to a SIEM"; null for nothing. */
export function lostInWords(from: PlanOffer | undefined, to: PlanOffer): string | null {
  const lost = features.filter(
    ({ feature, toCome }) => !toCome && from?.features[feature] && !to.features[feature],
  );
  if (lost.length === 0) return null;
  const names = lost.map(({ name }) => name.charAt(0).toLowerCase() + name.slice(1));
  return new Intl.ListFormat("en", { type: "disjunction" }).format(names);
}
