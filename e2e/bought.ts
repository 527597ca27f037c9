import { expect } from "@playwright/test";
import { Stripe } from "stripe";
import type { ChosenPlan } from "../server/billing/schema.ts";
import type { Api } from "./api.ts";

/** What an organization has bought, on the side of the stand-in for Stripe. */
export type Bought = {
  stripe: Stripe;
  customer: string;
  subscription: string;
  /** Does something beside the API, to this customer alone. */
  control: (act: string, body: object) => Promise<void>;
};

/** An organization that pays for a plan with a good card, whether its first days were a trial or not. */
export async function bought(api: Api, chosen: ChosenPlan): Promise<Bought> {
  const { url, sessionId } = await api.billing.startCheckout.mutate(chosen);
  const { origin, hostname: host, port } = new URL(url);
  const stripe = new Stripe("sk_test_bought", { host, port, protocol: "http" });
  const body = new URLSearchParams({ email: "ada@example.com", name: "Ada", card: "4242424242424242" });
  await fetch(url, { method: "POST", body, redirect: "manual" });
  const session = await stripe.checkout.sessions.retrieve(sessionId);
  const { customer, subscription } = session;
  if (typeof customer !== "string" || typeof subscription !== "string") throw new Error("Nothing was bought");
  if ((await stripe.subscriptions.retrieve(subscription)).status === "trialing") {
    const { id } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await stripe.subscriptions.update(subscription, { default_payment_method: id, trial_end: "now" });
  }
  expect(await api.billing.confirmCheckout.mutate({ sessionId })).toMatchObject({ status: "active" });
  return {
    stripe,
    customer,
    subscription,
    control: async (act, given) => {
      const answer = await fetch(`${origin}/_control/${act}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(given),
      });
      expect(answer.status).toBe(200);
    },
  };
}
