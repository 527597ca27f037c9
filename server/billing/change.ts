import type { Stripe } from "stripe";
import { planOf } from "../plans/catalogue.ts";
import type { Usage } from "../plans/quota.ts";
import { AppError } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { note } from "./checkout.ts";
import { isGreater } from "./greater.ts";
import { planOfPrice } from "./catalogue.ts";
import { findCustomer, getLive, keyOf, noSubscription, priceOf, seatsOf, usageOf } from "./purchase.ts";
import type { ChangePlan, ChosenPlan } from "./schema.ts";
import { trialOf } from "./seats.ts";
import { askStripe } from "./stripe.ts";
import { isEnded } from "./subscription-state.ts";
import { boughtBy, syncCustomer } from "./sync.ts";
import { busy, giveTurnBack, keepTurn, takeTurn, type Turn } from "./turn.ts";

/** For how long a preview holds. */
const previewSeconds = 900;

/** What there is to change. */
type Live = Pick<
  Awaited<ReturnType<typeof getLive>>,
  | "subscriptionId"
  | "itemId"
  | "status"
  | "plan"
  | "priceLookupKey"
  | "quantity"
  | "periodEnd"
  | "cancelAt"
  | "cancelAtPeriodEnd"
  | "scheduleId"
>;

/**
 * What a change to a greater plan, or from months to years, costs at once; the change itself charges exactly this.
 * Throws AppError no_subscription, same_plan, plan_not_sold, payment_missing, subscription_ending and what askStripe
 * throws.
 */
export async function previewChange(door: Door, input: ChosenPlan) {
  const seats = seatsOf(await usageOf(door));
  const live = await getLive(door.organization.id);
  assertSettled(live);
  assertGreater(live, input);
  const prorationDate = Math.floor(door.clock.now().getTime() / 1_000);
  return { ...(await costOf(live, input, seats, prorationDate)), seats, prorationDate };
}

const owing = new Set(["past_due", "unpaid", "paused", "incomplete"]);

/** Nothing else is bought as long as something is owed, or what there is comes to an end. */
function assertSettled({ status, cancelAt }: Live): void {
  if (owing.has(status)) {
    const message = "A payment is missing. Make it first.";
    throw new AppError("PAYMENT_REQUIRED", "payment_missing", message);
  }
  if (cancelAt) {
    throw new AppError("CONFLICT", "subscription_ending", "The subscription ends. Resume it first.");
  }
}

async function costOf(live: Live, input: ChosenPlan, quantity: number, prorationDate: number) {
  const price = await priceOf(input);
  const preview = await askStripe((stripe) =>
    stripe.invoices.createPreview({
      subscription: live.subscriptionId,
      subscription_details: {
        items: [{ id: live.itemId, price, quantity }],
        proration_behavior: "always_invoice",
        proration_date: prorationDate,
      },
    }),
  );
  const lines = preview.lines.data.map(({ description, amount }) => ({ description, amount }));
  return { amount: preview.amount_due, currency: preview.currency, lines };
}

/**
 * Changes to a greater plan now, for the amount that was shown. When the payment is refused the old plan stays, and
 * the answer says where to pay. Throws AppError preview_outdated and what previewChange throws.
 */
export async function changePlan(door: Door, input: ChangePlan) {
  const { plan, interval, prorationDate, amount } = input;
  const seats = seatsOf(await usageOf(door));
  return changing(door, async (live, turn) => {
    assertSettled(live);
    assertGreater(live, input);
    const age = Math.floor(door.clock.now().getTime() / 1_000) - prorationDate;
    if (age < 0 || age > previewSeconds) throw outdated();
    if ((await costOf(live, input, seats, prorationDate)).amount !== amount) throw outdated();
    await note(door, "billing.change", { plan, interval, seats, amount });
    const price = await priceOf(input);
    if (!(await keepTurn(turn))) throw busy();
    const changed = await askStripe((stripe) =>
      stripe.subscriptions.update(
        live.subscriptionId,
        {
          items: [{ id: live.itemId, price, quantity: seats }],
          proration_behavior: "always_invoice",
          proration_date: prorationDate,
          payment_behavior: "pending_if_incomplete",
          expand: ["latest_invoice"],
        },
        { idempotencyKey: `astra-change-${live.subscriptionId}-${keyOf(input)}-${seats}-${prorationDate}` },
      ),
    );
    const waits = changed.pending_update !== null;
    // What was planned falls away with what was bought in its place, and stays when nothing was.
    if (!waits) await releasePlanned(live);
    const invoice = typeof changed.latest_invoice === "object" ? changed.latest_invoice : null;
    return {
      state: waits ? "payment_needed" : "changed",
      payUrl: waits ? (invoice?.hosted_invoice_url ?? null) : null,
    };
  });
}

/** What the organization has more of than a plan allows. */
function overLimits(usage: readonly Usage[], plan: string) {
  const { limits } = planOf(plan);
  return usage.flatMap(({ resource, used }) => {
    const limit = limits[resource];
    return limit !== null && used > limit ? [{ resource, used, limit }] : [];
  });
}

/**
 * Plans a change to a smaller plan, or from years to months, for the end of what is paid. Answers what is over the
 * new limits. Throws AppError no_subscription, same_plan, payment_missing, subscription_ending and what askStripe
 * throws.
 */
