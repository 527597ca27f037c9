import type { Stripe } from "stripe";

import { invalid, missing } from "./fault.ts";
import { mergedMetadata, page, within } from "./lists.ts";
import { route, type Route } from "./route.ts";
import type { ItemAsked } from "./subscription-object.ts";
import {
  changeSubscription,
  itemsAsked,
  resumeSubscription,
  updateSubscription,
} from "./subscription-update.ts";
import { beginSubscription, cancelNow } from "./subscriptions.ts";
import { idOf, type World } from "./world.ts";

const COMMON = [
  "cancel_at",
  "cancel_at_period_end",
  "default_payment_method",
  "description",
  "metadata",
  "off_session",
  "payment_behavior",
  "proration_behavior",
  "trial_end",
  "trial_settings[end_behavior][missing_payment_method]",
  "payment_settings[save_default_payment_method]",
  "items[price]",
  "items[quantity]",
  "items[metadata]",
];

function create(world: World, params: Stripe.SubscriptionCreateParams): Stripe.Subscription {
  const { customer, cancel_at: cancelAt } = params;
  if (customer === undefined)
    throw invalid("Missing required param: customer.", "customer", "parameter_missing");
  if (params.payment_behavior === "pending_if_incomplete")
    throw invalid("`pending_if_incomplete` is for updates of a subscription.", "payment_behavior");
  if (cancelAt !== undefined && typeof cancelAt !== "number")
    throw invalid("The stand-in takes a timestamp here.", "cancel_at");
  const { cancel_at: _, ...rest } = params;
  return beginSubscription(
    world,
    {
      ...rest,
      customer,
      items: itemsAsked(params.items ?? []),
      ...(cancelAt === undefined ? {} : { cancel_at: cancelAt }),
    },
    {},
  );
}

function listed(
  world: World,
  params: Stripe.SubscriptionListParams,
  url: string,
): Stripe.ApiList<Stripe.Subscription> {
  const wanted = (one: Stripe.Subscription) => {
    if (params.status === "all") return true;
    if (params.status === "ended") return one.ended_at !== null;
    return params.status ? one.status === params.status : one.status !== "canceled";
  };
  if (params.customer && !world.find("customer", params.customer))
    throw missing("customer", params.customer, "customer");
  const found = world
    .all("subscription")
    .filter(wanted)
    .filter(({ customer }) => !params.customer || idOf(customer) === params.customer)
    .filter(({ items }) => !params.price || items.data.some(({ price }) => price.id === params.price))
    .filter(({ created }) => within(created, params.created))
    .filter(({ test_clock: clock }) => !params.test_clock || clock === params.test_clock);
  return page(found, params, url);
}

function itemOwner(
  world: World,
  id: string,
): { subscription: Stripe.Subscription; item: Stripe.SubscriptionItem } {
  for (const subscription of world.tables.subscription.values()) {
    const item = subscription.items.data.find((one) => one.id === id);
    if (item) return { subscription, item };
  }
  throw missing("subscription_item", id);
}

type ItemChange = Pick<
  Stripe.SubscriptionItemUpdateParams,
  "proration_behavior" | "proration_date" | "payment_behavior"
>;

function changeItems(
  world: World,
  subscription: string,
  item: ItemAsked,
  params: ItemChange,
): Stripe.Subscription {
  return changeSubscription(
    world,
    subscription,
    {
      items: [item],
      prorations: params.proration_behavior ?? "create_prorations",
      prorationDate: params.proration_date,
      anchorNow: false,
    },
    params.payment_behavior ?? "allow_incomplete",
  );
}

function addItem(world: World, params: Stripe.SubscriptionItemCreateParams): Stripe.SubscriptionItem {
  const old = new Set(
    world.get("subscription", params.subscription, "subscription").items.data.map(({ id }) => id),
  );
  const { price, quantity } = params;
  const asked = {
    ...(price === undefined ? {} : { price }),
    ...(quantity === undefined ? {} : { quantity }),
  };
  const { items } = changeItems(world, params.subscription, asked, params);
  const made = items.data.find(({ id }) => !old.has(id));
  if (!made) throw invalid("The item waits for its payment.", "payment_behavior");
  return made;
}

