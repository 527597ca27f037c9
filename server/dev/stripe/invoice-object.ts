import { Stripe } from "stripe";

import { clockOf, liveCustomer } from "./customers.ts";
import { whole } from "./lists.ts";
import type { LineDraft } from "./pricing.ts";
import { idOf, randomText, type World } from "./world.ts";

export type InvoiceDraft = {
  customer: string;
  subscription: Stripe.Subscription | null;
  lines: LineDraft[];
  reason: Stripe.Invoice.BillingReason;
  currency: string;
  period: { start: number; end: number };
  prorationDate?: number | undefined;
};

/** What differs from one draft to another. */
type Decided =
  | "id"
  | "amount_due"
  | "amount_remaining"
  | "automatically_finalizes_at"
  | "billing_reason"
  | "created"
  | "currency"
  | "customer"
  | "customer_address"
  | "customer_email"
  | "customer_name"
  | "customer_phone"
  | "default_payment_method"
  | "lines"
  | "parent"
  | "period_end"
  | "period_start"
  | "starting_balance"
  | "subtotal"
  | "subtotal_excluding_tax"
  | "test_clock"
  | "total"
  | "total_excluding_tax";

/** A draft as Stripe shows it. It is not kept: that makes the same function fit for previews. */
export function invoiceObject(world: World, id: string, draft: InvoiceDraft): Stripe.Invoice {
  const customer = liveCustomer(world, draft.customer);
  const now = world.now(clockOf(customer));
  const total = draft.lines.reduce((sum, { amount }) => sum + amount, 0);
  const due = Math.max(0, total + customer.balance);
  const { subscription } = draft;
  return {
    ...blank(),
    id,
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    billing_reason: draft.reason,
    created: now,
    currency: draft.currency,
    customer: customer.id,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    default_payment_method: null,
    lines: whole(
      draft.lines.map((line) => lineObject(id, line, draft)),
      `/v1/invoices/${id}/lines`,
    ),
    parent: subscription && {
      quote_details: null,
      subscription_details: {
        metadata: subscription.metadata,
        subscription: subscription.id,
        ...(draft.prorationDate === undefined ? {} : { subscription_proration_date: draft.prorationDate }),
      },
      type: "subscription_details",
    },
    period_end: draft.period.end,
    period_start: draft.period.start,
    starting_balance: customer.balance,
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: clockOf(customer),
    total,
    total_excluding_tax: total,
  };
}

function blank(): Omit<Stripe.Invoice, Decided> {
  return {
    object: "invoice",
    account_country: "US",
    account_name: "Stand-in for Stripe",
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    collection_method: "charge_automatically",
    custom_fields: null,
    customer_account: null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [],
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    statement_descriptor: null,
    status: "draft",
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    total_discount_amounts: [],
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

function lineObject(invoice: string, line: LineDraft, draft: InvoiceDraft): Stripe.InvoiceLineItem {
  const subscription = draft.subscription?.id ?? null;
  return {
    id: `il_${randomText(24)}`,
    object: "line_item",
    amount: line.amount,
    currency: draft.currency,
    description: line.description,
    discount_amounts: [],
    discountable: !line.proration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: line.invoiceItem,
        proration: line.proration,
        proration_details: line.proration ? { credited_items: null } : null,
        subscription,
        subscription_item: line.item,
      },
      type: "subscription_item_details",
    },
    period: line.period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: line.price.id, product: idOf(line.price.product) },
      type: "price_details",
      unit_amount_decimal: line.price.unit_amount_decimal,
    },
    quantity: line.quantity,
    quantity_decimal: line.quantity === null ? null : Stripe.Decimal.from(line.quantity),
    subscription,
    subtotal: line.amount,
    taxes: [],
  };
}

/** The subscription that an invoice is for. */
export function subscriptionOf(invoice: Stripe.Invoice): string | null {
  const reference = invoice.parent?.subscription_details?.subscription;
  return reference ? idOf(reference) : null;
}
