import { expect, test } from "vitest";
import { lostInWords, overLimits, stateOf, type BillingOverview, type PlanOffer } from "./words.ts";

function offer(given: Partial<PlanOffer>): PlanOffer {
  return {
    plan: "pro",
    name: "Pro",
    limits: { seats: 100, projects: null, api_keys: 25, endpoints: 10 },
    features: { custom_roles: true, audit_streams: false, single_sign_on: false },
    included: { api_calls: null, webhook_deliveries: null },
    support: "email",
    callsPerMinute: 600,
    auditDays: 365,
    description: null,
    trialDays: 0,
    prices: null,
    ...given,
  };
}

test("what is beyond a limit is listed; what just fits, and what has no limit, is not", () => {
  const usage = [
    { resource: "seats", used: 100, limit: null },
    { resource: "projects", used: 9_999, limit: null },
    { resource: "endpoints", used: 11, limit: 50 },
  ] as const;
  expect(overLimits(usage, offer({}).limits)).toEqual([{ resource: "endpoints", used: 11, limit: 10 }]);
});

test("what a plan does not have is said only of what was there before", () => {
  const all = offer({ features: { custom_roles: true, audit_streams: true, single_sign_on: true } });
  expect(lostInWords(all, offer({}))).toBe("audit streams to a SIEM");
  const none = { custom_roles: false, audit_streams: false, single_sign_on: false };
  expect(lostInWords(all, offer({ features: none }))).toBe("custom roles or audit streams to a SIEM");
  expect(lostInWords(offer({}), all)).toBeNull();
  expect(lostInWords(undefined, offer({}))).toBeNull();
});

test("a subscription says how it stands, also one of a status that nobody knows", () => {
  const standing = (
    status: string,
    cancelAt: Date | null,
    level: BillingOverview["access"]["level"] = "full",
  ) =>
    // Nothing else of an overview is looked at.
    stateOf({ subscription: { status, cancelAt }, access: { level } } as BillingOverview)?.label;
  expect(standing("active", null)).toBe("Active");
  expect(standing("trialing", new Date())).toBe("Will end");
  expect(standing("past_due", null, "grace")).toBe("Past due");
  expect(standing("past_due", new Date(), "read_only")).toBe("Past due, read-only");
  expect(standing("unpaid", new Date(), "read_only")).toBe("Unpaid");
  expect(standing("incomplete", null)).toBeUndefined();
  expect(standing("of_tomorrow", null)).toBe("State not known");
});
