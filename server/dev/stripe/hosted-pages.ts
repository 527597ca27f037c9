// Checkout and the page of an invoice, as the payer sees them.
import type { Stripe } from "stripe";

import { CARDS, cardOfNumber } from "./cards.ts";
import { completeCheckout, openSession } from "./checkout-sessions.ts";
import { collect } from "./collection.ts";
import { sessionLines } from "./expand.ts";
import { Fault } from "./fault.ts";
import { alert, bankPage, cardFields, document, html, messagePage, type Html } from "./page.ts";
import { attach, makeMethod } from "./payment-methods.ts";
import { money, rate, shortDate } from "./pricing.ts";
import { idOf, type World } from "./world.ts";

/** What a page answers: a text, or a place to go to. `origins` may receive its forms' redirects. */
export type PageAnswer = { status: number; body: string; origins: string[] } | { location: string };

/** What a form sent, by its fields' names. */
export type Sent = ReadonlyMap<string, string>;

/** The payment page of a checkout session. */
export function checkoutPage(world: World, id: string, message: string | null = null): PageAnswer {
  const session = world.find("checkout.session", id);
  if (!session) return gone();
  if (session.status !== "open") return used(session.status === "complete");
  const asked = world.known(id).checkout;
  const trial = asked?.subscription_data?.trial_period_days;
  const needsCard = asksForCard(session);
  const currency = session.currency ?? "usd";
  const lines = sessionLines(world, id).map(
    ({ description, price, quantity }) =>
      html`<li>
        <span>${description}${quantity && quantity > 1 ? ` × ${quantity}` : ""}</span
        ><span>${price ? rate(price) : ""}</span>
      </li>`,
  );
  const title = trial ? `Start a trial of ${trial} days` : "Subscribe";
  const email = session.customer_details?.email ?? "";
  const body = html`<div class="columns">
    <section>
      <h1>${title}</h1>
      <p class="total">${money(session.amount_total ?? 0, currency)}</p>
      <p class="muted">due today</p>
      <ul class="lines">
        ${lines}
      </ul>
      ${session.cancel_url ? html`<p><a href="${session.cancel_url}">Back without paying</a></p>` : null}
    </section>
    <section class="card">
      <h2>${needsCard ? "Pay by card" : "No card is needed"}</h2>
      ${alert(message)}
      <form method="post" novalidate>
        <label for="email">Email</label>
        <input id="email" name="email" type="email" autocomplete="email" value="${email}" required />
        ${needsCard ? cardFields() : null}
        ${needsCard ? html`<label for="name">Name on the card</label><input id="name" name="name" autocomplete="cc-name" required />` : null}
        <button class="wide">${trial ? "Start trial" : "Subscribe"}</button>
      </form>
    </section>
  </div>`;
  const origins = [session.success_url, session.cancel_url].flatMap((url) => (url ? [originOf(url)] : []));
  return { status: message ? 402 : 200, body: document(`${title} · Test mode`, body), origins };
}

function asksForCard(session: Stripe.Checkout.Session): boolean {
  return session.payment_method_collection !== "if_required" || (session.amount_total ?? 0) > 0;
}

/** The payer sent the payment page. */
export function sendCheckout(world: World, id: string, sent: Sent): PageAnswer {
  const session = world.find("checkout.session", id);
  if (!session) return gone();
  if (session.status !== "open") return used(session.status === "complete");
  const needsCard = asksForCard(session);
  const card = needsCard ? (cardOfNumber(sent.get("card") ?? "") ?? null) : null;
  if (needsCard && !card) return checkoutPage(world, id, "Your card number is not one of the test cards.");
  if (sent.get("bank") === "no")
    return checkoutPage(world, id, "We are unable to authenticate your payment method. Choose another one.");
  const email = sent.get("email") || null;
  const name = sent.get("name") || null;
  try {
    const authenticated = sent.get("bank") === "yes";
    const { success_url: success } = openSession(world, id);
    const outcome = completeCheckout(world, id, { card, email, name, authenticated });
    if (outcome === "ask the bank") return asking(session.success_url, sent);
    return { location: (success ?? "").replaceAll("{CHECKOUT_SESSION_ID}", id) };
  } catch (error) {
    throw new Refused(error, () => checkoutPage(world, id, messageOf(error)));
  }
}

/** A refused form: the act is undone, and then this page is shown. */
export class Refused extends Error {
  readonly page: () => PageAnswer;