function updateItem(
  world: World,
  id: string,
  params: Stripe.SubscriptionItemUpdateParams,
): Stripe.SubscriptionItem {
  const { subscription, item } = itemOwner(world, id);
  const asked = {
    id,
    ...(params.price === undefined ? {} : { price: params.price }),
    ...(params.quantity === undefined ? {} : { quantity: params.quantity }),
    metadata: mergedMetadata(item.metadata, params.metadata),
  };
  changeItems(world, subscription.id, asked, params);
  return itemOwner(world, id).item;
}

const subscriptionItemRoutes: Route[] = [
  route<Stripe.SubscriptionItemCreateParams>(
    "POST",
    "/v1/subscription_items",
    ["SubscriptionItems", "SubscriptionItemCreateParams"],
    ["subscription", "price", "quantity", "proration_behavior", "proration_date", "payment_behavior"],
    ({ world, params }) => addItem(world, params),
  ),
  route<Stripe.SubscriptionItemUpdateParams>(
    "POST",
    "/v1/subscription_items/:id",
    ["SubscriptionItems", "SubscriptionItemUpdateParams"],
    [
      "price",
      "quantity",
      "metadata",
      "proration_behavior",
      "proration_date",
      "payment_behavior",
      "off_session",
    ],
    ({ world, params, ids: [id = ""] }) => updateItem(world, id, params),
  ),
  route(
    "GET",
    "/v1/subscription_items/:id",
    null,
    [],
    ({ world, ids: [id = ""] }) => itemOwner(world, id).item,
  ),
  route<Stripe.SubscriptionItemListParams>(
    "GET",
    "/v1/subscription_items",
    ["SubscriptionItems", "SubscriptionItemListParams"],
    ["subscription", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) =>
      page(
        world.get("subscription", params.subscription, "subscription").items.data.toReversed(),
        params,
        url,
      ),
  ),
  route<Stripe.SubscriptionItemDeleteParams>(
    "DELETE",
    "/v1/subscription_items/:id",
    ["SubscriptionItems", "SubscriptionItemDeleteParams"],
    ["proration_behavior", "proration_date", "payment_behavior"],
    ({ world, params, ids: [id = ""] }): Stripe.DeletedSubscriptionItem => {
      const { subscription } = itemOwner(world, id);
      changeItems(world, subscription.id, { id, deleted: true }, params);
      return { id, object: "subscription_item", deleted: true };
    },
  ),
];

export const subscriptionRoutes: Route[] = [
  route<Stripe.SubscriptionCreateParams>(
    "POST",
    "/v1/subscriptions",
    ["Subscriptions", "SubscriptionCreateParams"],
    [...COMMON, "customer", "trial_period_days"],
    ({ world, params }) => create(world, params),
  ),
  route<Stripe.SubscriptionUpdateParams>(
    "POST",
    "/v1/subscriptions/:id",
    ["Subscriptions", "SubscriptionUpdateParams"],
    [
      ...COMMON,
      "items[id]",
      "items[deleted]",
      "proration_date",
      "billing_cycle_anchor",
      "cancellation_details",
    ],
    ({ world, params, ids: [id = ""] }) => updateSubscription(world, id, params),
  ),
  route("GET", "/v1/subscriptions/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("subscription", id),
  ),
  route<Stripe.SubscriptionListParams>(
    "GET",
    "/v1/subscriptions",
    ["Subscriptions", "SubscriptionListParams"],
    ["customer", "status", "price", "created", "test_clock", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) => listed(world, params, url),
  ),
  route<Stripe.SubscriptionCancelParams>(
    "DELETE",
    "/v1/subscriptions/:id",
    ["Subscriptions", "SubscriptionCancelParams"],
    ["cancellation_details"],
    ({ world, params, ids: [id = ""] }) => cancelNow(world, id, params.cancellation_details),
  ),
  route<Stripe.SubscriptionResumeParams>(
    "POST",
    "/v1/subscriptions/:id/resume",
    ["Subscriptions", "SubscriptionResumeParams"],
    ["billing_cycle_anchor"],
    ({ world, params, ids: [id = ""] }) => {
      if (params.billing_cycle_anchor?.type === "unchanged")
        throw invalid(
          "The stand-in resumes with a new period.",
          "billing_cycle_anchor",
          "stand_in_unsupported",
        );
      return resumeSubscription(world, id);
    },
  ),
  ...subscriptionItemRoutes,
];
