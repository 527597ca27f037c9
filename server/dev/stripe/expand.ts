import type { Stripe } from "stripe";

import { invalid } from "./fault.ts";
import { whole } from "./lists.ts";
import { idOf, plain, type Kind, type World } from "./world.ts";

const DEPTH_MAX = 4;

type Plain = Record<string, unknown>;

/** The wire form of an answer, with what `expand` asks for in the place of ids. */
export function expanded(world: World, answer: unknown, paths: readonly string[]): unknown {
  const wire = plain(answer);
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.length > DEPTH_MAX)
      throw invalid(`You cannot expand more than ${DEPTH_MAX} levels of a property.`, "expand");
    expandAt(world, wire, steps, path);
  }
  return wire;
}

function expandAt(world: World, at: unknown, [step, ...rest]: string[], path: string): void {
  if (step === undefined || at === null || typeof at !== "object") return;
  if (Array.isArray(at)) {
    for (const one of at) expandAt(world, one, [step, ...rest], path);
    return;
  }
  const object = at as Plain;
  // There is nothing left in it to ask for.
  if (object.deleted === true) return;
  const value = object[step] ?? left(world, object, step);
  if (value === undefined)
    throw invalid(`This property cannot be expanded (${path}).`, "expand", "property_cannot_be_expanded");
  object[step] = Array.isArray(value) ? value.map((one) => filled(world, one)) : filled(world, value);
  expandAt(world, object[step], rest, path);
}

function filled(world: World, value: unknown): unknown {
  if (typeof value !== "string") return value;
  for (const kind of Object.keys(world.tables)) {
    // The keys of the tables are the kinds.
    const found = world.find(kind as Kind, value);
    if (found) return plain(found);
  }
  return value;
}

/** What Stripe leaves out until it is asked for. */
function left(world: World, object: Plain, step: string): unknown {
  const id = String(object.id);
  const kind = String(object.object);
  if (object[step] === null) return null;
  if (kind === "invoice" && step === "payments") {
    const payments = world.all("invoice_payment").filter(({ invoice }) => idOf(invoice) === id);
    return plain(whole(payments, `/v1/invoice_payments?invoice=${id}`));
  }
  if (kind === "customer" && step === "subscriptions") {
    const live = world
      .all("subscription")
      .filter(({ customer, status }) => idOf(customer) === id && status !== "canceled");
    return plain(whole(live, `/v1/customers/${id}/subscriptions`));
  }
  if (kind === "checkout.session" && step === "line_items") {
    return plain(whole(sessionLines(world, id), `/v1/checkout/sessions/${id}/line_items`));
  }
  return undefined;
}

/** The lines that a checkout session shows. */
export function sessionLines(world: World, id: string): Stripe.LineItem[] {
  const asked = world.known(id).checkout?.line_items ?? [];
  return asked.map((line, place) => {
    const price = world.get("price", line.price ?? "");
    const quantity = line.quantity ?? 1;
    const total = (price.unit_amount ?? 0) * quantity;
    const product = world.get("product", idOf(price.product));
    return {
      id: `li_${id.slice(-20)}${place}`,
      object: "item",
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: total,
      amount_tax: 0,
      amount_total: total,
      currency: price.currency,
      description: product.name,
      metadata: {},
      price,
      quantity: price.recurring?.usage_type === "metered" ? null : quantity,
    };
  });
}
