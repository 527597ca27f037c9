import { v7 as uuid } from "uuid";
import type { CheckoutAttempt } from "#prisma/generated/platform/client.ts";
import { audit } from "../audit/audit.ts";
import { platformDb } from "../platform/database.ts";
import { AppError, notFound } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { sales } from "./catalogue.ts";
import { billingUrl, findCustomer, findLive, keyOf, priceOf, seatsOf, usageOf } from "./purchase.ts";
import type { ChosenPlan, ConfirmCheckout } from "./schema.ts";
import { askStripe } from "./stripe.ts";
import { syncCustomer } from "./sync.ts";
import { claimTrial } from "./trials.ts";

const lifeMs = 3_600_000;
/** A page that is about to close is not handed out again. */
const leftMinMs = 300_000;
/** Stripe opens no page for less than half an hour. */
const openMinMs = 1_860_000;
const pagesMax = 100;

/**
 * Opens Stripe's checkout page for the organization's first subscription, or leads to the one that is open: however
 * many ask at once, there is one customer, and one page that can be paid. Throws AppError already_subscribed,
 * checkout_replaced, plan_not_sold and what askStripe throws.
 */
export async function startCheckout(
  door: Door,
  input: ChosenPlan,
): Promise<{ url: string; sessionId: string }> {
  const seats = seatsOf(await usageOf(door));
  await refuseSubscribed(door);
  const { attempt, replaces } = await reserveAttempt(door, input, seats);
  await note(door, "billing.startCheckout", { plan: input.plan, interval: input.interval, seats });
  const { id, sessionId: known } = attempt;
  try {
    const customer = await ensureCustomer(door, id);
    const closed = await closeOtherPages(customer, id);
    // Somebody may have paid there just before.
    if (replaces || closed > 0) await refuseSubscribed(door);
    return await openPage(attempt, customer, await priceOf(input));
  } catch (error) {
    // Stripe remembers a failure by its key: the next try gets an attempt of its own. This one's page is known to nobody.
    if (known === null) await endAttempt(id, { sessionId: null });
    throw error;
  }
}