export async function scheduleDowngrade(door: Door, input: ChosenPlan) {
  const usage = await usageOf(door);
  const at = await changing(door, async (live) => {
    assertSettled(live);
    if (live.priceLookupKey === keyOf(input) || isGreater(live, input)) throw samePlan();
    const price = await priceOf(input);
    await note(door, "billing.scheduleDowngrade", { plan: input.plan, interval: input.interval });
    await releasePlanned(live);
    await askStripe((stripe) => planNext(stripe, live, { price, interval: input.interval }));
    return live.periodEnd;
  });
  return { at, over: overLimits(usage, input.plan) };
}

async function planNext(
  { subscriptionSchedules }: Stripe,
  { subscriptionId, quantity }: Live,
  { price, interval }: { price: string; interval: ChosenPlan["interval"] },
): Promise<void> {
  const { id, phases } = await subscriptionSchedules.create({ from_subscription: subscriptionId });
  const [now] = phases;
  if (!now) throw new AppError("UNAVAILABLE", "stripe_unavailable", "Stripe did not do this. Try again.");
  const items = now.items.map(({ price: paid, quantity: seats }) => ({
    price: typeof paid === "string" ? paid : paid.id,
    ...(seats === undefined ? {} : { quantity: seats }),
  }));
  await subscriptionSchedules.update(id, {
    end_behavior: "release",
    phases: [
      { items, start_date: now.start_date, end_date: now.end_date, ...trialOf(now) },
      { items: [{ price, quantity }], duration: { interval, interval_count: 1 } },
    ],
  });
}

/** Takes a planned change back. Throws AppError no_subscription, also when nothing is planned. */
export async function revokeDowngrade(door: Door): Promise<void> {
  await usageOf(door);
  await changing(door, async (live) => {
    if (!live.scheduleId) throw new AppError("CONFLICT", "no_subscription", "No change is planned.");
    await note(door, "billing.revokeDowngrade", { plan: live.plan });
    await releasePlanned(live);
  });
}

/** Ends the subscription when what is paid has run out. Throws AppError no_subscription and what askStripe throws. */
export async function cancelSubscription(door: Door): Promise<{ at: Date | null }> {
  await usageOf(door);
  return changing(door, async (live) => {
    await note(door, "billing.cancel", { plan: live.plan });
    await releasePlanned(live);
    await update(live, { cancel_at_period_end: true });
    return { at: live.periodEnd };
  });
}

/**
 * Takes a planned end back, or lets a paused subscription run again, which is paid for at once. Throws AppError
 * no_subscription, also when neither is there, and what askStripe throws.
 */
export async function resumeSubscription(door: Door): Promise<void> {
  await usageOf(door);
  await changing(door, async (live) => {
    // An end that was planned is taken back first, which costs nothing.
    if (live.status === "paused" && !live.cancelAt) {
      await note(door, "billing.resume", { plan: live.plan, status: live.status });
      // A new period begins.
      await askStripe((stripe) => stripe.subscriptions.resume(live.subscriptionId));
      return;
    }
    if (!live.cancelAt) throw new AppError("CONFLICT", "no_subscription", "The subscription does not end.");
    await note(door, "billing.resume", { plan: live.plan });
    await update(live, live.cancelAtPeriodEnd ? { cancel_at_period_end: false } : { cancel_at: "" });
  });
}

/**
 * Changes what was bought: on what Stripe has, in the customer's turn, so that nobody else changes it meanwhile; and
 * writes down what came of it. Throws AppError no_subscription, busy, and what the work throws.
 */
async function changing<Answer>(
  door: Door,
  work: (live: Live, turn: Turn) => Promise<Answer>,
): Promise<Answer> {
  const customer = await findCustomer(door.organization.id);
  const turn = customer === null ? null : await takeTurn(customer);
  if (!turn) throw noSubscription();
  let answer: Answer;
  try {
    answer = await work(await liveOf(turn), turn);
  } catch (error) {
    await giveTurnBack(turn);
    // What was done half way is seen as it is.
    await syncNow(door, turn).catch((cause: unknown) => door.log.info({ err: cause }, "not looked at"));
    throw error;
  }
  await giveTurnBack(turn);
  await syncNow(door, turn);
  return answer;
}

/** What Stripe has: what we know may be older. Throws AppError no_subscription. */
async function liveOf({ customerId, organizationId, closed }: Turn): Promise<Live> {
  const found = closed ? null : await askStripe(() => boughtBy(customerId));
  if (!found?.itemId || isEnded(found.status)) throw noSubscription();
  const known = found.priceLookupKey === null ? null : planOfPrice(found.priceLookupKey);
  return { ...found, itemId: found.itemId, plan: known ?? (await getLive(organizationId)).plan };
}

function update({ subscriptionId }: Live, params: Stripe.SubscriptionUpdateParams): Promise<unknown> {
  return askStripe((stripe) => stripe.subscriptions.update(subscriptionId, params));
}

/** While a change is planned Stripe takes no other plan, and no end. */
async function releasePlanned({ scheduleId }: Live): Promise<void> {
  if (scheduleId) await askStripe((stripe) => stripe.subscriptionSchedules.release(scheduleId));
}

async function syncNow({ request }: Door, { customerId }: Turn): Promise<void> {
  await askStripe(() => syncCustomer(customerId, request.id));
}

function assertGreater(live: Live, input: ChosenPlan): void {
  if (!isGreater(live, input)) throw samePlan();
}

function samePlan(): AppError {
  return new AppError("CONFLICT", "same_plan", "The organization cannot change to this plan in this way.");
}

function outdated(): AppError {
  return new AppError(
    "CONFLICT",
    "preview_outdated",
    "What the change costs is different by now. Look at it again.",
  );
}
