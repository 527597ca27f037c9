import type { Stripe } from "stripe";

import { invalid } from "./fault.ts";
import { mergedMetadata, page, within } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { API_VERSION, randomText, type World } from "./world.ts";

const ENDPOINTS_MAX = 16;

/** Whether a type is among those that somebody wants: by its name, or "*" for all. */
export function wants(enabled: readonly string[], type: string): boolean {
  return enabled.some((one) => one === "*" || one === type);
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function listed(world: World, params: Stripe.EventListParams, url: string): Stripe.ApiList<Stripe.Event> {
  const { type: only, types } = params;
  const found = world
    .all("event")
    .filter(({ type }) => only === undefined || matches(only, type))
    .filter(({ type }) => !types || types.some((one) => matches(one, type)))
    .filter(({ created }) => within(created, params.created));
  return page(found, params, url);
}

/** A place to deliver events to. The secret is shown in the answer to this and never again. */
export function makeEndpoint(
  world: World,
  url: string,
  enabled: string[],
  secret = `whsec_${randomText(32)}`,
  more: { description?: string | null; metadata?: Stripe.Metadata } = {},
): Stripe.WebhookEndpoint {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid");
  if (world.tables.webhook_endpoint.size >= ENDPOINTS_MAX)
    throw invalid(`You have reached the maximum of ${ENDPOINTS_MAX} test webhook endpoints.`);
  const id = world.id("webhook_endpoint");
  world.hide(id, { secrets: [secret] });
  const endpoint: Stripe.WebhookEndpoint = {
    id,
    object: "webhook_endpoint",
    api_version: API_VERSION,
    application: null,
    created: world.now(),
    description: more.description ?? null,
    enabled_events: enabled,
    livemode: false,
    metadata: more.metadata ?? {},
    status: "enabled",
    url,
  };
  world.put("webhook_endpoint", endpoint);
  return { ...endpoint, secret };
}

function update(
  world: World,
  id: string,
  params: Stripe.WebhookEndpointUpdateParams,
): Stripe.WebhookEndpoint {
  const before = world.get("webhook_endpoint", id);
  const patch: Partial<Stripe.WebhookEndpoint> = {
    metadata: mergedMetadata(before.metadata, params.metadata),
    ...(params.url === undefined ? {} : { url: params.url }),
    ...(params.enabled_events === undefined ? {} : { enabled_events: params.enabled_events }),
    ...(params.disabled === undefined ? {} : { status: params.disabled ? "disabled" : "enabled" }),
    ...(params.description === undefined ? {} : { description: params.description || null }),
  };
  return world.change("webhook_endpoint", id, patch, null);
}

const TAKES = ["url", "enabled_events", "description", "metadata"];

export const eventRoutes: Route[] = [
  route<Stripe.EventListParams>(
    "GET",
    "/v1/events",
    ["Events", "EventListParams"],
    ["type", "types", "created", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) => listed(world, params, url),
  ),
  route("GET", "/v1/events/:id", null, [], ({ world, ids: [id = ""] }) => world.get("event", id)),
  route<Stripe.WebhookEndpointCreateParams>(
    "POST",
    "/v1/webhook_endpoints",
    ["WebhookEndpoints", "WebhookEndpointCreateParams"],
    [...TAKES, "api_version"],
    ({ world, params }) => {
      if (params.api_version && params.api_version !== API_VERSION)
        throw invalid(`The stand-in speaks ${API_VERSION} only.`, "api_version", "stand_in_unsupported");
      return makeEndpoint(world, params.url, params.enabled_events, undefined, {
        description: params.description || null,
        metadata: mergedMetadata({}, params.metadata),
      });
    },
  ),
  route<Stripe.WebhookEndpointUpdateParams>(
    "POST",
    "/v1/webhook_endpoints/:id",
    ["WebhookEndpoints", "WebhookEndpointUpdateParams"],
    [...TAKES, "disabled"],
    ({ world, params, ids: [id = ""] }) => update(world, id, params),
  ),
  route("GET", "/v1/webhook_endpoints/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("webhook_endpoint", id),
  ),
  route<Stripe.WebhookEndpointListParams>(
    "GET",
    "/v1/webhook_endpoints",
    ["WebhookEndpoints", "WebhookEndpointListParams"],
    ["limit", "starting_after", "ending_before"],
    ({ world, params, url }) => page(world.all("webhook_endpoint"), params, url),
  ),
  route("DELETE", "/v1/webhook_endpoints/:id", null, [], ({ world, ids: [id = ""] }) => {
    world.get("webhook_endpoint", id);
    world.remove("webhook_endpoint", id);
    return { id, object: "webhook_endpoint", deleted: true };
  }),
];
