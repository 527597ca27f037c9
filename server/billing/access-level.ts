/** How much of the product an organization may use. Who owns it reaches billing, export and members at every level. */
export type AccessLevel = "full" | "grace" | "read_only";

/** What we know of an organization's subscription; all of it was written by one sync from Stripe. */
export type SubscriptionState = {
  /** As Stripe says it, hence an open set; null for an organization that never subscribed. */
  status: string | null;
  /** When the present run of failed payments began. */
  unpaidSince: Date | null;
  /** When Stripe ends the subscription, however it was planned. */
  cancelAt: Date | null;
  /** The level at the last status that we understood. */
  lastLevel: AccessLevel;
};

export type AccessDecision = {
  level: AccessLevel;
  /** Whether the subscription's plan counts; otherwise the free one does. */
  paidPlan: boolean;
  reason:
    | "subscribed"
    | "trial"
    | "never"
    | "ended"
    | "past_due"
    | "overdue"
    | "unpaid"
    | "paused"
    | "unknown";
  /** When the grace ends. */
  until: Date | null;
};

const DAY_MS = 24 * 3_600_000;

/**
 * The access that follows from a subscription at a moment. It is worked out at each reading and never stored, so that a
 * grace ends without anybody doing anything.
 */
export function accessLevel(state: SubscriptionState, now: Date, graceDays: number): AccessDecision {
  // Stripe ends it at this moment; that we have not heard of it yet changes nothing.
  if (state.status !== null && state.cancelAt !== null && state.cancelAt <= now) return free("ended");
  switch (state.status) {
    case null:
      return free("never");
    case "active":
      return paid("full", "subscribed");
    case "trialing":
      return paid("full", "trial");
    case "past_due":
      return overdue(state, now, graceDays);
    case "unpaid":
    case "paused":
      return paid("read_only", state.status);
    // The first payment never came: nothing was bought yet.
    case "incomplete":
    case "incomplete_expired":
      return free("never");
    case "canceled":
      return free("ended");
    default:
      return paid(state.lastLevel, "unknown");
  }
}

function overdue({ unpaidSince }: SubscriptionState, now: Date, graceDays: number): AccessDecision {
  // Without a beginning there is no grace that could ever end.
  if (unpaidSince === null) return paid("read_only", "overdue");
  const until = new Date(unpaidSince.getTime() + graceDays * DAY_MS);
  return now < until ? { ...paid("grace", "past_due"), until } : paid("read_only", "overdue");
}

function paid(level: AccessLevel, reason: AccessDecision["reason"]): AccessDecision {
  return { level, paidPlan: true, reason, until: null };
}

function free(reason: "never" | "ended"): AccessDecision {
  return { level: "full", paidPlan: false, reason, until: null };
}
