import type { Stripe } from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";

import { advance, clientOf, faultOf, makeCatalogue, makePayer, type Catalogue } from "./contract-side.ts";
import { declaredShape, possibilities, type Shape } from "./declarations.ts";
import { startStripeStandIn, type StandIn } from "./stand-in.ts";

/** Where the package declares what the API calls by these names. */
const DECLARED: Record<string, [file: string, name: string]> = {
  "billing.meter": ["Billing/Meters", "Meter"],
  "billing.meter_event": ["Billing/MeterEvents", "MeterEvent"],
  "billing.meter_event_summary": ["Billing/MeterEventSummaries", "MeterEventSummary"],
  "billing_portal.configuration": ["BillingPortal/Configurations", "Configuration"],
  "billing_portal.session": ["BillingPortal/Sessions", "Session"],
  "checkout.session": ["Checkout/Sessions", "Session"],
  customer: ["Customers", "Customer"],
  event: ["Events", "EventBase"],
  invoice: ["Invoices", "Invoice"],
  invoice_payment: ["InvoicePayments", "InvoicePayment"],
  invoiceitem: ["InvoiceItems", "InvoiceItem"],
  item: ["LineItems", "LineItem"],
  line_item: ["InvoiceLineItems", "InvoiceLineItem"],
  payment_intent: ["PaymentIntents", "PaymentIntent"],
  payment_method: ["PaymentMethods", "PaymentMethod"],
  price: ["Prices", "Price"],
  product: ["Products", "Product"],
  subscription: ["Subscriptions", "Subscription"],
  subscription_item: ["SubscriptionItems", "SubscriptionItem"],
  subscription_schedule: ["SubscriptionSchedules", "SubscriptionSchedule"],
  "test_helpers.test_clock": ["TestHelpers/TestClocks", "TestClock"],
  webhook_endpoint: ["WebhookEndpoints", "WebhookEndpoint"],
};

const DAY = 86_400;

let standIn: StandIn;
let stripe: Stripe;
let prices: Catalogue;
const seen = new Map<string, number>();

beforeAll(async () => {
  standIn = await startStripeStandIn({ port: 0 });
  stripe = clientOf(standIn.port);
  prices = await makeCatalogue(stripe);
});
afterAll(() => standIn.close());

test("every object carries each key that Stripe's types declare as required, and none that they do not know", async () => {
  await liveALittle();
  await changeALittle();
  const answers: unknown[] = [
    ...(await Promise.all([
      stripe.customers.list({ limit: 100 }),
      stripe.products.list({ limit: 100 }),
      stripe.prices.list({ limit: 100, expand: ["data.product"] }),
      stripe.subscriptions.list({
        status: "all",
        limit: 100,
        expand: ["data.latest_invoice", "data.customer"],
      }),
      stripe.subscriptionSchedules.list({ limit: 100 }),
      stripe.invoices.list({ limit: 100, expand: ["data.payments", "data.customer"] }),
      stripe.invoicePayments.list({ limit: 100, expand: ["data.payment.payment_intent"] }),
      stripe.checkout.sessions.list({ limit: 100, expand: ["data.line_items", "data.subscription"] }),
      stripe.billingPortal.configurations.list({ limit: 100 }),
      stripe.billing.meters.list({ limit: 100 }),
      stripe.webhookEndpoints.list({ limit: 100 }),
      stripe.testHelpers.testClocks.list({ limit: 100 }),
    ])),
    await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 }),
  ];
  const problems = answers.flatMap((answer) => heldAgainst(JSON.parse(JSON.stringify(answer)), ""));
  expect([...new Set(problems)]).toEqual([]);
  expect(Object.keys(DECLARED).filter((name) => !seen.has(name))).toEqual([]);
});

async function liveALittle(): Promise<void> {
  const { customer, clock, start } = await makePayer(stripe, "pm_card_visa");
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: prices.pro.id }] });
  await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
  await advance(stripe, clock, start + 33 * DAY);
  const trial = await makePayer(stripe, null);
  await stripe.subscriptions.create({
    customer: trial.customer,
    items: [{ price: prices.pro.id }],
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method: "pause" } },
  });
  await advance(stripe, trial.clock, trial.start + 8 * DAY);
  const meter = await stripe.billing.meters.create({
    display_name: "Calls",
    event_name: "calls",
    default_aggregation: { formula: "sum" },
  });
  const payload = { stripe_customer_id: customer, value: "3" };
  const counted = await stripe.billing.meterEvents.create({
    event_name: "calls",
    payload,
    timestamp: start + 33 * DAY,
  });
  const times = { start_time: start, end_time: start + 40 * DAY };
  const summaries = await stripe.billing.meters.listEventSummaries(meter.id, { customer, ...times });
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer_email: "new@example.com",
    line_items: [{ price: prices.pro.id, quantity: 2 }],
    success_url: "http://127.0.0.1/back",
  });
  const sent = await fetch(session.url ?? "", {
    method: "POST",
    body: new URLSearchParams({ card: "4242424242424242", email: "new@example.com", name: "New" }),
    redirect: "manual",
  });
  expect(sent.status).toBe(303);
  const portal = await stripe.billingPortal.sessions.create({
    customer,
    flow_data: { type: "payment_method_update" },
  });
  const endpoint = await stripe.webhookEndpoints.create({
    url: "http://127.0.0.1:1/x",
    enabled_events: ["charge.failed"],
  });
  for (const answer of [counted, summaries, portal, endpoint])
    expect(heldAgainst(JSON.parse(JSON.stringify(answer)), "")).toEqual([]);
}

