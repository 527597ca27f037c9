import { enqueuePlatform } from "../jobs/enqueue.ts";
import type { JobPayload } from "../jobs/registry.ts";
import type { JobInfo } from "../jobs/run.ts";
import { platformDb } from "../platform/database.ts";
import { syncCustomer } from "./sync.ts";
import { remindOfTrial } from "./trial-reminders.ts";

/** An unknown customer is looked for again after a minute, then twice as long each time: over a day in all. */
const unresolvedTriesMax = 11;
const unresolvedFirstMs = 60_000;

/**
 * Does what follows from an event: a look at its customer, unless one has begun since it came. An event of a
 * customer that nobody knows (yet) stays unresolved and is tried again, for a bounded time.
 */
export async function takeEvent({ eventId }: JobPayload<"billing.take-event">, job: JobInfo): Promise<void> {
  const event = await platformDb().stripeEvent.findUnique({ where: { id: eventId } });
  if (!event || event.state === "done") return;
  const { customerId } = event;
  if (customerId === null) return settle(eventId);
  try {
    const known = await platformDb().billingCustomer.findUnique({
      where: { customerId },
      select: { organizationId: true, syncedFrom: true, closedAt: true },
    });
    const seen = known && !known.closedAt && known.syncedFrom && known.syncedFrom > event.receivedAt;
    if (known && (seen || (await syncCustomer(customerId, job.requestId)).known)) {
      if (event.type === "customer.subscription.trial_will_end") {
        const { organizationId } = known;
        await remindOfTrial(organizationId, { announced: true, now: new Date(), requestId: job.requestId });
      }
      return await settle(eventId);
    }
  } catch (error) {
    const data = { state: "failed", tries: { increment: 1 }, error: nameOf(error) };
    await platformDb().stripeEvent.updateMany({ where: { id: eventId }, data });
    throw error;
  }
  await leaveUnresolved(eventId, event.tries + 1, job.requestId);
}

async function settle(id: string): Promise<void> {
  const data = { state: "done", doneAt: new Date(), error: null };
  await platformDb().stripeEvent.updateMany({ where: { id }, data });
}

async function leaveUnresolved(id: string, tries: number, requestId: string): Promise<void> {
  await platformDb().$transaction(async (tx) => {
    const data = { state: "unresolved", tries, error: "unknown customer" };
    await tx.stripeEvent.updateMany({ where: { id }, data });
    if (tries >= unresolvedTriesMax) return;
    const at = new Date(Date.now() + unresolvedFirstMs * 2 ** (tries - 1));
    await enqueuePlatform(tx, "billing.take-event", { eventId: id }, { at, requestId });
  });
}

/** What kind of failure; its words stand in the log. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name.slice(0, 100) : "unknown";
}
