/** What a plan limits. The table quota_turns has a row for each. */
export type Resource = "seats" | "projects" | "api_keys" | "endpoints";

/** What an organization may have at once; null for as many as it wants. */
export type Plan = {
  name: string;
  limits: Record<Resource, number | null>;
  callsPerMinute: number;
  /** Mails of invites in a day, each sending counted. */
  invitesPerDay: number;
  /** For how long the audit log is kept, unless the organization says otherwise. */
  auditDays: number;
};

const free: Plan = {
  name: "Free",
  limits: { seats: 5, projects: 50, api_keys: 3, endpoints: 1 },
  callsPerMinute: 600,
  invitesPerDay: 25,
  auditDays: 365,
};

/** Our plans, and what each allows. This is the truth; billing only says which one an organization is on. */
const plans = new Map<string, Plan>(
  Object.entries({
    free,
    team: {
      name: "Team",
      limits: { seats: 25, projects: 250, api_keys: 10, endpoints: 5 },
      callsPerMinute: 1_200,
      invitesPerDay: 200,
      auditDays: 365,
    },
    pro: {
      name: "Pro",
      limits: { seats: 100, projects: 1_000, api_keys: 25, endpoints: 10 },
      callsPerMinute: 3_000,
      invitesPerDay: 500,
      auditDays: 365,
    },
    business: {
      name: "Business",
      limits: { seats: 1_000, projects: null, api_keys: 100, endpoints: 50 },
      callsPerMinute: 6_000,
      invitesPerDay: 2_000,
      auditDays: 730,
    },
    enterprise: {
      name: "Enterprise",
      // Every change is written down once for each endpoint that hears of it, so that there is an end on any plan.
      limits: { seats: null, projects: null, api_keys: null, endpoints: 500 },
      callsPerMinute: 30_000,
      invitesPerDay: 10_000,
      auditDays: 2_555,
    },
  }),
);

/** What a plan allows. A plan that this version does not know allows what the smallest one does. */
export function planOf(plan: string): Plan {
  return plans.get(plan) ?? free;
}
