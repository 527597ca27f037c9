import { AppError } from "../platform/errors.ts";
import { planOf } from "../plans/catalogue.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { audit } from "./audit.ts";
import type { UpdateAuditSettings } from "./schema.ts";

const columns = { recordReads: true, retentionDays: true, legalHold: true, legalHoldReason: true } as const;

/** For how many days a plan keeps the log. */
export function retentionOfPlan(plan: string): number {
  return planOf(plan).auditDays;
}

/** What the organization wants of its log, and what its plan says. */
export async function getAuditSettings(ctx: ReadCtx) {
  const settings = await ctx.db.auditSettings.findUniqueOrThrow({ where: { one: true }, select: columns });
  const planRetentionDays = retentionOfPlan(ctx.organization.plan);
  return { ...settings, planRetentionDays };
}

/** Changes what the organization wants of its log. Throws AppError hold_without_reason. */
export async function updateAuditSettings(ctx: WriteCtx, input: UpdateAuditSettings): Promise<void> {
  const before = await ctx.db.auditSettings.findUniqueOrThrow({ where: { one: true }, select: columns });
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const after: typeof before = { ...before, ...Object.fromEntries(given) };
  if (after.legalHold && after.legalHoldReason === "") {
    const message = "Say why the log is held.";
    throw new AppError("BAD_REQUEST", "hold_without_reason", message, { field: "legalHoldReason" });
  }
  await ctx.db.auditSettings.update({ where: { one: true }, data: after, select: { one: true } });
  if (after.recordReads !== before.recordReads) {
    // Every process remembers it with the members' permissions, and asks anew at another version.
    await ctx.db.$executeRaw`UPDATE tenant_guard SET access_version = access_version + 1`;
  }
  const { id, name } = ctx.organization;
  const target = { type: "organization", id, label: name };
  await audit(ctx, { action: "audit.updateSettings", target, before, after });
}
