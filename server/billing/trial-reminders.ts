import { wakeRelay } from "../jobs/wake.ts";
import type { JobInfo } from "../jobs/run.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import { askNotice } from "./notices.ts";
import { syncCustomer } from "./sync.ts";

const dayMs = 86_400_000;
const firstDays = 3;
const lastDays = 1;
const pageRows = 200;

type Trial = { subscriptionId: string; status: string; trialEnd: Date | null; cancelAt: Date | null };

/**
 * Has the payers of a trial that runs reminded of its end: three days before, as Stripe announces it or by the time,
 * and one day before. Once each, and not of a trial that was canceled. Answers whether anything is told now.
 */
export async function remindOfTrial(
  organizationId: string,
  { announced = false, now, requestId }: { announced?: boolean; now: Date; requestId: string },
): Promise<boolean> {
  const asked = await platformDb().$transaction(async (tx) => {
    const trial = await tx.subscription.findUnique({ where: { organizationId } });
    const key = trial && keyOf(trial, now, announced);
    if (!key) return false;
    return askNotice(tx, { organizationId, kind: "trial", key, subjectId: trial.subscriptionId }, requestId);
  });
  if (asked) wakeRelay("billing");
  return asked;
}

/** What the reminder that is due is known by; a trial that was made longer is another one. Null when none is. */
function keyOf(
  { subscriptionId, status, trialEnd, cancelAt }: Trial,
  now: Date,
  announced: boolean,
): string | null {
  if (status !== "trialing" || !trialEnd || cancelAt) return null;
  const left = trialEnd.getTime() - now.getTime();
  if (left <= 0 || (left > firstDays * dayMs && !announced)) return null;
  const days = left <= lastDays * dayMs ? lastDays : firstDays;
  return `trial:${subscriptionId}:${trialEnd.getTime() / 1_000}:${days}`;
}

/** Reminds of every trial that ends soon, whether Stripe's announcement has come or not. */
export async function remindOfTrials(
  job: Pick<JobInfo, "requestId" | "signal">,
  clock: Clock = systemClock,
): Promise<number> {
  const now = clock.now();
  let told = 0;
  for (let after = ""; ;) {
    const soon = { gt: now, lte: new Date(now.getTime() + firstDays * dayMs) };
    const page = await platformDb().subscription.findMany({
      where: { status: "trialing", trialEnd: soon, cancelAt: null, subscriptionId: { gt: after } },
      orderBy: { subscriptionId: "asc" },
      take: pageRows,
    });
    for (const trial of page) {
      job.signal.throwIfAborted();
      after = trial.subscriptionId;
      try {
        if (await remindFreshly(trial, now, job.requestId)) told += 1;
      } catch (error) {
        // The next round looks again.
        log("billing").error({ organization: trial.organizationId, err: error }, "nobody was reminded");
      }
    }
    if (page.length < pageRows) return told;
  }
}

async function remindFreshly(
  trial: Trial & { organizationId: string },
  now: Date,
  requestId: string,
): Promise<boolean> {
  const { organizationId } = trial;
  const key = keyOf(trial, now, false);
  if (!key || (await platformDb().billingNotice.count({ where: { key } })) > 0) return false;
  // It may have been paid, canceled or made longer, and nobody has said so.
  const customer = await platformDb().billingCustomer.findUnique({ where: { organizationId } });
  if (customer?.customerId) await syncCustomer(customer.customerId, requestId);
  return remindOfTrial(organizationId, { now, requestId });
}