  constructor(cause: unknown, page: () => PageAnswer) {
    super("Refused", { cause });
    if (!(cause instanceof Fault)) throw cause;
    this.page = page;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Fault ? error.message : "Something went wrong.";
}

function asking(target: string | null, sent: Sent): PageAnswer {
  const body = bankPage(sent.get("card") ?? "", sent.get("name") ?? null, sent.get("email") ?? null);
  return { status: 200, body, origins: target ? [originOf(target)] : [] };
}

/** The page of one invoice, on which it can be paid. */
export function invoicePage(world: World, id: string, message: string | null = null): PageAnswer {
  const invoice = world.find("invoice", id);
  if (!invoice || invoice.status === "draft") return gone();
  const lines = invoice.lines.data.map(
    (line) =>
      html`<li><span>${line.description}</span><span>${money(line.amount, invoice.currency)}</span></li>`,
  );
  const applied = invoice.amount_due - invoice.total;
  const open = invoice.status === "open" || invoice.status === "uncollectible";
  const body = html`<div class="columns">
    <section>
      <h1>Invoice ${invoice.number}</h1>
      <p class="total">${money(invoice.amount_due, invoice.currency)}</p>
      <p class="muted">${stateOf(invoice)}</p>
      <ul class="lines">
        ${lines}
        ${applied === 0 ? null : html`<li><span>Balance</span><span>${money(applied, invoice.currency)}</span></li>`}
      </ul>
    </section>
    ${
      open
        ? html`<section class="card">
            <h2>Pay by card</h2>
            ${alert(message)}
            <form method="post" novalidate>
              ${cardFields()}<button class="wide">
                Pay ${money(invoice.amount_remaining, invoice.currency)}
              </button>
            </form>
          </section>`
        : null
    }
  </div>`;
  return {
    status: message ? 402 : 200,
    body: document(`Invoice ${invoice.number} · Test mode`, body),
    origins: [],
  };
}

/** In words: when it was paid, or that it waits. */
function stateOf(invoice: Stripe.Invoice): string {
  const { paid_at: paid } = invoice.status_transitions;
  if (paid) return `Paid on ${shortDate(paid)}`;
  return invoice.status === "open" ? "Open" : invoice.status === "void" ? "Void" : "Not collectible";
}

/** The payer sent the page of an invoice. */
export function sendInvoice(world: World, id: string, sent: Sent): PageAnswer {
  const invoice = world.find("invoice", id);
  if (!invoice) return gone();
  if (invoice.status !== "open" && invoice.status !== "uncollectible") return invoicePage(world, id);
  const card = cardOfNumber(sent.get("card") ?? "");
  if (!card) return invoicePage(world, id, "Your card number is not one of the test cards.");
  if (sent.get("bank") === "no")
    return invoicePage(world, id, "We are unable to authenticate your payment method. Choose another one.");
  const authenticated = sent.get("bank") === "yes";
  if (CARDS[card]?.asks && !authenticated) return asking(null, sent);
  try {
    const method = makeMethod(world, card);
    attach(world, method.id, idOf(invoice.customer ?? ""));
    if (authenticated) world.hide(method.id, { authenticated });
    const refusal = collect(world, id, { method: method.id, present: true, authenticated });
    return refusal ? invoicePage(world, id, refusal.message) : { location: `/i/${id}` };
  } catch (error) {
    throw new Refused(error, () => invoicePage(world, id, messageOf(error)));
  }
}

function gone(): PageAnswer {
  return {
    status: 404,
    body: messagePage("Nothing here", "This link leads to nothing (any more)."),
    origins: [],
  };
}

function used(complete: boolean): PageAnswer {
  const message = complete
    ? "You have already paid here."
    : "This checkout has expired. Start again where you came from.";
  return { status: 410, body: messagePage(complete ? "Done" : "Expired", message), origins: [] };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}

/** The rows of a payer's invoices. */
export function invoiceRows(invoices: Stripe.Invoice[]): Html[] {
  return invoices.map(
    (invoice) =>
      html`<tr>
        <td>${shortDate(invoice.created)}</td>
        <td>${money(invoice.amount_due, invoice.currency)}</td>
        <td>${stateOf(invoice)}</td>
        <td><a href="/i/${invoice.id}">${invoice.number}</a></td>
      </tr>`,
  );
}
