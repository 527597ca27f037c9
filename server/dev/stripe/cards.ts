import type { Stripe } from "stripe";

/** Why a payment does not go through. */
export type Decline = {
  code: string;
  decline_code?: string;
  message: string;
  /** The payer could still make it good on the page. */
  needsPayer?: boolean;
};

type Brand = "visa" | "mastercard";

type TestCard = {
  number: string;
  brand: Brand;
  /** Refused as soon as it is given. */
  atOnce?: Decline;
  /** Taken, and refused when it is charged. */
  whenCharged?: Decline;
  /** The payer's bank asks the payer: at the first use, or at every one. */
  asks?: "first" | "always";
  note: string;
};

const MESSAGES: Record<string, string> = {
  generic_decline: "Your card was declined.",
  insufficient_funds: "Your card has insufficient funds.",
  lost_card: "Your card was declined.",
  stolen_card: "Your card was declined.",
  expired_card: "Your card has expired.",
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: "An error occurred while processing your card. Try again in a little bit.",
  authentication_required: "Your card was declined. This transaction requires authentication.",
};

const OWN_CODES = new Set(["expired_card", "incorrect_cvc", "processing_error", "authentication_required"]);

/** The decline that Stripe answers for a reason as "insufficient_funds"; an unknown one is declined without a reason. */
export function declineOf(reason: string): Decline {
  const message = MESSAGES[reason];
  if (!message)
    return { code: "card_declined", decline_code: "generic_decline", message: "Your card was declined." };
  return OWN_CODES.has(reason)
    ? { code: reason, message, ...(reason === "authentication_required" ? { decline_code: reason } : {}) }
    : { code: "card_declined", decline_code: reason, message };
}

/** Stripe's well-known test cards that we know, by the name in `pm_card_<name>` and `tok_<name>`. */
export const CARDS: Record<string, TestCard> = {
  visa: { number: "4242424242424242", brand: "visa", note: "Succeeds" },
  mastercard: { number: "5555555555554444", brand: "mastercard", note: "Succeeds" },
  chargeCustomerFail: {
    number: "4000000000000341",
    brand: "visa",
    whenCharged: declineOf("generic_decline"),
    note: "Can be kept, and is declined when charged",
  },
  chargeDeclined: {
    number: "4000000000000002",
    brand: "visa",
    atOnce: declineOf("generic_decline"),
    note: "Declined",
  },
  chargeDeclinedInsufficientFunds: {
    number: "4000000000009995",
    brand: "visa",
    atOnce: declineOf("insufficient_funds"),
    note: "Declined: insufficient funds",
  },
  chargeDeclinedLostCard: {
    number: "4000000000009987",
    brand: "visa",
    atOnce: declineOf("lost_card"),
    note: "Declined: lost card",
  },
  chargeDeclinedStolenCard: {
    number: "4000000000009979",
    brand: "visa",
    atOnce: declineOf("stolen_card"),
    note: "Declined: stolen card",
  },
  chargeDeclinedExpiredCard: {
    number: "4000000000000069",
    brand: "visa",
    atOnce: declineOf("expired_card"),
    note: "Declined: expired card",
  },
  chargeDeclinedIncorrectCvc: {
    number: "4000000000000127",
    brand: "visa",
    atOnce: declineOf("incorrect_cvc"),
    note: "Declined: wrong security code",
  },
  chargeDeclinedProcessingError: {
    number: "4000000000000119",
    brand: "visa",
    atOnce: declineOf("processing_error"),
    note: "Declined: processing error",
  },
  authenticationRequiredOnSetup: {
    number: "4000002500003155",
    brand: "visa",
    asks: "first",
    note: "The bank asks once, when the card is given",
  },
  authenticationRequired: {
    number: "4000002760003184",
    brand: "visa",
    asks: "always",
    note: "The bank asks every time",
  },
};

/** The name of the card with this number; spaces do not count. */
export function cardOfNumber(number: string): string | undefined {
  const digits = number.replace(/[\s-]/g, "");
  return Object.keys(CARDS).find((name) => CARDS[name]?.number === digits);
}

/** A new card as Stripe describes it. The test cards expire at the end of the year after the next. */
export function cardDetails(name: string, now: number): Stripe.PaymentMethod.Card {
  const card = CARDS[name];
  if (!card) throw new Error(`No test card ${name}`);
  return {
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    display_brand: card.brand,
    exp_month: 12,
    exp_year: new Date(now * 1_000).getUTCFullYear() + 2,
    fingerprint: `fp${card.number.slice(-14)}`,
    funding: "credit",
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: "unregulated",
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}
