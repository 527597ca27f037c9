import type { Stripe } from "stripe";

import { CARDS, cardOfNumber } from "./cards.ts";
import { collect, setStatus } from "./collection.ts";
import { clockOf, liveCustomer } from "./customers.ts";
import { Fault } from "./fault.ts";
import { invoiceRows, Refused, type PageAnswer, type Sent } from "./hosted-pages.ts";
import { alert, bankPage, cardFields, document, html, messagePage, type Html } from "./page.ts";
import { attach, makeMethod } from "./payment-methods.ts";
import { money, rate, shortDate } from "./pricing.ts";
import { clockOfSubscription, periodOf } from "./subscription-object.ts";
import { endingPatch, recurringTotal } from "./subscriptions.ts";
import { idOf, type World } from "./world.ts";

/** The billing portal of one customer. */
export function portalPage(world: World, id: string, message: string | null = null): PageAnswer {
  const session = world.find("billing_portal.session", id);
  if (!session)
    return { status: 404, body: messagePage("Nothing here", "This link leads to nothing."), origins: [] };
  const customer = liveCustomer(world, session.customer);
  const live = liveSubscriptions(world, customer.id);
  const features = world.get("billing_portal.configuration", idOf(session.configuration)).features;
  const only = session.flow?.type ?? null;
  const back = session.return_url
    ? html`<p><a href="${session.return_url}">Back to where you came from</a></p>`
    : null;
  const plans = live.map((subscription) => planCard(world, subscription, features, only));
  const invoices = world
    .all("invoice")
    .filter((invoice) => invoice.customer === customer.id && invoice.status !== "draft")
    .toReversed();
  const body = html`<h1>Billing of ${customer.name ?? customer.email ?? customer.id}</h1>
    ${back}${alert(message)} ${only === "payment_method_update" ? null : plans}
    ${
      only === null && live.length === 0
        ? html`<section class="card">
            <h2>Plan</h2>
            <p>No subscription.</p>
          </section>`
        : null
    }
    ${only === "subscription_cancel" ? null : cardSection(world, customer, features.payment_method_update.enabled)}
    ${only === null && features.invoice_history.enabled ? invoiceSection(invoices) : null}`;
  const origins = [session.return_url, session.flow?.after_completion.redirect?.return_url];
  return {
    status: message ? 402 : 200,
    body: document("Billing portal · Test mode", body),
    origins: origins.flatMap((url) => (url && URL.canParse(url) ? [new URL(url).origin] : [])),
  };
}

function liveSubscriptions(world: World, customer: string): Stripe.Subscription[] {
  return world
    .all("subscription")
    .filter(
      (one) => one.customer === customer && one.status !== "canceled" && one.status !== "incomplete_expired",
    );
}

function planCard(
  world: World,
  subscription: Stripe.Subscription,
  features: Stripe.BillingPortal.Configuration.Features,
  only: string | null,
): Html {
  const items = subscription.items.data.map(
    ({ price, quantity }) =>
      html`<li>
        <span
          >${world.get("product", idOf(price.product)).name}${quantity === undefined ? "" : ` × ${quantity}`}</span
        ><span>${rate(price)}</span>
      </li>`,
  );
  const ends = subscription.cancel_at;
  const words = ends
    ? `Ends on ${shortDate(ends)}`
    : `Next payment of ${money(recurringTotal(subscription), subscription.currency)} on ${shortDate(periodOf(subscription).end)}`;
  const act = ends
    ? html`<button name="act" value="resume">Keep the subscription</button>`
    : html`<button class="quiet" name="act" value="cancel">Cancel the subscription</button>`;
  return html`<section class="card">
    <h2>Plan</h2>
    <ul class="lines">
      ${items}
    </ul>
    <p>${STATUS_WORDS[subscription.status] ?? subscription.status}. ${words}.</p>
    ${features.subscription_cancel.enabled && !subscription.schedule && (only === null || only === "subscription_cancel") ? html`<form method="post"><input type="hidden" name="subscription" value="${subscription.id}" />${act}</form>` : null}
  </section>`;
}

const STATUS_WORDS: Record<string, string> = {
  active: "Active",
  trialing: "In trial",
  past_due: "A payment is overdue",
  unpaid: "Not paid",
  paused: "Paused",
  incomplete: "The first payment is missing",
};

