import { findOrganizationById } from "../access/directory.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import type { JobPayload } from "../jobs/registry.ts";
import type { JobInfo } from "../jobs/run.ts";
import { platformDb } from "../platform/database.ts";
import { planOf } from "../plans/catalogue.ts";
import { getUsage } from "../plans/quota.ts";
import { notify } from "../notifications/notify.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { askSeats } from "./ask-seats.ts";
import { seatsOf } from "./purchase.ts";

/**
 * Writes a change of what was bought into the organization's own log, with its event. The change itself stands
 * already: this follows its commit, and may run again.
 */
export async function noteChange(
  { changeId }: JobPayload<"billing.note-change">,
  job: JobInfo,
): Promise<void> {
  const change = await platformDb().billingChange.findUnique({ where: { id: changeId } });
  const organization = change && (await findOrganizationById(change.organizationId));
  if (!organization) return;
  // As sync wrote it.
  const [before, after] = [change.before as Told, change.after as Told];
  const door = systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
  await transact(door, "write", async (ctx) => {
    // Of two tries at once the second one sees what the first one wrote.
    await ctx.db.$queryRaw`SELECT id FROM profile WHERE id = 1 FOR UPDATE`;
    if ((await ctx.db.auditEntry.count({ where: { id: changeId } })) > 0) return;
    const target = { type: "subscription", id: organization.id, label: after.plan };
    await audit(ctx, { action: "billing.sync", target, before, after, id: changeId });
    await emit(ctx, "subscription.updated", {
      plan: after.plan,
      previousPlan: before.plan,
      status: after.status,
      seats: after.seats,
    });
    if (isUnpaid(before) && after.status === "active") await tellRecovered(ctx, changeId, after.plan);
    // Between a page of Stripe's and its payment members come and go.
    if (after.seats !== seatsOf((await getUsage(ctx)).usage)) await askSeats(ctx);
  });
}

/** Each failed try is told by its own notice; that all is well again once. */
function isUnpaid({ status }: Told): boolean {
  return status === "past_due" || status === "unpaid" || status === "paused";
}

function tellRecovered(ctx: WriteCtx, changeId: string, plan: string): Promise<void> {
  const key = `payment_received:${changeId}`;
  return notify(ctx, "payment_received", { key, data: { plan: planOf(plan).name }, once: true });
}

type Told = { plan: string; status: string; seats: number };
