import type { Stripe } from "stripe";

import { DAY, HOUR } from "./calendar.ts";
import { CARDS } from "./cards.ts";
import { createCustomer, liveCustomer } from "./customers.ts";
import { sessionLines } from "./expand.ts";
import { invalid, unsupported } from "./fault.ts";
import { mergedMetadata, page } from "./lists.ts";
import { attach, makeMethod } from "./payment-methods.ts";
import { route, type Route } from "./route.ts";
import { beginSubscription, plannedSubscription, type NewSubscription } from "./subscriptions.ts";
import { idOf, type World } from "./world.ts";

type Asked = Stripe.Checkout.SessionCreateParams;

function create(world: World, params: Asked): Stripe.Checkout.Session {
  if (params.mode !== "subscription") throw unsupported("checkout in another mode than subscription");
  if (params.ui_mode && params.ui_mode !== "hosted_page") throw unsupported(`the ui_mode ${params.ui_mode}`);
  if (!params.success_url)
    throw invalid("Missing required param: success_url.", "success_url", "parameter_missing");
  if (params.customer && params.customer_email)
    throw invalid(
      "You may only specify one of these parameters: customer, customer_email.",
      "customer_email",
    );
  // A page is open in real time, also for a customer who lives by another clock.
  const now = world.real();
  const expires = params.expires_at ?? now + DAY;
  if (expires < now + HOUR / 2 || expires > now + DAY)
    throw invalid(
      "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
      "expires_at",
    );
  const customer = params.customer ? liveCustomer(world, params.customer) : null;
  const asked = params.line_items ?? [];
  if (asked.length === 0)
    throw invalid("Missing required param: line_items.", "line_items", "parameter_missing");
  const planned = world.imagine(() => {
    const buyer = customer?.id ?? guest(world, params.customer_email ?? null);
    return plannedSubscription(world, wanted(params, buyer));
  });
  const total = planned.lines.reduce((sum, { amount }) => sum + amount, 0);
  const id = world.id("checkout.session");
  world.hide(id, { checkout: params });
  const session: Stripe.Checkout.Session = {
    ...blankSession(),
    id,
    amount_subtotal: total,
    amount_total: total,
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    created: now,
    currency: planned.subscription.currency,
    customer: customer?.id ?? null,
    customer_details:
      customer || params.customer_email ? detailsOf(customer, params.customer_email ?? null) : null,
    customer_email: params.customer_email ?? null,
    expires_at: expires,
    locale: params.locale ?? null,
    metadata: mergedMetadata({}, params.metadata),
    payment_method_collection: params.payment_method_collection ?? "always",
    success_url: params.success_url,
    url: `${world.base}/c/pay/${id}`,
  };
  return world.put("checkout.session", session);
}

function blankSession(): Omit<
  Stripe.Checkout.Session,
  | "id"
  | "amount_subtotal"
  | "amount_total"
  | "billing_address_collection"
  | "cancel_url"
  | "client_reference_id"
  | "created"
  | "currency"
  | "customer"
  | "customer_details"
  | "customer_email"
  | "expires_at"
  | "locale"
  | "metadata"
  | "payment_method_collection"
  | "success_url"
  | "url"
> {
  return {
    object: "checkout.session",
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_account: null,
    customer_creation: "always",
    discounts: [],
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    managed_payments: null,
    mode: "subscription",
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ["card"],
    payment_status: "unpaid",
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: null,
    subscription: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: "hosted_page",
    wallet_options: null,
  };
}

function detailsOf(
  customer: Stripe.Customer | null,
  email: string | null,
): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: customer?.address ?? null,
    business_name: null,
    email: customer?.email ?? email,
    individual_name: null,
    name: customer?.name ?? null,
    phone: customer?.phone ?? null,
    tax_exempt: "none",
    tax_ids: null,
  };
}

function wanted(params: Asked, customer: string): NewSubscription {
  const data = params.subscription_data ?? {};
  return {
    customer,
    items: (params.line_items ?? []).map(({ price, quantity }) => ({
      ...(price === undefined ? {} : { price }),
      ...(quantity === undefined ? {} : { quantity }),
    })),
    payment_behavior: "error_if_incomplete",
    ...(data.description === undefined ? {} : { description: data.description }),
    ...(data.metadata === undefined ? {} : { metadata: data.metadata }),
    ...(data.trial_end === undefined ? {} : { trial_end: data.trial_end }),
    ...(data.trial_period_days === undefined ? {} : { trial_period_days: data.trial_period_days }),
    ...(data.trial_settings === undefined ? {} : { trial_settings: data.trial_settings }),
  };
}

