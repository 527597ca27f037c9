import type { Stripe } from "stripe";

import { clockOf, liveCustomer } from "./customers.ts";
import { Fault, invalid, unsupported } from "./fault.ts";
import { invoiceObject, type InvoiceDraft } from "./invoice-object.ts";
import { renewalLines } from "./lifecycle.ts";
import { pendingLines, plannedChange, type Change } from "./subscription-change.ts";
import { clockOfSubscription, inPeriod, periodOf } from "./subscription-object.ts";
import { itemsAsked, liveSubscription } from "./subscription-update.ts";
import { plannedSubscription } from "./subscriptions.ts";
import { idOf, randomText, type World } from "./world.ts";

type Asked = Stripe.InvoiceCreatePreviewParams;

/** What would be billed next, worked out by what bills it. Nothing is kept. */
export function previewInvoice(world: World, params: Asked): Stripe.Invoice {
  if (params.preview_mode === "recurring") throw unsupported("the preview mode recurring");
  const draft = params.subscription
    ? ofSubscription(world, params.subscription, params)
    : ofNew(world, params);
  const preview = invoiceObject(world, `upcoming_in_${randomText(24)}`, draft);
  return { ...preview, next_payment_attempt: preview.period_end };
}

function ofNew(world: World, params: Asked): InvoiceDraft {
  const { customer, subscription_details: details } = params;
  if (!customer || !details?.items)
    throw invalid(
      "A preview needs a subscription, or a customer and items.",
      "subscription",
      "parameter_missing",
    );
  const planned = plannedSubscription(world, {
    customer,
    items: itemsAsked(details.items),
    ...(details.trial_end === undefined ? {} : { trial_end: details.trial_end }),
  });
  return {
    customer,
    subscription: null,
    lines: planned.lines,
    reason: "subscription_create",
    currency: planned.subscription.currency,
    period: { start: planned.period.start, end: planned.period.start },
  };
}

function ofSubscription(world: World, id: string, params: Asked): InvoiceDraft {
  const before = liveSubscription(world, id);
  const customer = liveCustomer(world, idOf(before.customer));
  if (params.customer && params.customer !== customer.id)
    throw invalid("The subscription does not belong to the customer.", "subscription");
  const details = params.subscription_details ?? {};
  const change = plannedChange(world, before, {
    items: itemsAsked(details.items ?? []),
    prorations: details.proration_behavior ?? "create_prorations",
    prorationDate: details.proration_date,
    anchorNow: details.billing_cycle_anchor?.type === "now",
    trialEnd: details.trial_end,
  });
  const now = world.now(clockOf(customer));
  const base = {
    customer: customer.id,
    subscription: before,
    currency: before.currency,
    prorationDate: details.proration_date,
  };
  if (change.atOnce && change.lines.length > 0) {
    return {
      ...base,
      lines: [...pendingLines(world, id), ...change.lines],
      reason: "subscription_update",
      period: { start: Math.min(periodOf(before).start, now), end: now },
    };
  }
  return { ...base, ...renewal(world, before, change, details.cancel_at_period_end), reason: "upcoming" };
}

/** The invoice of the next period, with what waits for it. */
function renewal(
  world: World,
  before: Stripe.Subscription,
  change: Change,
  cancels: boolean | undefined,
): Pick<InvoiceDraft, "lines" | "period"> {
  const period = periodOf(before);
  const ends = before.cancel_at !== null && before.cancel_at <= period.end;
  if (cancels === true || (ends && cancels !== false) || before.status === "paused")
    throw new Fault(404, {
      type: "invalid_request_error",
      code: "invoice_upcoming_none",
      message: `No upcoming invoices for customer: ${idOf(before.customer)}`,
    });
  const start = period.end;
  const changed = { ...before, ...change.becomes };
  const items = inPeriod(change.becomes.items.data, change.becomes.billing_cycle_anchor, start);
  const end = items[0]?.current_period_end ?? start;
  const lines = renewalLines(world, changed, items, { start, end });
  const known = pendingLines(world, before.id).length;
  return {
    lines: [...lines.slice(0, known), ...change.lines, ...lines.slice(known)],
    period: { start: Math.min(period.start, world.now(clockOfSubscription(before))), end: start },
  };
}
