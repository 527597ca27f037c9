import { Stripe } from "stripe";
import { v7 as uuid } from "uuid";
import { forgetDirectory } from "../access/directory.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { levelOf } from "./access.ts";
import { accessLevel } from "./access-level.ts";
import { keyOfPrice, planOfPrice } from "./catalogue.ts";
import { invoicesOf, keepInvoices, type SeenInvoice } from "./invoice-ledger.ts";
import { askFailures } from "./notices.ts";
import { outgrownSchedule } from "./outgrown.ts";
import { stripeClient } from "./stripe.ts";
import {
  currentOf,
  expandedSubscription,
  isEnded,
  isGranting,
  nextPriceOf,
  stateOf,
  type Bought,
} from "./subscription-state.ts";
import { busy, giveTurnBack, takeTurn, type Turn } from "./turn.ts";

const pageRows = 100;
const pagesMax = 10;
/** How often a look is begun anew that another one overtook. */
const looksMax = 3;

/** What a look at Stripe came to: whether anybody has this customer, and whether anything was different. */
export type Synced = { known: boolean; changed: boolean };

/**
 * Brings what an organization bought to what Stripe has now. The one place that writes it: one look at a time for
 * each customer, and a look that was overtaken is begun anew, as nobody knows what became of the other. The customer of
 * an erased organization is rid of whatever runs on. Throws AppError busy, and what Stripe's client throws.
 */
export async function syncCustomer(customerId: string, requestId: string): Promise<Synced> {
  for (let look = 0; look < looksMax; look++) {
    const turn = await takeTurn(customerId);
    if (!turn) return { known: false, changed: false };
    try {
      if (turn.closed) {
        await endAll(turn);
        return { known: true, changed: false };
      }
      const written = await write(turn, await lookAt(turn), requestId);
      if (written !== "overtaken") return { known: true, changed: written === "changed" };
    } catch (error) {
      await giveTurnBack(turn);
      throw error;
    }
  }
  throw busy();
}

async function lookAt(turn: Turn): Promise<Look> {
  const { customerId, organizationId } = turn;
  const [all, invoices] = await Promise.all([
    unlessDeleted(customerId, () => subscriptionsOf(customerId)),
    unlessDeleted(customerId, () => invoicesOf(customerId, organizationId)),
  ]);
  const running = all.filter(({ status }) => isGranting(status));
  if (running.length > 1) {
    const ids = running.map(({ id }) => id);
    log("billing").error({ organization: organizationId, ids }, "more than one subscription is paid for");
  }
  const current = currentOf(all);
  if (!current) return { now: null, invoices };
  const state = stateOf(current);
  const outgrown = await outgrownSchedule(organizationId, state);
  if (outgrown !== null) {
    await stripeClient().subscriptionSchedules.release(outgrown);
    return lookAt(turn);
  }
  return { now: { ...state, ...(await plannedPrice(current)) }, invoices };
}

/** What a customer has at Stripe now; null without anything. Throws AppError and what Stripe's client throws. */
export async function boughtBy(customerId: string): Promise<Bought | null> {
  const current = currentOf(await unlessDeleted(customerId, () => subscriptionsOf(customerId)));
  return current && stateOf(current);
}

/** Ends at Stripe whatever runs; when that was done stands where a look's time does. */
async function endAll(turn: Turn): Promise<void> {
  const { organizationId, ticket, from } = turn;
  for (const { id, status } of await unlessDeleted(turn.customerId, () => subscriptionsOf(turn.customerId)))
    if (!isEnded(status)) await stripeClient().subscriptions.cancel(id);
  const data = { heldUntil: null, syncedFrom: from };
  await platformDb().billingCustomer.updateMany({ where: { organizationId, ticket }, data });
}

/** Everything that a customer has or had. Throws AppError stripe_unavailable for an answer that does not say everything. */
async function subscriptionsOf(customer: string): Promise<Stripe.Subscription[]> {
  const asked = { customer, status: "all", limit: pageRows, expand: expandedSubscription } as const;
  const all: Stripe.Subscription[] = [];
  for (let page = 0; page < pagesMax; page++) {
    const last = all.at(-1)?.id;
    const found = await stripeClient().subscriptions.list({
      ...asked,
      ...(last === undefined ? {} : { starting_after: last }),
    });
    // An answer without Stripe's envelope passes the client as if it were one: it must not read as "bought nothing".
    if (found.object !== "list" || !Array.isArray(found.data)) break;
    all.push(...found.data);
    if (!found.has_more) return all;
  }
  throw new AppError("UNAVAILABLE", "stripe_unavailable", "Stripe's answer was not understood.");
}

/** Nothing for a customer that was deleted at Stripe, which ended all. */
async function unlessDeleted<Item>(customer: string, ask: () => Promise<Item[]>): Promise<Item[]> {
  try {
    return await ask();
  } catch (error) {
    if (await isDeleted(customer, error)) return [];
    throw error;
  }
}

/** Whether Stripe refused because the customer was deleted there; one that it never had is a mistake of ours. */
async function isDeleted(customer: string, error: unknown): Promise<boolean> {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.code !== "resource_missing")
    return false;
  const found = await stripeClient().customers.retrieve(customer);
  return found.deleted === true;
}

type Seen = Bought & { nextPriceLookupKey: string | null; nextPriceAt: Date | null };

async function plannedPrice(
  subscription: Stripe.Subscription,
): Promise<Pick<Seen, "nextPriceLookupKey" | "nextPriceAt">> {
  const next = nextPriceOf(subscription);
  if (!next) return { nextPriceLookupKey: null, nextPriceAt: null };
  const price = await stripeClient().prices.retrieve(next.priceId);
  return { nextPriceLookupKey: keyOfPrice(price), nextPriceAt: next.at };
}

