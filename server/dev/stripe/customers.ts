import type { Stripe } from "stripe";

import { invalid, missing } from "./fault.ts";
import { mergedMetadata, page, within } from "./lists.ts";
import { attach, takeMethod } from "./payment-methods.ts";
import { route, type Route } from "./route.ts";
import { idOf, randomText, type World } from "./world.ts";

const TAKES = [
  "email",
  "name",
  "description",
  "phone",
  "address",
  "metadata",
  "preferred_locales",
  "balance",
];

/** A customer who was not deleted. Throws `resource_missing`. */
export function liveCustomer(world: World, id: string, param = "customer"): Stripe.Customer {
  const found = world.find("customer", id);
  if (!found || found.deleted) throw missing("customer", id, param);
  return found;
}

/** The test clock that a customer lives by, null for the common clock. */
export function clockOf(customer: Stripe.Customer): string | null {
  return customer.test_clock ? idOf(customer.test_clock) : null;
}

/** A new customer. */
export function createCustomer(world: World, params: Stripe.CustomerCreateParams): Stripe.Customer {
  const clock = params.test_clock ?? null;
  if (clock) world.get("test_helpers.test_clock", clock, "test_clock");
  checkEmail(params.email);
  const id = world.id("customer");
  const customer: Stripe.Customer = {
    id,
    object: "customer",
    address: addressOf(params.address) ?? null,
    balance: params.balance ?? 0,
    created: world.now(clock),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: params.description ?? null,
    discount: null,
    email: params.email ?? null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: mergedMetadata({}, params.metadata),
    name: params.name ?? null,
    next_invoice_sequence: 1,
    phone: params.phone ?? null,
    preferred_locales: params.preferred_locales ?? [],
    shipping: null,
    tax_exempt: "none",
    test_clock: clock,
  };
  world.put("customer", customer);
  world.emit("customer.created", customer);
  if (params.payment_method) attach(world, params.payment_method, id);
  const standard = params.invoice_settings?.default_payment_method;
  if (standard) setStandardMethod(world, id, standard);
  return liveCustomer(world, id);
}

function setStandardMethod(world: World, customer: string, method: string): void {
  const own = takeMethod(world, method, customer);
  if (!own)
    throw invalid(
      `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
      "invoice_settings[default_payment_method]",
      "resource_missing",
    );
  const settings = liveCustomer(world, customer).invoice_settings;
  const next = { ...settings, default_payment_method: own.id };
  world.put("customer", { ...liveCustomer(world, customer), invoice_settings: next });
}

function update(world: World, id: string, params: Stripe.CustomerUpdateParams): Stripe.Customer {
  const before = liveCustomer(world, id, "id");
  checkEmail(params.email);
  const standard = params.invoice_settings?.default_payment_method;
  const own = standard ? takeMethod(world, standard, id) : undefined;
  if (standard && !own) setStandardMethod(world, id, standard);
  const patch: Partial<Stripe.Customer> = {
    metadata: mergedMetadata(before.metadata, params.metadata),
    ...(params.email === undefined ? {} : { email: params.email || null }),
    ...(params.name === undefined ? {} : { name: params.name || null }),
    ...(params.description === undefined ? {} : { description: params.description || null }),
    ...(params.phone === undefined ? {} : { phone: params.phone || null }),
    ...(params.balance === undefined ? {} : { balance: params.balance }),
    ...(params.address === undefined ? {} : { address: addressOf(params.address) ?? null }),
    ...(params.preferred_locales === undefined ? {} : { preferred_locales: params.preferred_locales }),
    ...(standard === undefined
      ? {}
      : { invoice_settings: { ...before.invoice_settings, default_payment_method: own?.id ?? null } }),
  };
  world.change("customer", id, patch, "customer.updated");
  return liveCustomer(world, id);
}

// Stripe is as little particular.
function checkEmail(email: string | undefined): void {
  if (email && !/^[^\s@]+@[^\s@]+$/.test(email))
    throw invalid(`Invalid email address: ${email}`, "email", "email_invalid");
}

function addressOf(given: Stripe.Emptyable<Stripe.AddressParam> | undefined): Stripe.Address | undefined {
  if (!given) return undefined;
  const { city, country, line1, line2, postal_code, state } = given;
  return {
    city: city ?? null,
    country: country ?? null,
    line1: line1 ?? null,
    line2: line2 ?? null,
    postal_code: postal_code ?? null,
    state: state ?? null,
  };
}

function shownCustomer(world: World, id: string): Stripe.Customer | Stripe.DeletedCustomer {
  return world.get("customer", id);
}

function listed(
  world: World,
  params: Stripe.CustomerListParams,
  url: string,
): Stripe.ApiList<Stripe.Customer> {
  const live = world
    .all("customer")
    .filter((one) => one.deleted !== true)
    .filter((one) => params.email === undefined || one.email === params.email)
    .filter((one) => (params.test_clock ? one.test_clock === params.test_clock : !one.test_clock))
    .filter((one) => within(one.created, params.created));
  return page(live, params, url);
}

/** `removeSubscriptions` ends what the customer still pays for. */
export function customerRoutes(removeSubscriptions: (world: World, customer: string) => void): Route[] {
  return [
    route<Stripe.CustomerCreateParams>(
      "POST",
      "/v1/customers",
      ["Customers", "CustomerCreateParams"],
      [...TAKES, "payment_method", "invoice_settings[default_payment_method]", "test_clock"],
      ({ world, params }) => createCustomer(world, params),
    ),
    route<Stripe.CustomerUpdateParams>(
      "POST",
      "/v1/customers/:id",
      ["Customers", "CustomerUpdateParams"],
      [...TAKES, "invoice_settings[default_payment_method]"],
      ({ world, params, ids: [id = ""] }) => update(world, id, params),
    ),
    route(
      "GET",
      "/v1/customers/:id",
      ["Customers", "CustomerRetrieveParams"],
      [],
      ({ world, ids: [id = ""] }) => shownCustomer(world, id),
    ),
    route<Stripe.CustomerListParams>(
      "GET",
      "/v1/customers",
      ["Customers", "CustomerListParams"],
      ["email", "created", "test_clock", "limit", "starting_after", "ending_before"],
      ({ world, params, url }) => listed(world, params, url),
    ),
    route("DELETE", "/v1/customers/:id", null, [], ({ world, ids: [id = ""] }) => {
      const customer = liveCustomer(world, id, "id");
      removeSubscriptions(world, id);
      const gone: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
      world.put("customer", gone);
      world.emit("customer.deleted", customer);
      return gone;
    }),
  ];
}
