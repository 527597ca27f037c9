import type { BillingNotice, Subscription } from "#prisma/generated/platform/client.ts";
import { findOrganizationById } from "../access/directory.ts";
import type { JobPayload } from "../jobs/registry.ts";
import type { JobInfo } from "../jobs/run.ts";
import { notify } from "../notifications/notify.ts";
import { planOf } from "../plans/catalogue.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { levelOf } from "./access.ts";
import { accessLevel } from "./access-level.ts";
import { stripeClient } from "./stripe.ts";
import { isEnded } from "./subscription-state.ts";

type Tell = (ctx: WriteCtx, key: string) => Promise<void>;

/**
 * Tells an organization's payers of a failed payment, or of the end of a trial to come: as things are now, and
 * nothing when they are past. May run again: nobody is told twice.
 */
export async function tellNotice(
  { noticeId }: JobPayload<"billing.tell-notice">,
  job: JobInfo,
): Promise<void> {
  const notice = await platformDb().billingNotice.findUnique({ where: { id: noticeId } });
  if (!notice || notice.doneAt) return;
  const { organizationId, key } = notice;
  const organization = await findOrganizationById(organizationId);
  const subscription = await platformDb().subscription.findUnique({ where: { organizationId } });
  if (organization && subscription) {
    const tell =
      notice.kind === "payment" ? await failureOf(notice, subscription) : trialOf(notice, subscription);
    const door = systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
    if (tell) await transact(door, "write", (ctx) => tell(ctx, key));
  }
  await platformDb().billingNotice.update({
    where: { id: noticeId },
    data: { doneAt: new Date() },
    select: { id: true },
  });
}

/** Of an invoice that is paid by now, or was tried again, there is nothing to say. */
async function failureOf({ subjectId, attempt }: BillingNotice, live: Subscription): Promise<Tell | null> {
  const invoice = await stripeClient().invoices.retrieve(subjectId);
  if (invoice.status !== "open" || invoice.attempt_count !== attempt) return null;
  // A change that waits for its payment is for another plan than the present one.
  const billed = await platformDb().billingInvoice.findUnique({ where: { id: subjectId } });
  const next = invoice.next_payment_attempt;
  const data = {
    ...consequenceOf(live),
    amount: invoice.amount_remaining,
    currency: invoice.currency,
    invoice: invoice.number,
    plan: planOf(billed?.plan ?? live.plan).name,
    card: cardOf(live),
    nextTryAt: next ? new Date(next * 1_000).toISOString() : null,
  };
  return (ctx, key) => notify(ctx, "payment_failed", { key, data, once: true });
}

function consequenceOf(live: Subscription) {
  if (isEnded(live.status)) return { readOnlyAt: null, allows: "ended" };
  const now = new Date();
  const state = { ...live, lastLevel: levelOf(live.lastLevel) };
  const { level, until } = accessLevel(state, now, env().BILLING_GRACE_DAYS);
  return { readOnlyAt: until?.toISOString() ?? null, allows: level };
}

function trialOf(_: BillingNotice, live: Subscription): Tell | null {
  const { status, trialEnd, cancelAt } = live;
  if (status !== "trialing" || !trialEnd || cancelAt) return null;
  const data = {
    plan: planOf(live.plan).name,
    endsAt: trialEnd.toISOString(),
    card: cardOf(live),
  };
  return (ctx, key) => notify(ctx, "trial_ending", { key, data, once: true });
}

/** "visa ending in 4242"; null when there is nothing to charge. */
function cardOf({ cardBrand, cardLast4 }: Subscription): string | null {
  if (!cardBrand) return null;
  const brand = cardBrand.replaceAll("_", " ");
  return cardLast4 ? `${brand} ending in ${cardLast4}` : brand;
}
