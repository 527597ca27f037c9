import type { Stripe } from "stripe";

import { CARDS, cardDetails, type Decline } from "./cards.ts";
import { Fault, invalid, missing } from "./fault.ts";
import { mergedMetadata, page } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { idOf, type World } from "./world.ts";

/** A card that is nobody's yet. `name` is one of the test cards. */
export function makeMethod(
  world: World,
  name: string,
  holder: Partial<Stripe.PaymentMethod.BillingDetails> = {},
): Stripe.PaymentMethod {
  const id = world.id("payment_method");
  world.hide(id, { card: name });
  return world.put("payment_method", {
    id,
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: null,
      name: null,
      phone: null,
      tax_id: null,
      ...holder,
    },
    card: cardDetails(name, world.now()),
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: "card",
  });
}

/** Gives a method to a customer. `pm_card_…` stands for a new one of its kind. Throws 402 for a card that is refused at once. */
export function attach(world: World, id: string, customer: string): Stripe.PaymentMethod {
  const name = /^pm_card_(\w+)$/.exec(id)?.[1];
  if (name !== undefined && !CARDS[name]) throw missing("PaymentMethod", id, "payment_method");
  const method =
    name === undefined ? world.get("payment_method", id, "payment_method") : makeMethod(world, name);
  const refused = CARDS[world.known(method.id).card ?? ""]?.atOnce;
  if (refused) throw declined(refused, method);
  if (method.customer && idOf(method.customer) !== customer)
    throw invalid(
      "The payment method you provided has already been attached to a customer.",
      "payment_method",
    );
  if (method.customer) return method;
  const own = world.put("payment_method", { ...method, customer });
  world.emit("payment_method.attached", own);
  return own;
}

/** The customer's own method; `pm_card_…` is attached first, as Stripe does for its test cards. */
export function takeMethod(world: World, id: string, customer: string): Stripe.PaymentMethod | undefined {
  if (id.startsWith("pm_card_")) {
    const card = id.slice("pm_card_".length);
    const same = world
      .all("payment_method")
      .findLast((one) => one.customer === customer && world.known(one.id).card === card);
    return same ?? attach(world, id, customer);
  }
  const method = world.find("payment_method", id);
  return method?.customer && idOf(method.customer) === customer ? method : undefined;
}

/** 402 with the reason of the card's bank. */
export function declined(why: Decline, method?: Stripe.PaymentMethod, intent?: Stripe.PaymentIntent): Fault {
  return new Fault(402, {
    type: "card_error",
    code: why.code,
    message: why.message,
    ...(why.decline_code ? { decline_code: why.decline_code } : {}),
    ...(method ? { payment_method: method } : {}),
    ...(intent ? { payment_intent: intent } : {}),
  });
}

function create(world: World, params: Stripe.PaymentMethodCreateParams): Stripe.PaymentMethod {
  if (params.type !== "card") throw invalid("The stand-in knows cards only.", "type");
  const card = params.card;
  if (!card || !("token" in card) || card.token === undefined)
    throw invalid(
      "Sending credit card numbers directly to the Stripe API is generally unsafe. Use a token of a test card.",
      "card",
    );
  const name = /^tok_(\w+)$/.exec(card.token)?.[1] ?? "";
  if (!CARDS[name]) throw missing("token", card.token, "card[token]");
  const { name: holder, email } = params.billing_details ?? {};
  const made = makeMethod(world, name, { name: holder || null, email: email || null });
  return world.put("payment_method", { ...made, metadata: mergedMetadata({}, params.metadata) });
}

function detach(world: World, id: string): Stripe.PaymentMethod {
  const method = world.get("payment_method", id);
  if (!method.customer)
    throw invalid("The payment method you provided is not attached to a customer.", "payment_method");
  const customer = world.find("customer", idOf(method.customer));
  if (customer && !customer.deleted && customer.invoice_settings.default_payment_method === id) {
    const settings = { ...customer.invoice_settings, default_payment_method: null };
    world.change("customer", customer.id, { invoice_settings: settings }, "customer.updated");
  }
  return world.change("payment_method", id, { customer: null }, "payment_method.detached");
}

function ofCustomer(world: World, customer: string | undefined): Stripe.PaymentMethod[] {
  return world.all("payment_method").filter((one) => one.customer !== null && one.customer === customer);
}

export const paymentMethodRoutes: Route[] = [
  route<Stripe.PaymentMethodCreateParams>(
    "POST",
    "/v1/payment_methods",
    ["PaymentMethods", "PaymentMethodCreateParams"],
    ["type", "card[token]", "billing_details[name]", "billing_details[email]", "metadata"],
    ({ world, params }) => create(world, params),
  ),
  route(
    "GET",
    "/v1/payment_methods/:id",
    ["PaymentMethods", "PaymentMethodRetrieveParams"],
    [],
    ({ world, ids: [id = ""] }) => world.get("payment_method", id),
  ),
  route<Stripe.PaymentMethodListParams>(
    "GET",
    "/v1/payment_methods",
    ["PaymentMethods", "PaymentMethodListParams"],
    ["customer", "type", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) => page(ofCustomer(world, params.customer), params, url),
  ),
  route<Stripe.CustomerListPaymentMethodsParams>(
    "GET",
    "/v1/customers/:id/payment_methods",
    ["Customers", "CustomerListPaymentMethodsParams"],
    ["type", "limit", "starting_after", "ending_before"],
    ({ world, params, ids: [id = ""], url }) => {
      world.get("customer", id);
      return page(ofCustomer(world, id), params, url);
    },
  ),
  route<Stripe.PaymentMethodAttachParams>(
    "POST",
    "/v1/payment_methods/:id/attach",
    ["PaymentMethods", "PaymentMethodAttachParams"],
    ["customer"],
    ({ world, params, ids: [id = ""] }) => {
      const customer = world.get("customer", params.customer ?? "", "customer");
      return attach(world, id, customer.id);
    },
  ),
  route(
    "POST",
    "/v1/payment_methods/:id/detach",
    ["PaymentMethods", "PaymentMethodDetachParams"],
    [],
    ({ world, ids: [id = ""] }) => detach(world, id),
  ),
];