function cardSection(world: World, customer: Stripe.Customer, changeable: boolean): Html {
  const chosen = customer.invoice_settings.default_payment_method;
  const live = liveSubscriptions(world, customer.id).find((one) => one.default_payment_method);
  const method = live?.default_payment_method ?? chosen;
  const card = method ? world.get("payment_method", idOf(method)).card : undefined;
  const words = card
    ? `${card.brand} ending in ${card.last4}, until ${card.exp_month}/${card.exp_year}`
    : "No card.";
  return html`<section class="card">
    <h2>Payment method</h2>
    <p>${words}</p>
    ${changeable ? html`<form method="post" novalidate>${cardFields()}<button name="act" value="card">Use this card</button></form>` : null}
  </section>`;
}

function invoiceSection(invoices: Stripe.Invoice[]): Html {
  const open = invoices.filter(({ status }) => status === "open");
  const pay = open.map(
    (invoice) =>
      html`<form method="post">
        <input type="hidden" name="invoice" value="${invoice.id}" /><button name="act" value="pay">
          Pay ${money(invoice.amount_remaining, invoice.currency)} for ${invoice.number}
        </button>
      </form>`,
  );
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Invoices">
    <table>
      <thead>
        <tr>
          <th scope="col">Date</th>
          <th scope="col">Amount</th>
          <th scope="col">State</th>
          <th scope="col">Invoice</th>
        </tr>
      </thead>
      <tbody>
        ${invoiceRows(invoices)}
      </tbody>
    </table>
  </div>`;
  return html`<section class="card">
    <h2>Invoices</h2>
    ${pay}${invoices.length > 0 ? table : html`<p>None yet.</p>`}
  </section>`;
}

/** Somebody did something in the portal. */
export function sendPortal(world: World, id: string, sent: Sent): PageAnswer {
  const session = world.find("billing_portal.session", id);
  if (!session) return portalPage(world, id);
  const here = { location: `/p/session/${id}` };
  const redirect = session.flow?.after_completion.redirect?.return_url;
  const done = redirect ? { location: redirect } : here;
  try {
    switch (sent.get("act") ?? (sent.has("bank") ? "card" : "")) {
      case "card":
        return useCard(world, session, sent) ?? done;
      case "pay":
        return payOpen(world, session, sent.get("invoice") ?? "") ?? here;
      case "cancel":
      case "resume":
        endOrKeep(world, session, sent);
        return done;
      default:
        return here;
    }
  } catch (error) {
    const message = error instanceof Fault ? error.message : null;
    throw new Refused(error, () => portalPage(world, id, message));
  }
}

function useCard(world: World, session: Stripe.BillingPortal.Session, sent: Sent): PageAnswer | null {
  const card = cardOfNumber(sent.get("card") ?? "");
  if (!card) return portalPage(world, session.id, "Your card number is not one of the test cards.");
  if (sent.get("bank") === "no")
    return portalPage(
      world,
      session.id,
      "We are unable to authenticate your payment method. Choose another one.",
    );
  const authenticated = sent.get("bank") === "yes";
  if (CARDS[card]?.asks && !authenticated)
    return { status: 200, body: bankPage(sent.get("card") ?? "", null, null), origins: [] };
  const method = makeMethod(world, card);
  attach(world, method.id, session.customer);
  if (authenticated) world.hide(method.id, { authenticated });
  const { invoice_settings: settings } = liveCustomer(world, session.customer);
  world.change(
    "customer",
    session.customer,
    { invoice_settings: { ...settings, default_payment_method: method.id } },
    "customer.updated",
  );
  for (const { id, default_payment_method: own } of liveSubscriptions(world, session.customer))
    if (own) setStatus(world, id, { default_payment_method: method.id });
  return null;
}

function payOpen(world: World, session: Stripe.BillingPortal.Session, id: string): PageAnswer | null {
  const invoice = world.find("invoice", id);
  if (invoice?.customer !== session.customer || invoice.status !== "open") return null;
  const refusal = collect(world, id, { present: true });
  return refusal ? portalPage(world, session.id, refusal.message) : null;
}

/** The portal of flexible subscriptions sets `cancel_at` and leaves `cancel_at_period_end` alone. */
function endOrKeep(world: World, session: Stripe.BillingPortal.Session, sent: Sent): void {
  const subscription = world.find("subscription", sent.get("subscription") ?? "");
  if (subscription?.customer !== session.customer) return;
  const now = world.now(clockOfSubscription(subscription) ?? clockOf(liveCustomer(world, session.customer)));
  const end = sent.get("act") === "cancel" ? periodOf(subscription).end : null;
  setStatus(world, subscription.id, endingPatch(world, subscription, end, now));
}
