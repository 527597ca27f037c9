import { findOrganizationById } from "../access/directory.ts";
import type { JobInfo } from "../jobs/run.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { keepReport, type Finding, type Report } from "./reconciliations.ts";
import { fitSeats } from "./seats.ts";
import { syncCustomer } from "./sync.ts";

const pageRows = 200;
const keptDays = 35;
const dayMs = 86_400_000;

/** All tries of one round lie within so long. */
const roundMs = 4 * 3_600_000;

type Run = Pick<JobInfo, "requestId" | "signal"> & { attempt?: number };

/**
 * Looks at every customer once, or at one organization's, and so repairs what lost events left behind and has as many
 * seats billed as are taken; then removes events that are long done. A run that is cut off leaves the rest to the next try.
 */
export async function reconcileAll(job: Run, only?: { organizationId: string }): Promise<Report> {
  const began = new Date();
  // A later try goes on where the one before it was cut off.
  const since = (job.attempt ?? 1) > 1 ? new Date(began.getTime() - roundMs) : began;
  const report: Report = { looked: 0, repaired: 0, seats: 0, failed: 0 };
  const findings: Finding[] = [];
  for (let after = ""; ;) {
    const page = await platformDb().billingCustomer.findMany({
      where: {
        ...only,
        customerId: { gt: after },
        OR: [
          { syncedFrom: null },
          { closedAt: null, syncedFrom: { lt: since } },
          // What an erased organization bought must have been ended since.
          { syncedFrom: { lt: platformDb().billingCustomer.fields.closedAt } },
        ],
      },
      orderBy: { customerId: "asc" },
      take: pageRows,
      select: { customerId: true, organizationId: true },
    });
    for (const { customerId, organizationId } of page) {
      job.signal.throwIfAborted();
      if (customerId === null) continue;
      after = customerId;
      report.looked += 1;
      const note = (found: Finding["found"]) => {
        report[found] += 1;
        findings.push({ organizationId, found });
      };
      try {
        if ((await syncCustomer(customerId, job.requestId)).changed) {
          note("repaired");
          log("billing").warn({ organization: organizationId }, "what was bought was not as Stripe has it");
        }
        if (await fitSeatsOf(organizationId, job)) note("seats");
      } catch (error) {
        note("failed");
        log("billing").error({ organization: organizationId, err: error }, "a customer was not looked at");
      }
    }
    if (page.length < pageRows) break;
  }
  await keepReport({ began, organizationId: only?.organizationId ?? null, report, findings });
  await closeLatePages(began);
  await trim(new Date(began.getTime() - keptDays * dayMs));
  log("billing").info(report, "reconciled with Stripe");
  return report;
}

async function fitSeatsOf(organizationId: string, { requestId }: Run): Promise<boolean> {
  const organization = await findOrganizationById(organizationId);
  if (!organization) return false;
  const door = systemDoor(organization, { id: requestId, ip: null, userAgent: null });
  const fitted = await fitSeats(door, requestId).catch((error: unknown) => {
    // Nothing of a suspended organization can be counted; that is no failure.
    if (error instanceof AppError && error.code === "FORBIDDEN") return null;
    throw error;
  });
  if (fitted)
    log("billing").warn({ organization: organizationId, ...fitted }, "other seats were billed than taken");
  return fitted !== null;
}

/** What came of a page by then is known: nobody can pay there any more. */
async function closeLatePages(now: Date): Promise<void> {
  await platformDb().checkoutAttempt.updateMany({
    where: { state: "open", expiresAt: { lt: new Date(now.getTime() - dayMs) } },
    data: { state: "expired" },
  });
}

async function trim(before: Date): Promise<void> {
  await platformDb().stripeEvent.deleteMany({ where: { receivedAt: { lt: before }, state: "done" } });
  await platformDb().billingChange.deleteMany({ where: { createdAt: { lt: before } } });
  await platformDb().checkoutAttempt.deleteMany({
    where: { createdAt: { lt: before }, state: { not: "open" } },
  });
}