type Look = { now: Seen | null; invoices: readonly SeenInvoice[] };

type Written = "changed" | "as before" | "overtaken";

/** Writes a look down, with the plan that follows from it. */
async function write(turn: Turn, { now, invoices }: Look, requestId: string): Promise<Written> {
  const { organizationId, ticket } = turn;
  let toTell = false;
  const written = await platformDb().$transaction(async (tx): Promise<Written> => {
    const mine = await tx.billingCustomer.updateMany({
      where: { organizationId, ticket },
      data: { heldUntil: null, syncedFrom: turn.from },
    });
    if (mine.count === 0) return "overtaken";
    const [organization] = await tx.$queryRaw<{ plan: string }[]>`
      SELECT plan FROM organizations WHERE id = ${organizationId}::uuid FOR UPDATE`;
    // Erased meanwhile: its customer is closed by the job that follows.
    if (!organization) return "as before";
    await keepInvoices(tx, organizationId, invoices);
    const before = await tx.subscription.findUnique({ where: { organizationId } });
    if (!now && !before) return "as before";
    const plan = planAfter(before, now, organization.plan);
    const after = now ? { ...now, unpaidSince: unpaidSince(before, now) } : { ...before, status: "canceled" };
    if (now) await keep(tx, turn, { ...now, unpaidSince: unpaidSince(before, now) }, { plan, before });
    else
      await tx.subscription.update({ where: { organizationId }, data: { status: "canceled", plan, ticket } });
    const seen = { organizationId, was: before?.status ?? null, is: after.status, requestId };
    toTell = await askFailures(tx, invoices, seen);
    if (now && isGranting(now.status)) await closeAttempts(tx, organizationId, now);
    if (plan !== organization.plan) {
      await tx.organization.update({ where: { id: organizationId }, data: { plan }, select: { id: true } });
    }
    const [was, is] = [told(organization.plan, before), told(plan, after)];
    if (JSON.stringify(was) === JSON.stringify(is)) return "as before";
    await tellOrganization(tx, organizationId, { was, is, requestId });
    return "changed";
  });
  if (written === "changed") wakeRelay("default");
  if (toTell) wakeRelay("billing");
  forgetDirectory(organizationId);
  return written;
}

type Kept = {
  status: string;
  plan: string;
  subscriptionId: string;
  unpaidSince: Date | null;
  lastLevel: string;
};

/**
 * Which plan the organization is on: what is bought and runs, the free one after it, and the present one as long
 * as there is nothing to go by, as with a status or a price that this version does not know.
 */
function planAfter(before: Kept | null, now: Bought | null, present: string): string {
  // What somebody has set since the end is not taken back.
  if (!now || isEnded(now.status)) return before && !isEnded(before.status) ? "free" : present;
  if (now.status === "incomplete") {
    const another = before && before.subscriptionId !== now.subscriptionId;
    return another ? "free" : present;
  }
  if (!isGranting(now.status)) return present;
  const plan = now.priceLookupKey === null ? null : planOfPrice(now.priceLookupKey);
  if (plan) return plan;
  log("billing").error({ price: now.priceLookupKey, status: now.status }, "no plan has this price");
  return present;
}

/** The first missing payment counts, also when others follow; a moment to come is now. */
function unpaidSince(before: Kept | null, now: Bought): Date | null {
  if (now.status !== "past_due" && now.status !== "unpaid") return null;
  const known = before?.subscriptionId === now.subscriptionId ? before.unpaidSince : null;
  const since = known ?? now.unpaidSince ?? new Date();
  return since.getTime() > Date.now() ? new Date() : since;
}

async function keep(
  tx: PlatformTx,
  { organizationId, ticket }: Turn,
  state: Seen,
  { plan, before }: { plan: string; before: Kept | null },
): Promise<void> {
  // Of a status that is not understood only the level before it says anything.
  const lastLevel = levelOf(before?.lastLevel ?? "");
  const { level } = accessLevel(
    { ...state, cancelAt: null, lastLevel },
    new Date(),
    env().BILLING_GRACE_DAYS,
  );
  const data = { ...state, lastLevel: level, plan, ticket, syncedAt: new Date() };
  await tx.subscription.upsert({
    where: { organizationId },
    create: { organizationId, ...data },
    update: data,
    select: { organizationId: true },
  });
}

/** Somebody came back from the checkout page, whichever way we hear of it; a trial is used up with that. */
async function closeAttempts(tx: PlatformTx, organizationId: string, now: Bought): Promise<void> {
  await tx.checkoutAttempt.updateMany({ where: { organizationId, state: "open" }, data: { state: "done" } });
  if (now.trialEnd) {
    const data = { begunAt: new Date() };
    await tx.billingTrial.updateMany({ where: { organizationId, begunAt: null }, data });
  }
}

/** What the organization's log says of what it bought. */
function told(plan: string, state: Partial<Seen> | null) {
  return {
    plan,
    status: state?.status ?? "none",
    price: state?.priceLookupKey ?? null,
    seats: state?.quantity ?? 0,
    cancelAt: state?.cancelAt?.toISOString() ?? null,
    nextPrice: state?.nextPriceLookupKey ?? null,
  };
}

async function tellOrganization(
  tx: PlatformTx,
  organizationId: string,
  { was, is, requestId }: { was: ReturnType<typeof told>; is: ReturnType<typeof told>; requestId: string },
): Promise<void> {
  const id = uuid();
  await tx.billingChange.create({
    data: { id, organizationId, before: was, after: is },
    select: { id: true },
  });
  await enqueuePlatform(tx, "billing.note-change", { changeId: id }, { requestId });
}