async function openPage(
  attempt: CheckoutAttempt,
  customer: string,
  price: string,
): Promise<{ url: string; sessionId: string }> {
  const { id } = attempt;
  const session = await askStripe((stripe) =>
    stripe.checkout.sessions.create(
      {
        mode: "subscription",
        // What takes days to arrive would count as missing meanwhile.
        allowed_payment_method_types: ["card"],
        customer,
        client_reference_id: id,
        line_items: [{ price, quantity: attempt.quantity }],
        success_url: `${attempt.returnUrl}/return?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: attempt.returnUrl,
        expires_at: Math.floor(attempt.expiresAt.getTime() / 1_000),
        ...trialOf(attempt),
      },
      { idempotencyKey: `astra-checkout-${id}` },
    ),
  );
  const still = await platformDb().checkoutAttempt.updateMany({
    where: { id, state: "open" },
    data: { sessionId: session.id },
  });
  if (still.count === 0) {
    // Another choice took the place of this one, and could not close a page that was not there yet.
    await closePage(session.id);
    const message = "Another checkout was begun in the place of this one. Try again.";
    throw new AppError("CONFLICT", "checkout_replaced", message);
  }
  if (!session.url) throw alreadySubscribed();
  return { url: session.url, sessionId: session.id };
}

function trialOf({ trialDays }: CheckoutAttempt) {
  if (trialDays === 0) return {};
  return {
    subscription_data: {
      trial_period_days: trialDays,
      trial_settings: { end_behavior: { missing_payment_method: "cancel" as const } },
    },
    // Whoever wants to try first need not give a card.
    payment_method_collection: "if_required" as const,
  };
}

/** What Stripe has counts: somebody may have paid on a page that was open, and no event has come yet. */
async function refuseSubscribed({ organization, request }: Door): Promise<void> {
  const customer = await findCustomer(organization.id);
  if (customer) await askStripe(() => syncCustomer(customer, request.id));
  const live = await findLive(organization.id);
  // One whose first payment never came is none.
  if (live && live.status !== "incomplete") throw alreadySubscribed();
}

function alreadySubscribed(): AppError {
  return new AppError("CONFLICT", "already_subscribed", "This organization has a subscription already.");
}

type Reserved = {
  attempt: CheckoutAttempt;
  /** Whether it takes the place of another one. */
  replaces: boolean;
};

/** The organization's one open attempt: that of the same choice, or a new one in the place of another. */
async function reserveAttempt(door: Door, input: ChosenPlan, seats: number): Promise<Reserved> {
  const organizationId = door.organization.id;
  const now = door.clock.now();
  return platformDb().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM organizations WHERE id = ${organizationId}::uuid FOR UPDATE`;
    const open = await tx.checkoutAttempt.findFirst({ where: { organizationId, state: "open" } });
    const key = keyOf(input);
    if (open) {
      const lasts = open.expiresAt.getTime() - now.getTime() > (open.sessionId ? leftMinMs : openMinMs);
      if (lasts && open.priceLookupKey === key && open.quantity === seats)
        return { attempt: open, replaces: false };
      await tx.checkoutAttempt.updateMany({ where: { id: open.id }, data: { state: "expired" } });
    }
    const id = uuid();
    const days = sales.find(({ plan }) => plan === input.plan)?.trialDays ?? 0;
    const tries = days > 0 && (await claimTrial(tx, door, id));
    const attempt = await tx.checkoutAttempt.create({
      data: {
        id,
        organizationId,
        accountId: door.actor.kind === "member" ? door.actor.accountId : organizationId,
        priceLookupKey: key,
        quantity: seats,
        trialDays: tries ? days : 0,
        returnUrl: billingUrl(door),
        createdAt: now,
        expiresAt: new Date(now.getTime() + lifeMs),
      },
    });
    return { attempt, replaces: open !== null };
  });
}

/**
 * The organization's customer at Stripe, made at the first purchase, and anew when somebody deleted it there; of many
 * at once all get the same.
 */
async function ensureCustomer({ organization }: Door, attemptId: string): Promise<string> {
  const { id: organizationId, name } = organization;
  const known = await findCustomer(organizationId);
  if (known && !(await isDeleted(known))) return known;
  const db = platformDb();
  await db.billingCustomer.createMany({ data: { organizationId }, skipDuplicates: true });
  const { id } = await askStripe((stripe) =>
    // The same words whoever asks: Stripe gives the same answer to the same key and the same words alone.
    stripe.customers.create(
      { metadata: { organization: organizationId } },
      { idempotencyKey: `astra-customer-${attemptId}` },
    ),
  );
  const first = await db.billingCustomer.updateMany({
    where: { organizationId, customerId: known },
    data: { customerId: id },
  });
  if (first.count > 0) await askStripe((stripe) => stripe.customers.update(id, { name }));
  return (await findCustomer(organizationId)) ?? id;
}

async function isDeleted(customer: string): Promise<boolean> {
  const found = await askStripe((stripe) => stripe.customers.retrieve(customer));
  return found.deleted === true;
}

/** Closes every page on which the organization could pay for something else. Answers how many there were. */
async function closeOtherPages(customer: string, attemptId: string): Promise<number> {
  const { data } = await askStripe((stripe) =>
    stripe.checkout.sessions.list({ customer, status: "open", limit: pagesMax }),
  );
  const others = data.filter((session) => session.client_reference_id !== attemptId);
  for (const { id } of others) await closePage(id);
  return others.length;
}

/** Closes a page, unless it is closed already. */
async function closePage(sessionId: string): Promise<void> {
  try {
    await askStripe((stripe) => stripe.checkout.sessions.expire(sessionId));
  } catch (error) {
    const { status } = await askStripe((stripe) => stripe.checkout.sessions.retrieve(sessionId));
    if (status === "open") throw error;
  }
}

async function endAttempt(id: string, only: { sessionId?: null } = {}): Promise<void> {
  const open = { ...only, id, state: "open" };
  await platformDb().checkoutAttempt.updateMany({ where: open, data: { state: "expired" } });
}

/**
 * What became of a checkout, for whoever comes back from its page: what Stripe has is written down at once. The
 * address that led here grants nothing. Throws AppError not_found for another organization's.
 */
export async function confirmCheckout(door: Door, { sessionId }: ConfirmCheckout) {
  const { id: organizationId } = door.organization;
  const attempt = await platformDb().checkoutAttempt.findFirst({ where: { sessionId, organizationId } });
  const customer = await findCustomer(organizationId);
  if (!attempt || !customer) throw notFound("checkout");
  const session = await askStripe((stripe) => stripe.checkout.sessions.retrieve(sessionId));
  if (session.customer !== customer) throw notFound("checkout");
  await note(door, "billing.confirmCheckout", { checkout: session.status });
  await askStripe(() => syncCustomer(customer, door.request.id));
  if (session.status === "expired") await endAttempt(attempt.id);
  const live = await findLive(organizationId);
  return { checkout: session.status, plan: live?.plan ?? null, status: live?.status ?? null };
}

/** A session of Stripe's customer portal, for this click. Throws AppError no_subscription before the first purchase. */
export async function openPortal(door: Door): Promise<{ url: string }> {
  const customer = await findCustomer(door.organization.id);
  if (!customer) {
    throw new AppError("CONFLICT", "no_subscription", "This organization has not bought anything yet.");
  }
  await note(door, "billing.openPortal", { portal: "opened" });
  const { url } = await askStripe((stripe) =>
    stripe.billingPortal.sessions.create({ customer, return_url: billingUrl(door) }),
  );
  return { url };
}

/** What somebody asked for stands in the log before Stripe hears of it. */
export async function note(door: Door, action: string, after: Record<string, unknown>): Promise<void> {
  const { id, plan } = door.organization;
  const target = { type: "subscription", id, label: plan };
  await transact(door, "write", (ctx) => audit(ctx, { action, target, after }));
}
