import type { Stripe } from "stripe";

type Envelope = {
  type: Stripe.StripeRawError["type"];
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
};

/** What Stripe answers with an error envelope. Thrown by whatever handles a request. */
export class Fault extends Error {
  readonly status: number;
  readonly envelope: Envelope;
  /** A refused payment is a fact that stays; every other fault leaves things as they were. */
  readonly keepsChanges: boolean;

  constructor(status: number, envelope: Envelope, keepsChanges = false) {
    super(envelope.message);
    this.status = status;
    this.envelope = envelope;
    this.keepsChanges = keepsChanges;
  }
}

/** 400 `invalid_request_error`. */
export function invalid(message: string, param?: string, code?: string): Fault {
  return new Fault(400, {
    type: "invalid_request_error",
    message,
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  });
}

/** Stripe could do this; the stand-in cannot, and says so instead of doing something else. */
export function unsupported(what: string): Fault {
  return invalid(`The stand-in does not do this: ${what}.`, undefined, "stand_in_unsupported");
}

/** 404 `resource_missing`. */
export function missing(kind: string, id: string, param = "id"): Fault {
  return new Fault(404, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${kind}: '${id}'`,
    param,
  });
}
