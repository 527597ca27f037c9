import { Stripe } from "stripe";

import { invalid, unsupported } from "./fault.ts";
import { mergedMetadata, page, within } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { idOf, type World } from "./world.ts";

const TAKES = ["active", "lookup_key", "transfer_lookup_key", "metadata", "nickname", "tax_behavior"];

function create(world: World, params: Stripe.PriceCreateParams): Stripe.Price {
  const product = params.product;
  if (product === undefined)
    throw invalid("Missing required param: product.", "product", "parameter_missing");
  world.get("product", product, "product");
  const recurring = recurringOf(world, params.recurring);
  const tiers = params.billing_scheme === "tiered" ? tiersOf(params, recurring) : undefined;
  if (!tiers && params.unit_amount === undefined)
    throw invalid("You must specify `unit_amount`.", "unit_amount", "parameter_missing");
  const id = world.id("price");
  takeLookupKey(world, params.lookup_key, params.transfer_lookup_key ?? false, id);
  const price: Stripe.Price = {
    id,
    object: "price",
    active: params.active ?? true,
    billing_scheme: tiers ? "tiered" : "per_unit",
    created: world.now(),
    currency: params.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: params.lookup_key ?? null,
    metadata: mergedMetadata({}, params.metadata),
    nickname: params.nickname ?? null,
    product,
    recurring,
    tax_behavior: params.tax_behavior ?? "unspecified",
    ...(tiers ? { tiers } : {}),
    tiers_mode: tiers ? "graduated" : null,
    transform_quantity: null,
    type: recurring ? "recurring" : "one_time",
    unit_amount: tiers ? null : (params.unit_amount ?? 0),
    unit_amount_decimal: tiers ? null : Stripe.Decimal.from(params.unit_amount ?? 0),
  };
  world.put("price", price);
  world.emit("price.created", price);
  return price;
}

function recurringOf(
  world: World,
  given: Stripe.PriceCreateParams.Recurring | undefined,
): Stripe.Price.Recurring | null {
  if (!given) return null;
  const metered = given.usage_type === "metered";
  if (metered && !given.meter)
    throw invalid(
      "Metered prices need a meter: `recurring[meter]`.",
      "recurring[meter]",
      "parameter_missing",
    );
  if (given.meter) world.get("billing.meter", given.meter, "recurring[meter]");
  return {
    interval: given.interval,
    interval_count: given.interval_count ?? 1,
    meter: given.meter ?? null,
    trial_period_days: null,
    usage_type: given.usage_type ?? "licensed",
  };
}

function tiersOf(
  params: Stripe.PriceCreateParams,
  recurring: Stripe.Price.Recurring | null,
): Stripe.Price.Tier[] {
  if (params.tiers_mode !== "graduated" || recurring?.usage_type !== "metered")
    throw unsupported("tiers other than graduated ones of metered prices");
  if (params.tiers?.at(-1)?.up_to !== "inf") throw invalid("The last tier must have `up_to: inf`.", "tiers");
  return params.tiers.map((tier) => {
    const unit = tier.unit_amount ?? 0;
    const flat = tier.flat_amount ?? null;
    return {
      flat_amount: flat,
      flat_amount_decimal: flat === null ? null : Stripe.Decimal.from(flat),
      unit_amount: unit,
      unit_amount_decimal: Stripe.Decimal.from(unit),
      up_to: tier.up_to === "inf" ? null : tier.up_to,
    };
  });
}

/** A lookup key belongs to one price; it moves only when asked to. */
function takeLookupKey(world: World, key: string | undefined, transfer: boolean, to: string): void {
  if (!key) return;
  const holder = world.all("price").find((price) => price.lookup_key === key && price.id !== to);
  if (!holder) return;
  if (!transfer)
    throw invalid(
      `A price (\`${holder.id}\`) already uses that lookup key.`,
      "lookup_key",
      "resource_already_exists",
    );
  world.change("price", holder.id, { lookup_key: null }, "price.updated");
}

function update(world: World, id: string, params: Stripe.PriceUpdateParams): Stripe.Price {
  const before = world.get("price", id);
  takeLookupKey(world, params.lookup_key, params.transfer_lookup_key ?? false, id);
  const patch: Partial<Stripe.Price> = {
    metadata: mergedMetadata(before.metadata, params.metadata),
    ...(params.active === undefined ? {} : { active: params.active }),
    ...(params.lookup_key === undefined ? {} : { lookup_key: params.lookup_key || null }),
    ...(params.nickname === undefined ? {} : { nickname: params.nickname }),
    ...(params.tax_behavior === undefined ? {} : { tax_behavior: params.tax_behavior }),
  };
  return world.change("price", id, patch, "price.updated");
}

function listed(world: World, params: Stripe.PriceListParams, url: string): Stripe.ApiList<Stripe.Price> {
  if ((params.lookup_keys?.length ?? 0) > 10)
    throw invalid("At most 10 lookup keys can be asked for.", "lookup_keys");
  const found = world
    .all("price")
    .filter((price) => params.active === undefined || price.active === params.active)
    .filter((price) => params.product === undefined || idOf(price.product) === params.product)
    .filter((price) => params.currency === undefined || price.currency === params.currency)
    .filter((price) => params.type === undefined || price.type === params.type)
    .filter((price) => !params.lookup_keys || params.lookup_keys.includes(price.lookup_key ?? ""))
    .filter((price) => within(price.created, params.created));
  return page(found, params, url);
}

export const priceRoutes: Route[] = [
  route<Stripe.PriceCreateParams>(
    "POST",
    "/v1/prices",
    ["Prices", "PriceCreateParams"],
    [
      ...TAKES,
      "currency",
      "product",
      "unit_amount",
      "recurring[interval]",
      "recurring[interval_count]",
      "recurring[usage_type]",
      "recurring[meter]",
      "billing_scheme",
      "tiers_mode",
      "tiers[up_to]",
      "tiers[unit_amount]",
      "tiers[flat_amount]",
    ],
    ({ world, params }) => create(world, params),
  ),
  route<Stripe.PriceUpdateParams>(
    "POST",
    "/v1/prices/:id",
    ["Prices", "PriceUpdateParams"],
    TAKES,
    ({ world, params, ids: [id = ""] }) => update(world, id, params),
  ),
  route("GET", "/v1/prices/:id", ["Prices", "PriceRetrieveParams"], [], ({ world, ids: [id = ""] }) =>
    world.get("price", id),
  ),
  route<Stripe.PriceListParams>(
    "GET",
    "/v1/prices",
    ["Prices", "PriceListParams"],
    [
      "active",
      "product",
      "currency",
      "type",
      "lookup_keys",
      "created",
      "limit",
      "starting_after",
      "ending_before",
    ],
    ({ world, params, url }) => listed(world, params, url),
  ),
];
