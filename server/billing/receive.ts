import { Stripe } from "stripe";
import { platformJob } from "../jobs/enqueue.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { readBounded } from "../platform/bounded-body.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { AppError, errorStatus } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import type { RequestInfo } from "../tenancy/context.ts";
import { isLiveKey, stripeClient } from "./stripe.ts";

const bodyMaxBytes = 512 * 1024;
const bodyMaxMs = 10_000;
/** How old an event's signature may be, and how far in the future. */
const toleranceSeconds = 300;

/**
 * Answers POST /api/billing/webhooks: an event that Stripe has signed is noted once, with a job that does what
 * follows from it, and answered. Nothing that it says is believed but that something has happened.
 */
export async function answerStripeEvent(
  request: Request,
  info: RequestInfo,
  clock: Clock = systemClock,
): Promise<Response> {
  const headers = { "x-request-id": info.id, "cache-control": "no-store" };
  try {
    const body = Buffer.from(await readBounded(request, bodyMaxBytes, bodyMaxMs));
    const event = verified(body, request.headers.get("stripe-signature") ?? "", clock);
    if (event.livemode !== isLiveKey()) {
      throw new AppError("BAD_REQUEST", "other_mode", "This event is of the other mode, live or test.");
    }
    await note(event, info.id);
    return Response.json({ received: true }, { headers });
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "INTERNAL") {
      log("billing").error({ err: error, requestId: info.id }, "an event of Stripe was not taken");
      return Response.json(
        { reason: "internal", message: "Something went wrong." },
        { status: 500, headers },
      );
    }
    const { reason, message, code } = error;
    log("billing").warn({ reason, requestId: info.id }, "an event of Stripe was refused");
    return Response.json({ reason, message }, { status: errorStatus[code], headers });
  }
}

/** The event, when one of our secrets signed it just now. Throws AppError bad_signature and bad_request. */
function verified(body: Buffer, signature: string, clock: Clock): Stripe.Event {
  const now = Math.floor(clock.now().getTime() / 1_000);
  // Stripe's client looks at the age alone; a time to come would stay good for as long as somebody likes.
  const stamps = [...signature.matchAll(/(?:^|,)t=(\d{1,12})(?=,|$)/g)].map(([, stamp]) => Number(stamp));
  const [stamp] = stamps;
  if (stamps.length !== 1 || stamp === undefined || stamp > now + toleranceSeconds) throw badSignature();
  for (const secret of env().STRIPE_WEBHOOK_SECRETS ?? []) {
    const event = signedBy(secret, body, signature, now);
    if (event) return event;
  }
  throw badSignature();
}

/** Null when it was not this secret. Throws AppError bad_request for what is signed and no event all the same. */
function signedBy(secret: string, body: Buffer, signature: string, now: number): Stripe.Event | null {
  try {
    const { webhooks } = stripeClient();
    const event = webhooks.constructEvent(body, signature, secret, toleranceSeconds, undefined, now * 1_000);
    if (event.object === "event" && /^evt_\w{1,250}$/.test(event.id) && event.data?.object) return event;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return null;
  }
  throw new AppError("BAD_REQUEST", "bad_request", "This is no event.");
}

function badSignature(): AppError {
  return new AppError("BAD_REQUEST", "bad_signature", "This was not signed by Stripe just now.");
}

/** Accepts an event once, with its job, in one statement: Stripe waits, and a burst must not wait for itself. */
async function note(event: Stripe.Event, requestId: string): Promise<void> {
  const { id, type, created } = event;
  const job = platformJob("billing.take-event", { eventId: id }, { requestId });
  const fresh = await platformDb().$queryRaw<{ job: string }[]>`
    WITH noted AS (
      INSERT INTO stripe_events (id, type, customer_id, created_at)
      VALUES (${id}, ${type}, ${customerOf(event)}, ${new Date(created * 1_000)}::timestamptz)
      ON CONFLICT (id) DO NOTHING RETURNING id)
    SELECT ${job} AS job FROM noted`;
  if (fresh.length > 0) wakeRelay("billing");
}

/** Whom an event is about: a hint where to look, and no proof of anything. */
function customerOf({ data }: Stripe.Event): string | null {
  const object = data.object as { object?: unknown; id?: unknown; customer?: unknown };
  const { customer } = object;
  const found =
    object.object === "customer"
      ? object.id
      : customer && typeof customer === "object" && "id" in customer
        ? customer.id
        : customer;
  return typeof found === "string" && found.length <= 255 ? found : null;
}
