/** What a plan limits. The table quota_turns has a row for each. */
export type Resource = "seats" | "projects" | "api_keys" | "endpoints";

/** What is counted as it is used, and included up to a number a month. */
export type Meter = "api_calls" | "webhook_deliveries";

/** What a plan has or has not. */
export type Feature = "custom_roles" | "audit_streams" | "single_sign_on";

/** What an organization may have at once; null for as many as it wants. */
export type Plan = {
  name: string;
  features: Record<Feature, boolean>;
  /** In a month. Nothing is refused beyond it. */
  included: Record<Meter, number | null>;
  /** Who answers when somebody asks for help. */
  support: "community" | "email" | "priority";
  limits: Record<Resource, number | null>;
  callsPerMinute: number;
  /** Mails of invites in a day, each sending counted. */
  invitesPerDay: number;
  /** For how long the audit log is kept, unless the organization says otherwise. */
  auditDays: number;
};

const free: Plan = {
  name: "Free",
  features: { custom_roles: false, audit_streams: false, single_sign_on: false },
  included: { api_calls: 10_000, webhook_deliveries: 1_000 },
  support: "community",
  limits: { seats: 5, projects: 50, api_keys: 3, endpoints: 1 },
  callsPerMinute: 600,
  invitesPerDay: 25,
  auditDays: 365,
};

/** Our plans, and what each allows. This is the truth; billing only says which one an organization is on. */
const plans = new Map<string, Plan>(
  Object.entries({
    free,
    pro: {
      name: "Pro",
      features: { custom_roles: true, audit_streams: false, single_sign_on: false },
      included: { api_calls: 500_000, webhook_deliveries: 50_000 },
      support: "email",
      limits: { seats: 100, projects: 1_000, api_keys: 25, endpoints: 10 },
      callsPerMinute: 3_000,
      invitesPerDay: 500,
      auditDays: 365,
    },
    business: {
      name: "Business",
      features: { custom_roles: true, audit_streams: true, single_sign_on: true },
      included: { api_calls: 5_000_000, webhook_deliveries: 500_000 },
      support: "priority",
      limits: { seats: 1_000, projects: null, api_keys: 100, endpoints: 50 },
      callsPerMinute: 6_000,
      invitesPerDay: 2_000,
      auditDays: 730,
    },
    enterprise: {
      name: "Enterprise",
      features: { custom_roles: true, audit_streams: true, single_sign_on: true },
      included: { api_calls: null, webhook_deliveries: null },
      support: "priority",
      // Every change is written down once for each endpoint that hears of it, so that there is an end on any plan.
      limits: { seats: null, projects: null, api_keys: null, endpoints: 500 },
      callsPerMinute: 30_000,
      invitesPerDay: 10_000,
      auditDays: 2_555,
    },
  }),
);

/** The plans from the smallest to the greatest. */
export const planNames: readonly string[] = [...plans.keys()];

/** What a plan allows. A plan that this version does not know allows what the smallest one does. */
export function planOf(plan: string): Plan {
  return plans.get(plan) ?? free;
}
