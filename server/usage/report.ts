import { Stripe } from "stripe";
import { stripeClient } from "../billing/stripe.ts";
import type { JobInfo } from "../jobs/run.ts";
import { AppError } from "../platform/errors.ts";
import { usageReports } from "../platform/metrics.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { findCustomerToBill } from "./customer.ts";
import { isMeter, meters } from "./meters.ts";
import { hourMs } from "./periods.ts";

/** Stripe takes nothing that is older. */
const reportedForMs = 35 * 24 * hourMs;
/** Stripe knows an identifier for a day at least. What may have arrived longer ago is not sent again: never twice. */
const knownForMs = 23 * hourMs;
/** Reported before what became of them is noted. */
const batchHours = 50;

type Hour = { meter: string; hour: Date; quantity: string; unsureSince: Date | null };
type Settled = Hour & {
  state: "waiting" | "sent" | "unbilled" | "failed";
  error: string | null;
  /** Nobody knows what became of it: Stripe has not said. */
  unanswered?: boolean;
};

/**
 * Tells Stripe of every hour that has been added up and not reported. Sent first and noted afterwards: whoever dies in
 * between sends it again, and Stripe refuses the same identifier. Throws AppError stripe_unavailable when something is
 * left, so that its job is tried again.
 */
export async function reportUsage(door: Door, job?: Pick<JobInfo, "signal">): Promise<void> {
  let left: string | null = null;
  const refused = new Set<string>();
  for (let last: Hour | null = null; ;) {
    const after: Hour | null = last;
    const hours: Hour[] = await transact(door, "write", (ctx) => takeWaiting(ctx, after));
    if (hours.length === 0) break;
    const settled = await reportAll(door, hours, { refused, job });
    for (const { state, error, meter, hour } of settled) {
      usageReports.inc({ outcome: state });
      if (state === "waiting") left = error ?? left;
      if (state === "failed")
        door.log.error({ meter, hour, error }, "usage is not billed: it cannot be reported");
    }
    if (settled.some(({ unanswered }) => unanswered)) break;
    last = hours.at(-1) ?? null;
  }
  if (left !== null)
    throw new AppError("UNAVAILABLE", "stripe_unavailable", `Stripe has not taken it: ${left}`);
}

/** Reports some, and notes what has become of each; also when it is cut off. */
async function reportAll(
  door: Door,
  hours: readonly Hour[],
  { refused, job }: { refused: Set<string>; job: Pick<JobInfo, "signal"> | undefined },
): Promise<Settled[]> {
  const customer = await findCustomerToBill(door.organization.id);
  const settled: Settled[] = [];
  try {
    for (const hour of hours) {
      job?.signal.throwIfAborted();
      // What is refused of one hour of a meter is refused of its others: they wait for the next time.
      const one: Settled = refused.has(hour.meter)
        ? { ...hour, state: "waiting", error: null }
        : await reportHour(door, customer, hour);
      settled.push(one);
      // Whoever does not answer now is not asked for the rest.
      if (one.unanswered) break;
      if (one.state === "waiting") refused.add(hour.meter);
    }
  } finally {
    const untried = hours
      .slice(settled.length)
      .map((hour) => ({ ...hour, state: "waiting", error: null }) as const);
    await transact(door, "write", (ctx) => note(ctx, [...settled, ...untried]));
  }
  return settled;
}

/** The oldest that wait, marked as being sent: from here on nobody knows whether they have arrived, until it is noted. */
async function takeWaiting(ctx: WriteCtx, after: Hour | null): Promise<Hour[]> {
  const rows = await ctx.db.$queryRaw<Hour[]>`
    WITH taken AS (
      SELECT t.meter, t.hour, t.unsure_since FROM usage_hours t
      WHERE t.state = 'waiting' AND (${after?.hour ?? null}::timestamptz IS NULL
        OR (t.hour, t.meter) > (${after?.hour ?? null}::timestamptz, ${after?.meter ?? null}::text))
      ORDER BY t.hour, t.meter LIMIT ${batchHours}
    )
    UPDATE usage_hours h SET unsure_since = coalesce(h.unsure_since, ${ctx.clock.now()}::timestamptz)
    FROM taken WHERE h.meter = taken.meter AND h.hour = taken.hour
    RETURNING h.meter, h.hour, h.quantity::text AS quantity, taken.unsure_since AS "unsureSince"`;
  return rows.toSorted((a, b) => a.hour.getTime() - b.hour.getTime() || (a.meter < b.meter ? -1 : 1));
}

async function reportHour(door: Door, customer: string | null, hour: Hour): Promise<Settled> {
  const now = door.clock.now().getTime();
  const { unsureSince } = hour;
  if (customer === null) return { ...hour, state: "unbilled", error: null };
  if (now - hour.hour.getTime() > reportedForMs) return { ...hour, state: "failed", error: "too old" };
  if (unsureSince && now - unsureSince.getTime() > knownForMs)
    return { ...hour, state: "failed", error: "may have arrived" };
  // Another version of Astra knows it.
  if (!isMeter(hour.meter)) return { ...hour, state: "waiting", error: "unknown meter" };
  try {
    await stripeClient().billing.meterEvents.create({
      event_name: meters[hour.meter].eventName,
      identifier: identifierOf(door.organization.id, hour),
      timestamp: hour.hour.getTime() / 1_000,
      payload: { stripe_customer_id: customer, value: hour.quantity },
    });
    return { ...hour, state: "sent", error: null };
  } catch (error) {
    return { ...hour, ...refusalOf(error, unsureSince, door.clock.now()) };
  }
}

/** The same for an hour however often it is sent. Of 100 characters at most. */
export function identifierOf(organizationId: string, { meter, hour }: Pick<Hour, "meter" | "hour">): string {
  return `${organizationId}:${meter}:${hour.toISOString().slice(0, 13)}`;
}

function refusalOf(
  error: unknown,
  unsureSince: Date | null,
  now: Date,
): Omit<Settled, keyof Hour> & Partial<Hour> {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const words = (error.code ?? error.type).slice(0, 100);
  // It arrived before, by one whose answer was lost.
  if (isKnown(error)) return { state: "sent", error: null, unsureSince: null };
  if (error.code?.startsWith("timestamp_too_far"))
    return { state: "failed", error: words, unsureSince: null };
  // An answer of 4xx says that this try was not taken, and nothing of those before it; of anything else nobody knows.
  const refused = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  if (refused) return { state: "waiting", error: words, unsureSince };
  return { state: "waiting", error: words, unsureSince: unsureSince ?? now, unanswered: true };
}

function isKnown({ code, message, statusCode }: Stripe.errors.StripeError): boolean {
  if (code === "resource_already_exists" || code === "duplicate_meter_event") return true;
  return statusCode === 400 && /already exists with identifier/i.test(message);
}

async function note(ctx: WriteCtx, settled: readonly Settled[]): Promise<void> {
  const now = ctx.clock.now();
  const rows = settled.map(({ meter, hour, state, error, unsureSince }) => ({
    meter,
    hour,
    state,
    error,
    unsure: state === "waiting" ? unsureSince : null,
  }));
  await ctx.db.$executeRaw`
    UPDATE usage_hours h SET state = s.state, error = s.error, unsure_since = s.unsure,
      settled_at = CASE WHEN s.state <> 'waiting' THEN ${now}::timestamptz END
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS s (
      meter text, hour timestamptz, state text, error text, unsure timestamptz)
    WHERE h.meter = s.meter AND h.hour = s.hour AND h.state = 'waiting'`;
}