async function changeALittle(): Promise<void> {
  const { customer } = await makePayer(stripe, "pm_card_visa");
  const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: prices.pro.id }] });
  const item = items.data[0]?.id ?? "";
  await stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }] });
  const preview = await stripe.invoices.createPreview({ subscription: id });
  expect(heldAgainst(JSON.parse(JSON.stringify(preview)), "")).toEqual([]);
  const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
  await stripe.subscriptions.update(id, {
    items: [{ id: item, price: prices.business.id }],
    proration_behavior: "always_invoice",
    payment_behavior: "pending_if_incomplete",
  });
  const { latest_invoice: latest } = await stripe.subscriptions.retrieve(id);
  const fault = await faultOf(stripe.invoices.pay(typeof latest === "string" ? latest : ""));
  expect(fault.payment_intent?.last_payment_error?.code).toBe("card_declined");
}

/** Every object below a value, held against its declaration; a deleted one is no more than its three keys. */
function heldAgainst(value: unknown, path: string): string[] {
  if (value === null || typeof value !== "object") return [];
  const { object, deleted } = value as { object?: unknown; deleted?: unknown };
  const below = Object.entries(value).flatMap(([key, inner]) => heldAgainst(inner, `${path}.${key}`));
  if (typeof object !== "string" || object === "list" || object === "plan" || deleted === true) return below;
  const declared = DECLARED[object];
  if (!declared) return [`${path}: ${object} is not known to this test`];
  seen.set(object, (seen.get(object) ?? 0) + 1);
  return [...fits(value, declaredShape(...declared), object), ...below];
}

function fits(value: unknown, shape: Shape, path: string): string[] {
  const tried = possibilities(shape).map((one) => fitsOne(value, one, path));
  const best = tried.toSorted((one, other) => one.length - other.length)[0] ?? [];
  return best;
}

function fitsOne(value: unknown, shape: Shape, path: string): string[] {
  const wrong = [`${path}: ${JSON.stringify(value)?.slice(0, 60)} is no ${shape.kind}`];
  switch (shape.kind) {
    case "null":
      return value === null ? [] : wrong;
    case "literal":
      return value === shape.value ? [] : wrong;
    case "open":
    case "decimal":
    case "string":
      return typeof value === "string" ? [] : wrong;
    case "number":
      return Number.isSafeInteger(value) ? [] : wrong;
    case "boolean":
      return typeof value === "boolean" ? [] : wrong;
    case "array":
      return Array.isArray(value) ? value.flatMap((one) => fits(one, shape.of, `${path}[]`)) : wrong;
    case "map":
      return value !== null && typeof value === "object"
        ? Object.values(value).flatMap((one) => fits(one, shape.of, `${path}{}`))
        : wrong;
    case "object":
      return value !== null && typeof value === "object" && !Array.isArray(value)
        ? fitsObject(value, shape, path)
        : wrong;
    case "union":
    case "nothing":
      return wrong;
  }
}

function fitsObject(value: object, shape: Extract<Shape, { kind: "object" }>, path: string): string[] {
  const fields = shape.fields();
  const given = new Map(Object.entries(value));
  const missing = [...fields].filter(([key, { required }]) => required && !given.has(key));
  const strange = [...given.keys()].filter((key) => !fields.has(key));
  // An event says what it is in keys that its base does not have.
  const allowed = path === "event" ? new Set(["type", "data"]) : new Set<string>();
  return [
    ...missing.map(([key]) => `${path}.${key} is missing`),
    ...strange.filter((key) => !allowed.has(key)).map((key) => `${path}.${key} is not declared`),
    ...[...given].flatMap(([key, inner]) => {
      const field = fields.get(key);
      return field && !allowed.has(key) ? fits(inner, field.shape, `${path}.${key}`) : [];
    }),
  ];
}
