import type { AccessDecision } from "./access-level.ts";
import { accessOf } from "./access.ts";
import type { OrganizationInfo } from "../tenancy/context.ts";

const dayMs = 24 * 3_600_000;
const trialShownMs = 3 * dayMs;
const endShownMs = 7 * dayMs;

/** What stands over every page of an organization because of its payments. */
export type BillingNotice = {
  /**
   * What nobody adds to (`no_growth`) and nobody changes (`read_only`) at present, for whoever may not know why; and
   * why, or what comes next, for those who see billing.
   */
  kind:
    | "no_growth"
    | "read_only"
    | "past_due"
    | "unpaid"
    | "paused"
    | "trial_ends"
    | "trial_charges"
    | "subscription_ends";
  /** When it becomes worse, or comes about. */
  at: Date | null;
};

/**
 * What the members of an organization are told of its payments at a moment; null when nothing stands in anybody's
 * way. `sees` is whether the reader may see billing: all others hear of what they cannot do, and of nothing else.
 */
export function billingNotice(
  organization: OrganizationInfo,
  now: Date,
  sees: boolean,
): BillingNotice | null {
  const decision = accessOf(organization, now);
  if (!decision) return null;
  if (decision.level === "full") return sees ? coming(organization, decision, now) : null;
  const kind = decision.level === "grace" ? "no_growth" : "read_only";
  return sees ? (because[decision.reason]?.(decision) ?? { kind, at: null }) : { kind, at: null };
}

const because: Partial<Record<AccessDecision["reason"], (decision: AccessDecision) => BillingNotice>> = {
  past_due: ({ until }) => ({ kind: "past_due", at: until }),
  overdue: () => ({ kind: "unpaid", at: null }),
  unpaid: () => ({ kind: "unpaid", at: null }),
  paused: () => ({ kind: "paused", at: null }),
};

function coming(
  { subscription }: OrganizationInfo,
  { paidPlan, reason }: AccessDecision,
  now: Date,
): BillingNotice | null {
  if (!subscription || !paidPlan) return null;
  const { cancelAt, trialEnd, cardLast4 } = subscription;
  if (cancelAt) return within(endShownMs, cancelAt, now) ? { kind: "subscription_ends", at: cancelAt } : null;
  if (reason !== "trial" || !trialEnd || !within(trialShownMs, trialEnd, now)) return null;
  return { kind: cardLast4 === null ? "trial_ends" : "trial_charges", at: trialEnd };
}

function within(span: number, moment: Date, now: Date): boolean {
  return moment.getTime() - now.getTime() <= span;
}