function guest(world: World, email: string | null): string {
  return createCustomer(world, email ? { email } : {}).id;
}

/** What came of the checkout's form: done, the payer's bank must be asked first, or (thrown) a fault to show. */
export type Completed = "done" | "ask the bank";

/** The payer sent the form. `card` null when the page asked for none. Throws 402 when the card is refused. */
export function completeCheckout(
  world: World,
  id: string,
  given: { card: string | null; email: string | null; name: string | null; authenticated: boolean },
): Completed {
  const session = openSession(world, id);
  const params = world.known(id).checkout;
  if (!params) throw new Error("A session that nobody asked for");
  const { card } = given;
  if (card && CARDS[card]?.asks && !given.authenticated) return "ask the bank";
  const customer = session.customer
    ? idOf(session.customer)
    : guest(world, given.email ?? session.customer_email);
  const method = card === null ? null : makeMethod(world, card, { email: given.email, name: given.name });
  if (method) {
    attach(world, method.id, customer);
    if (given.authenticated) world.hide(method.id, { authenticated: true });
  }
  const subscription = beginSubscription(
    world,
    { ...wanted(params, customer), ...(method ? { default_payment_method: method.id } : {}) },
    { present: true, authenticated: given.authenticated },
  );
  const paid = (session.amount_total ?? 0) > 0;
  world.change(
    "checkout.session",
    id,
    {
      status: "complete",
      payment_status: paid ? "paid" : "no_payment_required",
      customer,
      customer_details: { ...detailsOf(liveCustomer(world, customer), null), name: given.name },
      subscription: subscription.id,
      invoice: subscription.latest_invoice,
      url: null,
    },
    null,
  );
  world.emit("checkout.session.completed", world.get("checkout.session", id));
  return "done";
}

/** A session that can still be paid. Throws otherwise. */
export function openSession(world: World, id: string): Stripe.Checkout.Session {
  const session = world.get("checkout.session", id);
  if (session.status !== "open")
    throw invalid(`This Session's status is ${session.status}.`, undefined, "resource_invalid_state");
  return session;
}

/** Closes the pages whose time is over. */
export function expireSessions(world: World): void {
  for (const { id, status, expires_at: end } of world.all("checkout.session"))
    if (status === "open" && end <= world.real()) expire(world, id);
}

function expire(world: World, id: string): Stripe.Checkout.Session {
  return world.change("checkout.session", id, { status: "expired", url: null }, "checkout.session.expired");
}

export const checkoutRoutes: Route[] = [
  route<Asked>(
    "POST",
    "/v1/checkout/sessions",
    ["Checkout/Sessions", "Checkout.SessionCreateParams"],
    [
      "mode",
      "allowed_payment_method_types",
      "ui_mode",
      "success_url",
      "cancel_url",
      "customer",
      "customer_email",
      "client_reference_id",
      "metadata",
      "locale",
      "expires_at",
      "billing_address_collection",
      "payment_method_collection",
      "line_items[price]",
      "line_items[quantity]",
      "subscription_data[description]",
      "subscription_data[metadata]",
      "subscription_data[trial_period_days]",
      "subscription_data[trial_end]",
      "subscription_data[trial_settings][end_behavior][missing_payment_method]",
    ],
    ({ world, params }) => create(world, params),
  ),
  route("GET", "/v1/checkout/sessions/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("checkout.session", id),
  ),
  route<Stripe.Checkout.SessionListParams>(
    "GET",
    "/v1/checkout/sessions",
    ["Checkout/Sessions", "Checkout.SessionListParams"],
    ["customer", "subscription", "status", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) =>
      page(
        world
          .all("checkout.session")
          .filter(({ customer }) => !params.customer || customer === params.customer)
          .filter(({ subscription }) => !params.subscription || subscription === params.subscription)
          .filter(({ status }) => !params.status || status === params.status),
        params,
        url,
      ),
  ),
  route("POST", "/v1/checkout/sessions/:id/expire", null, [], ({ world, ids: [id = ""] }) => {
    openSession(world, id);
    return expire(world, id);
  }),
  route<Stripe.Checkout.SessionListLineItemsParams>(
    "GET",
    "/v1/checkout/sessions/:id/line_items",
    ["Checkout/Sessions", "Checkout.SessionListLineItemsParams"],
    ["limit", "starting_after", "ending_before"],
    ({ world, params, ids: [id = ""], url }) => {
      world.get("checkout.session", id);
      return page(sessionLines(world, id).toReversed(), params, url);
    },
  ),
];
