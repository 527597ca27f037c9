import type { Stripe } from "stripe";

import { invalid, unsupported } from "./fault.ts";
import { liveCustomer } from "./customers.ts";
import { mergedMetadata, page } from "./lists.ts";
import { route, type Route } from "./route.ts";
import { idOf, type World } from "./world.ts";

type Asked = Stripe.BillingPortal.SessionCreateParams;

/** The configuration that sessions have when none is named; made when first needed. */
function standard(world: World): Stripe.BillingPortal.Configuration {
  const known = world.all("billing_portal.configuration").find((one) => one.is_default);
  return known ?? makeConfiguration(world, { is_default: true });
}

function makeConfiguration(
  world: World,
  given: Partial<Stripe.BillingPortal.Configuration>,
): Stripe.BillingPortal.Configuration {
  return world.put("billing_portal.configuration", {
    id: world.id("billing_portal.configuration"),
    object: "billing_portal.configuration",
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: world.now(),
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true, payment_method_configuration: null },
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: null, options: [] },
        enabled: true,
        mode: "at_period_end",
        proration_behavior: "none",
      },
      subscription_pause: { duration: { interval_options: [], type: "indefinite" }, enabled: false },
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: [],
        enabled: false,
        proration_behavior: "none",
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: "end_trial",
      },
    },
    is_default: false,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: world.now(),
    ...given,
  });
}

function configure(
  world: World,
  params: Stripe.BillingPortal.ConfigurationCreateParams,
): Stripe.BillingPortal.Configuration {
  const made = makeConfiguration(world, {
    default_return_url: params.default_return_url || null,
    metadata: mergedMetadata({}, params.metadata),
    name: params.name || null,
  });
  const { features } = params;
  return world.put("billing_portal.configuration", {
    ...made,
    features: {
      ...made.features,
      invoice_history: { enabled: features.invoice_history?.enabled ?? false },
      payment_method_update: {
        enabled: features.payment_method_update?.enabled ?? false,
        payment_method_configuration: null,
      },
      subscription_cancel: {
        ...made.features.subscription_cancel,
        enabled: features.subscription_cancel?.enabled ?? false,
      },
    },
  });
}

function create(world: World, params: Asked): Stripe.BillingPortal.Session {
  if (!params.customer) throw invalid("Missing required param: customer.", "customer", "parameter_missing");
  const customer = liveCustomer(world, params.customer);
  const configuration = params.configuration
    ? world.get("billing_portal.configuration", params.configuration, "configuration")
    : standard(world);
  const id = world.id("billing_portal.session");
  return world.put("billing_portal.session", {
    id,
    object: "billing_portal.session",
    configuration: configuration.id,
    created: world.now(),
    customer: customer.id,
    customer_account: null,
    flow: params.flow_data ? flowOf(world, customer.id, params.flow_data) : null,
    livemode: false,
    locale: params.locale ?? null,
    on_behalf_of: null,
    return_url: params.return_url ?? configuration.default_return_url,
    url: `${world.base}/p/session/${id}`,
  });
}

function flowOf(
  world: World,
  customer: string,
  asked: Stripe.BillingPortal.SessionCreateParams.FlowData,
): Stripe.BillingPortal.Session.Flow {
  const { type, after_completion: after } = asked;
  if (type !== "payment_method_update" && type !== "subscription_cancel")
    throw unsupported(`the flow ${type}`);
  const ending = asked.subscription_cancel?.subscription ?? null;
  if (type === "subscription_cancel") {
    if (!ending)
      throw invalid("The flow needs a subscription.", "flow_data[subscription_cancel]", "parameter_missing");
    if (idOf(world.get("subscription", ending).customer) !== customer)
      throw invalid("The subscription belongs to another customer.", "flow_data[subscription_cancel]");
  }
  return {
    after_completion: {
      hosted_confirmation: null,
      redirect: after?.redirect ? { return_url: after.redirect.return_url } : null,
      type: after?.type ?? "portal_homepage",
    },
    customer_update: null,
    subscription_cancel: ending ? { retention: null, subscription: ending } : null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
    type,
  };
}

export const portalRoutes: Route[] = [
  route<Asked>(
    "POST",
    "/v1/billing_portal/sessions",
    ["BillingPortal/Sessions", "BillingPortal.SessionCreateParams"],
    [
      "customer",
      "configuration",
      "return_url",
      "locale",
      "flow_data[type]",
      "flow_data[after_completion][type]",
      "flow_data[after_completion][redirect]",
      "flow_data[subscription_cancel][subscription]",
    ],
    ({ world, params }) => create(world, params),
  ),
  route<Stripe.BillingPortal.ConfigurationCreateParams>(
    "POST",
    "/v1/billing_portal/configurations",
    ["BillingPortal/Configurations", "BillingPortal.ConfigurationCreateParams"],
    [
      "default_return_url",
      "metadata",
      "name",
      "features[invoice_history][enabled]",
      "features[payment_method_update][enabled]",
      "features[subscription_cancel][enabled]",
    ],
    ({ world, params }) => configure(world, params),
  ),
  route<Stripe.BillingPortal.ConfigurationListParams>(
    "GET",
    "/v1/billing_portal/configurations",
    ["BillingPortal/Configurations", "BillingPortal.ConfigurationListParams"],
    ["active", "is_default", "limit", "starting_after", "ending_before"],
    ({ world, params, url }) => {
      standard(world);
      return page(
        world
          .all("billing_portal.configuration")
          .filter(({ active }) => params.active === undefined || active === params.active)
          .filter(({ is_default: is }) => params.is_default === undefined || is === params.is_default),
        params,
        url,
      );
    },
  ),
  route("GET", "/v1/billing_portal/configurations/:id", null, [], ({ world, ids: [id = ""] }) =>
    world.get("billing_portal.configuration", id),
  ),
];
