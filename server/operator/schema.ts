import { z } from "zod";
import { queueNames } from "../jobs/registry.ts";
import { pageInput } from "../platform/page-input.ts";
import { line } from "../platform/text.ts";

/** Which dead jobs; what is left out narrows nothing. */
const filter = {
  /** The job's name, which may be one that this version does not know. */
  name: z.string().min(1).max(100).optional(),
  queue: z.enum(queueNames).optional(),
  /** An organization's address. */
  organization: z.string().min(1).max(63).optional(),
};

const ids = z.array(z.uuid()).min(1).max(100);

export const ListDeadJobs = z.strictObject({ ...filter, ...pageInput }).prefault({});
export type ListDeadJobs = z.infer<typeof ListDeadJobs>;

export const DeadJobId = z.strictObject({ id: z.uuid() });
export type DeadJobId = z.infer<typeof DeadJobId>;

/** Some dead jobs, or all that a filter chooses. */
export const ReplayDeadJobs = z.union([
  z.strictObject({ ids }),
  z.strictObject({ all: z.strictObject(filter) }),
]);
export type ReplayDeadJobs = z.infer<typeof ReplayDeadJobs>;

const discardReasonMax = 200;
export const DiscardDeadJobs = z.strictObject({ ids, reason: line(discardReasonMax) });
export type DiscardDeadJobs = z.infer<typeof DiscardDeadJobs>;

export type DeadJob = {
  id: string;
  /** Null for the platform's own. */
  organization: { id: string; slug: string; name: string } | null;
  name: string;
  queue: string;
  attempts: number;
  error: string | null;
  requestId: string | null;
  createdAt: Date;
};

/** What went wrong at one try. */
export type JobFailure = { at: Date; try: number; error: string };

export type DeadJobDetail = DeadJob & {
  /** Ids, never an organization's data. */
  payload: Record<string, unknown>;
  /** The oldest first, as far as they were kept; tries before a replay among them. */
  failures: JobFailure[];
  /** Tries that the job has; null when this version does not know it. */
  attemptsMax: number | null;
};

/** Events of Stripe from which nothing has followed: of customers whom nobody knows, or that failed. */
export const openStates = ["unresolved", "failed"] as const;

const stripeEventId = z.string().regex(/^evt_\w{1,250}$/, "This is no event.");

export const ListStripeEvents = z
  .strictObject({
    state: z.enum(openStates).optional(),
    /** The last event of the page before. */
    cursor: stripeEventId.optional(),
    limit: pageInput.limit,
  })
  .prefault({});
export type ListStripeEvents = z.infer<typeof ListStripeEvents>;

/** Some events, or those of a state. */
export const ReplayStripeEvents = z.union([
  z.strictObject({ ids: z.array(stripeEventId).min(1).max(100) }),
  z.strictObject({ all: z.strictObject({ state: z.enum(openStates).optional() }) }),
]);
export type ReplayStripeEvents = z.infer<typeof ReplayStripeEvents>;

export type OpenStripeEvent = {
  id: string;
  type: string;
  state: (typeof openStates)[number];
  /** Stripe's id of whom it is about; null where it says none. */
  customerId: string | null;
  organization: { id: string; slug: string; name: string } | null;
  tries: number;
  error: string | null;
  createdAt: Date;
  receivedAt: Date;
};

export const StripeEventId = z.strictObject({ id: stripeEventId });
export type StripeEventId = z.infer<typeof StripeEventId>;

/** What some subscriptions come to; `monthly` is in the currency's smallest unit. */
export type Sum = { subscriptions: number; seats: number; monthly: number };

type Sums = {
  /** Paid for, as far as is known. */
  live: Sum;
  trial: Sum;
  /** A payment is missing, within the grace or after it. */
  pastDue: Sum;
};

export type PlanRevenue = Sums & { plan: string; name: string };

export type PaymentFailures = {
  /** Subscriptions with a missing payment now, among those that should be paid for. */
  missing: number;
  paying: number;
  /** Invoices of so many days that asked for money and were tried; refused at least once; and paid since. */
  days: number;
  tried: number;
  failed: number;
  recovered: number;
};

export type BillingReport = {
  at: Date;
  currency: string;
  plans: PlanRevenue[];
  /** Prices that this version does not know are in the counts, and not in the amounts. */
  total: Sums;
  /** Of the live ones, those that are to end. */
  ending: number;
  /** Without any payment, because somebody decided so at Stripe. */
  paused: number;
  /** In a state that this version does not know. */
  unknown: number;
  unpriced: number;
  organizations: { plan: string; status: string; count: number }[];
  failures: PaymentFailures;
  /** Events of Stripe that wait for an operator. */
  openEvents: { unresolved: number; failed: number };
  /** What the last reconciliation of all found; null before the first. */
  reconciled: { at: Date; looked: number; repaired: number; seats: number; failed: number } | null;
};

export type EndingTrials = {
  days: number;
  total: number;
  items: {
    organization: { id: string; slug: string; name: string };
    plan: string;
    seats: number;
    trialEnd: Date;
    card: boolean;
    /** It was canceled, and ends with the trial. */
    leaving: boolean;
  }[];
};

export const PaidMonth = z
  .strictObject({
    /** "2026-11", of UTC; the present one without it. */
    month: z
      .string()
      .regex(/^20\d\d-(0[1-9]|1[0-2])$/, "This is no month.")
      .optional(),
  })
  .prefault({});
export type PaidMonth = z.infer<typeof PaidMonth>;

/** Amounts are in the currency's smallest unit. */
export type PaidInMonth = {
  plan: string | null;
  name: string;
  currency: string;
  invoices: number;
  paid: number;
  fee: number;
};

export type PaidReport = {
  month: string;
  /** Null where the platform keeps nothing. */
  rule: { basisPoints: number; fixedHundredths: number } | null;
  /** Of `months`. */
  currency: string;
  months: { month: string; paid: number }[];
  items: PaidInMonth[];
  totals: Omit<PaidInMonth, "plan" | "name">[];
};
