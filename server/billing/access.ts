import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";
import type { Door, OrganizationInfo } from "../tenancy/context.ts";
import { accessLevel, type AccessDecision, type AccessLevel } from "./access-level.ts";

/** The access that an organization's subscription gives it now; null for one that never had one. */
export function accessOf({ subscription }: OrganizationInfo, now: Date): AccessDecision | null {
  if (!subscription) return null;
  const lastLevel = levelOf(subscription.lastLevel);
  return accessLevel({ ...subscription, lastLevel }, now, env().BILLING_GRACE_DAYS);
}

/** A level as it was stored; the lowest for what nobody stored. */
export function levelOf(text: string): AccessLevel {
  return text === "full" || text === "grace" ? text : "read_only";
}

/** The organization as it may act at a moment: with its access, and without a plan whose end has come. */
export function paidFor(organization: OrganizationInfo, now: Date): OrganizationInfo {
  const decision = accessOf(organization, now);
  if (!decision) return organization;
  // After a subscription the plan is what somebody has set since; the end alone is not awaited.
  const over = decision.reason === "ended" && organization.subscription?.status !== "canceled";
  return { ...organization, access: decision.level, ...(over ? { plan: "free" } : {}) };
}

/** What stays open: to pay, to leave, to take the data along, and to shut out whom one does not trust any more. */
const openRouters = ["billing.", "members.", "notifications."];
const openProcedures = new Set([
  "invites.revoke",
  "apiKeys.revoke",
  "audit.export",
  "organization.scheduleDeletion",
  "organization.cancelDeletion",
  "webhooks.delete",
  "webhooks.pause",
  "audit.streams.delete",
  "audit.streams.pause",
]);

/** Refuses a change by an organization that is read-only until it pays. Throws AppError billing_read_only. */
export function refuseUnpaid({ organization }: Door, path: string): void {
  if (organization.access !== "read_only") return;
  if (openRouters.some((router) => path.startsWith(router)) || openProcedures.has(path)) return;
  const message =
    "This organization is read-only until its payment is made. An owner can do that under Billing.";
  throw new AppError("PAYMENT_REQUIRED", "billing_read_only", message);
}
