import { AppError } from "../platform/errors.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { planNames, planOf, type Feature } from "./catalogue.ts";

const acts: Record<Feature, string> = {
  custom_roles: "make roles of your own",
  audit_streams: "stream the audit log",
  single_sign_on: "sign in through a directory of your own",
};

/**
 * Refuses to begin anew what the plan does not have. What was made under a greater plan stays: it can be looked at,
 * made smaller and removed. Throws AppError feature_missing, which names the first plan that has it.
 */
export function assertFeature({ organization }: WriteCtx, feature: Feature): void {
  const message = lackOf(organization.plan, feature);
  if (message === null) return;
  const names = [firstWith(feature)];
  throw new AppError("PAYMENT_REQUIRED", "feature_missing", message, { field: feature, names });
}

/** What somebody is told who wants what a plan does not have; null where it does. */
export function lackOf(plan: string, feature: Feature): string | null {
  const { name, features } = planOf(plan);
  if (features[feature]) return null;
  return `It takes the ${planOf(firstWith(feature)).name} plan to ${acts[feature]}; this organization is on ${name}.`;
}

/** What a plan does not have, each with the sentence that says so. */
export function lacksOf(plan: string): Partial<Record<Feature, string>> {
  const lacks: Partial<Record<Feature, string>> = {};
  for (const feature of ["custom_roles", "audit_streams", "single_sign_on"] as const) {
    const lack = lackOf(plan, feature);
    if (lack !== null) lacks[feature] = lack;
  }
  return lacks;
}

function firstWith(feature: Feature): string {
  const found = planNames.find((plan) => planOf(plan).features[feature]);
  if (!found) throw new Error(`no plan has ${feature}`);
  return found;
}
