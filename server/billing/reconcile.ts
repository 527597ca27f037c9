import type { JobInfo } from "../jobs/run.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import { syncCustomer } from "./sync.ts";

const pageRows = 200;
const keptDays = 35;
const dayMs = 86_400_000;

/** What a reconciliation found. */
export type Report = { looked: number; repaired: number; failed: number };

/**
 * Looks at every customer once, and so repairs what lost
 * events left behind; then removes events that are long done. A run that is cut off leaves the rest to the next try.
 */
export async function reconcileAll(job: Pick<JobInfo, "requestId" | "signal">): Promise<Report> {
  const began = new Date();
  const report: Report = { looked: 0, repaired: 0, failed: 0 };
  for (let after = ""; ;) {
    const page = await platformDb().billingCustomer.findMany({
      where: {
        closedAt: null,
        customerId: { gt: after },
        OR: [{ syncedFrom: null }, { syncedFrom: { lt: began } }],
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
      try {
        if ((await syncCustomer(customerId, job.requestId)).changed) {
          report.repaired += 1;
          log("billing").warn({ organization: organizationId }, "what was bought was not as Stripe has it");
        }
      } catch (error) {
        report.failed += 1;
        log("billing").error({ organization: organizationId, err: error }, "a customer was not looked at");
      }
    }
    if (page.length < pageRows) break;
  }
  await trim(new Date(began.getTime() - keptDays * dayMs));
  log("billing").info(report, "reconciled with Stripe");
  return report;
}

async function trim(before: Date): Promise<void> {
  await platformDb().stripeEvent.deleteMany({ where: { receivedAt: { lt: before }, state: "done" } });
  await platformDb().billingChange.deleteMany({ where: { createdAt: { lt: before } } });
}
