import type { Stripe } from "stripe";

import { invalid } from "./fault.ts";
import { mergedMetadata, page, within } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { idOf, type World } from "./world.ts";

const TAKES = [
  "name",
  "active",
  "description",
  "metadata",
  "marketing_features",
  "statement_descriptor",
  "tax_code",
  "unit_label",
  "url",
];

function create(world: World, params: Stripe.ProductCreateParams): Stripe.Product {
  const id = params.id ?? world.id("product");
  if (world.find("product", id)) throw invalid(`Product already exists.`, "id", "resource_already_exists");
  const product: Stripe.Product = {
    id,
    object: "product",
    active: params.active ?? true,
    created: world.now(),
    default_price: null,
    description: params.description ?? null,
    images: [],
    livemode: false,
    marketing_features: params.marketing_features ?? [],
    metadata: mergedMetadata({}, params.metadata),
    name: params.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: params.statement_descriptor ?? null,
    tax_code: params.tax_code ?? null,
    tax_details: null,
    type: "service",
    unit_label: params.unit_label ?? null,
    updated: world.now(),
    url: params.url ?? null,
  };
  world.put("product", product);
  world.emit("product.created", product);
  return product;
}

function update(world: World, id: string, params: Stripe.ProductUpdateParams): Stripe.Product {
  const before = world.get("product", id);
  if (params.default_price) world.get("price", params.default_price, "default_price");
  const patch: Partial<Stripe.Product> = {
    metadata: mergedMetadata(before.metadata, params.metadata),
    updated: world.now(),
    ...(params.name === undefined ? {} : { name: params.name }),
    ...(params.active === undefined ? {} : { active: params.active }),
    ...(params.description === undefined ? {} : { description: params.description || null }),
    ...(params.marketing_features === undefined
      ? {}
      : { marketing_features: params.marketing_features || [] }),
    ...(params.statement_descriptor === undefined
      ? {}
      : { statement_descriptor: params.statement_descriptor }),
    ...(params.tax_code === undefined ? {} : { tax_code: params.tax_code || null }),
    ...(params.unit_label === undefined ? {} : { unit_label: params.unit_label || null }),
    ...(params.url === undefined ? {} : { url: params.url || null }),
    ...(params.default_price === undefined ? {} : { default_price: params.default_price }),
  };
  return world.change("product", id, patch, "product.updated");
}

function remove(world: World, id: string): Stripe.DeletedProduct {
  const product = world.get("product", id);
  if (world.all("price").some((price) => idOf(price.product) === id))
    throw invalid("This product cannot be deleted because it has one or more user-created prices.", "id");
  world.remove("product", id);
  world.emit("product.deleted", product);
  return { id, object: "product", deleted: true };
}

export const productRoutes: Route[] = [
  route<Stripe.ProductCreateParams>(
    "POST",
    "/v1/products",
    ["Products", "ProductCreateParams"],
    [...TAKES, "id"],
    ({ world, params }) => create(world, params),
  ),
  route<Stripe.ProductUpdateParams>(
    "POST",
    "/v1/products/:id",
    ["Products", "ProductUpdateParams"],
    [...TAKES, "default_price"],
    ({ world, params, ids: [id = ""] }) => update(world, id, params),
  ),
  route("GET", "/v1/products/:id", ["Products", "ProductRetrieveParams"], [], ({ world, ids: [id = ""] }) =>
    world.get("product", id),
  ),
  route<Stripe.ProductListParams>(
    "GET",
    "/v1/products",
    ["Products", "ProductListParams"],
    ["active", "ids", "created", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) =>
      page(
        world
          .all("product")
          .filter(({ active }) => params.active === undefined || active === params.active)
          .filter(({ id }) => params.ids === undefined || params.ids.includes(id))
          .filter(({ created }) => within(created, params.created)),
        params,
        url,
      ),
  ),
  route("DELETE", "/v1/products/:id", null, [], ({ world, ids: [id = ""] }) => remove(world, id)),
];
