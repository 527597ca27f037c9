import type { Stripe } from "stripe";

import { CARDS, declineOf, type Decline } from "./cards.ts";
import { HOUR } from "./calendar.ts";
import { clockOf, liveCustomer } from "./customers.ts";
import { invalid } from "./fault.ts";
import { invoiceObject, subscriptionOf, type InvoiceDraft } from "./invoice-object.ts";
import { idOf, type World } from "./world.ts";

/** How somebody pays: with which method, and whether they sit before the page and answered their bank. */
export type Paying = {
  method?: string | undefined;
  present?: boolean;
  authenticated?: boolean;
  automatic?: boolean;
};

/** Makes a draft; `waits` as a renewal's does, an hour, before it is final. */
export function makeInvoice(world: World, draft: InvoiceDraft, waits: boolean): Stripe.Invoice {
  const id = world.id("invoice");
  const made = invoiceObject(world, id, draft);
  const invoice = { ...made, automatically_finalizes_at: waits ? made.created + HOUR : null };
  world.put("invoice", invoice);
  world.emit("invoice.created", invoice);
  for (const { invoiceItem } of draft.lines) {
    if (invoiceItem) world.put("invoiceitem", { ...world.get("invoiceitem", invoiceItem), invoice: id });
  }
  return invoice;
}

/** Makes a draft final: its number, what the customer's balance takes over, and a payment to be made. */
export function finalize(world: World, id: string): Stripe.Invoice {
  const draft = world.get("invoice", id);
  if (draft.status !== "draft")
    throw invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.");
  const customer = liveCustomer(world, idOf(draft.customer ?? ""));
  const now = world.now(clockOf(customer));
  const balanced = draft.total + customer.balance;
  const due = Math.max(0, balanced);
  const endingBalance = Math.min(0, balanced);
  const sequence = customer.next_invoice_sequence ?? 1;
  world.change(
    "customer",
    customer.id,
    { balance: endingBalance, currency: draft.currency, next_invoice_sequence: sequence + 1 },
    endingBalance === customer.balance ? null : "customer.updated",
  );
  const open = world.change(
    "invoice",
    id,
    {
      status: "open",
      amount_due: due,
      amount_remaining: due,
      starting_balance: customer.balance,
      ending_balance: endingBalance,
      automatically_finalizes_at: null,
      effective_at: now,
      hosted_invoice_url: `${world.base}/i/${id}`,
      number: `${customer.invoice_prefix ?? "TEST"}-${String(sequence).padStart(4, "0")}`,
      status_transitions: { ...draft.status_transitions, finalized_at: now },
    },
    null,
  );
  world.emit("invoice.finalized", open);
  if (due > 0) makeIntent(world, open, now);
  return open;
}

