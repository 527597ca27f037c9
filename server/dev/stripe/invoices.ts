import type { Stripe } from "stripe";

import { collect, settledElsewhere } from "./collection.ts";
import { invalid, unsupported } from "./fault.ts";
import { previewInvoice } from "./invoice-preview.ts";
import { finalize, methodFor, voidInvoice } from "./invoice-payment.ts";
import { subscriptionOf } from "./invoice-object.ts";
import { mergedMetadata, page, within } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { ownMethod, refusedPayment } from "./subscriptions.ts";
import { idOf, type World } from "./world.ts";

function pay(world: World, id: string, params: Stripe.InvoicePayParams): Stripe.Invoice {
  const invoice = world.get("invoice", id);
  if (invoice.status === "paid") throw invalid("Invoice is already paid", undefined, "invoice_already_paid");
  if (invoice.status !== "open" && invoice.status !== "draft" && invoice.status !== "uncollectible")
    throw invalid("This invoice can not be paid.", undefined, "invoice_not_editable");
  if (invoice.status === "draft") finalize(world, id);
  if (params.paid_out_of_band) {
    settledElsewhere(world, id);
    return world.get("invoice", id);
  }
  const given =
    params.payment_method && ownMethod(world, params.payment_method, idOf(invoice.customer ?? ""));
  const method = given || methodFor(world, invoice);
  if (!method && world.get("invoice", id).amount_due > 0)
    throw invalid(
      "There is no `default_payment_method` set on this Customer or Invoice. Please set a default payment method.",
    );
  const refusal = collect(world, id, { method });
  if (refusal) throw refusedPayment(world, id, refusal);
  return world.get("invoice", id);
}

function listed(world: World, params: Stripe.InvoiceListParams, url: string): Stripe.ApiList<Stripe.Invoice> {
  const found = world
    .all("invoice")
    .filter(({ customer }) => !params.customer || idOf(customer ?? "") === params.customer)
    .filter((invoice) => !params.subscription || subscriptionOf(invoice) === params.subscription)
    .filter(({ status }) => !params.status || status === params.status)
    .filter(({ created }) => within(created, params.created));
  return page(found, params, url);
}

function writeOff(world: World, id: string): Stripe.Invoice {
  const invoice = world.get("invoice", id);
  if (invoice.status !== "open") throw invalid("Only open invoices can be marked uncollectible.");
  const transitions = { ...invoice.status_transitions, marked_uncollectible_at: world.now() };
  return world.change(
    "invoice",
    id,
    {
      status: "uncollectible",
      auto_advance: false,
      next_payment_attempt: null,
      status_transitions: transitions,
    },
    "invoice.marked_uncollectible",
  );
}

function paymentsOf(
  world: World,
  params: Stripe.InvoicePaymentListParams,
  url: string,
): Stripe.ApiList<Stripe.InvoicePayment> {
  if (params.status && !["open", "paid", "canceled"].includes(params.status))
    throw unsupported(`the status ${params.status}`);
  const found = world
    .all("invoice_payment")
    .filter(({ invoice }) => !params.invoice || idOf(invoice) === params.invoice)
    .filter(({ status }) => !params.status || status === params.status);
  return page(found, params, url);
}

export const invoiceRoutes: Route[] = [
  route<Stripe.InvoiceCreatePreviewParams>(
    "POST",
    "/v1/invoices/create_preview",
    ["Invoices", "InvoiceCreatePreviewParams"],
    [
      "customer",
      "subscription",
      "preview_mode",
      "subscription_details[items][id]",
      "subscription_details[items][price]",
      "subscription_details[items][quantity]",
      "subscription_details[items][deleted]",
      "subscription_details[proration_behavior]",
      "subscription_details[proration_date]",
      "subscription_details[billing_cycle_anchor]",
      "subscription_details[trial_end]",
      "subscription_details[cancel_at_period_end]",
    ],
    ({ world, params }) => previewInvoice(world, params),
  ),
  route<Stripe.InvoiceListParams>(
    "GET",
    "/v1/invoices",
    ["Invoices", "InvoiceListParams"],
    ["customer", "subscription", "status", "created", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) => listed(world, params, url),
  ),
  route("GET", "/v1/invoices/:id", null, [], ({ world, ids: [id = ""] }) => world.get("invoice", id)),
  route<Stripe.InvoiceUpdateParams>(
    "POST",
    "/v1/invoices/:id",
    ["Invoices", "InvoiceUpdateParams"],
    ["metadata", "auto_advance", "description"],
    ({ world, params, ids: [id = ""] }) => {
      const before = world.get("invoice", id);
      const patch = {
        metadata: mergedMetadata(before.metadata ?? {}, params.metadata),
        ...(params.auto_advance === undefined ? {} : { auto_advance: params.auto_advance }),
        ...(params.description === undefined ? {} : { description: params.description }),
      };
      return world.change("invoice", id, patch, "invoice.updated");
    },
  ),
  route<Stripe.InvoicePayParams>(
    "POST",
    "/v1/invoices/:id/pay",
    ["Invoices", "InvoicePayParams"],
    ["payment_method", "off_session", "paid_out_of_band"],
    ({ world, params, ids: [id = ""] }) => pay(world, id, params),
  ),
  route(
    "POST",
    "/v1/invoices/:id/finalize",
    ["Invoices", "InvoiceFinalizeInvoiceParams"],
    [],
    ({ world, ids: [id = ""] }) => finalize(world, id),
  ),
  route("POST", "/v1/invoices/:id/void", null, [], ({ world, ids: [id = ""] }) => voidInvoice(world, id)),
  route("POST", "/v1/invoices/:id/mark_uncollectible", null, [], ({ world, ids: [id = ""] }) =>
    writeOff(world, id),
  ),
  route<Stripe.InvoiceListLineItemsParams>(
    "GET",
    "/v1/invoices/:id/lines",
    ["Invoices", "InvoiceListLineItemsParams"],
    ["limit", "starting_after", "ending_before"],
    ({ world, params, ids: [id = ""], url }) =>
      page(world.get("invoice", id).lines.data.toReversed(), params, url),
  ),
  route<Stripe.InvoicePaymentListParams>(
    "GET",
    "/v1/invoice_payments",
    ["InvoicePayments", "InvoicePaymentListParams"],
    ["invoice", "status", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) => paymentsOf(world, params, url),
  ),
  route("GET", "/v1/invoice_payments/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("invoice_payment", id),
  ),
  route("GET", "/v1/payment_intents/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("payment_intent", id),
  ),
];