function makeIntent(world: World, invoice: Stripe.Invoice, now: number): void {
  const id = world.id("payment_intent");
  const intent: Stripe.PaymentIntent = {
    id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: invoice.amount_due,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    client_secret: `${id}_secret_test`,
    confirmation_method: "automatic",
    created: now,
    currency: invoice.currency,
    customer: invoice.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_payment_method",
    transfer_group: null,
  };
  world.put("payment_intent", intent);
  world.emit("payment_intent.created", intent);
  world.put("invoice_payment", {
    id: world.id("invoice_payment"),
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: now,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: id, type: "payment_intent" },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

/** The payment that an open invoice waits for, if it costs anything. */
export function openPayment(world: World, invoice: string): Stripe.InvoicePayment | undefined {
  return world.all("invoice_payment").find((one) => one.invoice === invoice && one.status === "open");
}

/** The payment intent behind an invoice's payment. */
export function intentOf(world: World, payment: Stripe.InvoicePayment): Stripe.PaymentIntent {
  return world.get("payment_intent", idOf(payment.payment.payment_intent ?? ""));
}

/** The method by which an invoice is paid when nobody says otherwise. */
export function methodFor(world: World, invoice: Stripe.Invoice): string | undefined {
  const subscription = subscriptionOf(invoice);
  const own = subscription ? world.get("subscription", subscription).default_payment_method : null;
  const customer = liveCustomer(world, idOf(invoice.customer ?? ""));
  const chosen = invoice.default_payment_method ?? own ?? customer.invoice_settings.default_payment_method;
  return chosen ? idOf(chosen) : undefined;
}

/** Tries once to be paid. Gives back why not; what follows for the subscription is the caller's matter. */
export function attempt(world: World, id: string, paying: Paying): Decline | null {
  const invoice = world.get("invoice", id);
  if (invoice.amount_due === 0) {
    markPaid(world, invoice, 0);
    return null;
  }
  const method = paying.method ?? methodFor(world, invoice);
  const refusal = refusalOf(world, invoice, method, paying);
  const counts = paying.automatic || invoice.attempt_count === 0;
  const tried = world.change(
    "invoice",
    id,
    { attempted: true, attempt_count: invoice.attempt_count + (counts ? 1 : 0) },
    null,
  );
  if (refusal) refuse(world, tried, method, refusal, paying);
  else pay(world, tried, method ?? null);
  return refusal;
}

function refusalOf(
  world: World,
  invoice: Stripe.Invoice,
  method: string | undefined,
  paying: Paying,
): Decline | null {
  if (!method) return { code: "missing_payment_method", message: "There is no payment method to charge." };
  const forced = takeOutcome(world, idOf(invoice.customer ?? ""));
  if (forced !== undefined) return forced === "succeed" ? null : declineOf(forced);
  const { card = "", authenticated } = world.known(method);
  const test = CARDS[card];
  if (test?.whenCharged) return test.whenCharged;
  const asks = test?.asks === "always" || (test?.asks === "first" && !authenticated);
  if (asks && !paying.authenticated) return { ...declineOf("authentication_required"), needsPayer: true };
  return test?.atOnce ?? null;
}

function takeOutcome(world: World, customer: string): string | undefined {
  const place = world.outcomes.findIndex((one) => one.customer === null || one.customer === customer);
  return place < 0 ? undefined : world.outcomes.splice(place, 1)[0]?.code;
}

function refuse(
  world: World,
  invoice: Stripe.Invoice,
  method: string | undefined,
  why: Decline,
  paying: Paying,
): void {
  const payment = openPayment(world, invoice.id);
  if (payment) {
    const intent = world.change(
      "payment_intent",
      intentOf(world, payment).id,
      {
        status: why.needsPayer && paying.present ? "requires_action" : "requires_payment_method",
        last_payment_error: {
          type: "card_error",
          code: why.code,
          message: why.message,
          ...(why.decline_code ? { decline_code: why.decline_code } : {}),
          ...(method ? { payment_method: world.get("payment_method", method) } : {}),
        },
      },
      null,
    );
    world.emit("payment_intent.payment_failed", intent);
  }
  world.emit("invoice.payment_failed", invoice);
  if (why.needsPayer) world.emit("invoice.payment_action_required", invoice);
}

function pay(world: World, invoice: Stripe.Invoice, method: string | null): void {
  const payment = openPayment(world, invoice.id);
  const now = world.now(invoice.test_clock ? idOf(invoice.test_clock) : null);
  if (payment) {
    const intent = world.change(
      "payment_intent",
      intentOf(world, payment).id,
      {
        status: "succeeded",
        amount_received: invoice.amount_due,
        last_payment_error: null,
        payment_method: method,
      },
      null,
    );
    world.emit("payment_intent.succeeded", intent);
    const paid: Stripe.InvoicePayment = {
      ...payment,
      amount_paid: invoice.amount_due,
      status: "paid",
      status_transitions: { canceled_at: null, paid_at: now },
    };
    world.put("invoice_payment", paid);
    world.emit("invoice_payment.paid", paid);
  }
  markPaid(world, invoice, invoice.amount_due);
}

/** Everything that was due has come in, here or elsewhere. */
export function markPaid(world: World, invoice: Stripe.Invoice, amount: number): void {
  const now = world.now(invoice.test_clock ? idOf(invoice.test_clock) : null);
  const paid = world.change(
    "invoice",
    invoice.id,
    {
      status: "paid",
      attempted: true,
      amount_paid: amount,
      amount_remaining: 0,
      auto_advance: false,
      next_payment_attempt: null,
      status_transitions: { ...invoice.status_transitions, paid_at: now },
    },
    null,
  );
  world.emit("invoice.paid", paid);
  world.emit("invoice.payment_succeeded", paid);
}

/** Nobody will pay this any more. What it took from the customer's balance goes back there. */
export function voidInvoice(world: World, id: string): Stripe.Invoice {
  const invoice = world.get("invoice", id);
  if (invoice.status !== "open" && invoice.status !== "uncollectible")
    throw invalid("You can only pass in open or uncollectible invoices. This invoice isn't open.");
  const payment = openPayment(world, id);
  const now = world.now(invoice.test_clock ? idOf(invoice.test_clock) : null);
  if (payment) {
    world.put("invoice_payment", {
      ...payment,
      status: "canceled",
      status_transitions: { canceled_at: now, paid_at: null },
    });
    const canceled = { status: "canceled", canceled_at: now, cancellation_reason: "void_invoice" } as const;
    world.change("payment_intent", intentOf(world, payment).id, canceled, "payment_intent.canceled");
  }
  const taken = invoice.starting_balance - (invoice.ending_balance ?? invoice.starting_balance);
  if (taken !== 0) {
    const customer = liveCustomer(world, idOf(invoice.customer ?? ""));
    world.change("customer", customer.id, { balance: customer.balance + taken }, "customer.updated");
  }
  return world.change(
    "invoice",
    id,
    {
      status: "void",
      auto_advance: false,
      next_payment_attempt: null,
      status_transitions: { ...invoice.status_transitions, voided_at: now },
    },
    "invoice.voided",
  );
}
