import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Stripe } from "stripe";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { clientOf, faultOf, latestInvoice, makeCatalogue } from "./contract-side.ts";
import { startStripeStandIn, type StandIn } from "./stand-in.ts";

const SECRET = "whsec_control";

let standIn: StandIn;
let stripe: Stripe;
let server: Server;
let port: number;
let got: { event: Stripe.Event; header: string; body: string }[];
let answers: number[];

beforeEach(async () => {
  got = [];
  answers = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const header = String(request.headers["stripe-signature"]);
      got.push({ event: JSON.parse(body) as Stripe.Event, header, body });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  standIn = await startStripeStandIn({ port: 0, deliveries: { delaysMs: [20, 40] } });
  stripe = clientOf(standIn.port);
  await control("endpoint", { url: `http://127.0.0.1:${port}/hook`, secret: SECRET });
});

afterEach(async () => {
  await standIn.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function control(name: string, body: object = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${standIn.url}/_control/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const read = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(read)}`);
  return read;
}

async function until(what: () => boolean): Promise<void> {
  await expect.poll(what, { timeout: 5_000 }).toBe(true);
}

const names = () => got.map(({ event }) => (event.data.object as Stripe.Customer).name);

async function three(): Promise<void> {
  for (const name of ["one", "two", "three"]) await stripe.customers.create({ name });
}

describe("deliveries", () => {
  test("are signed so that the real client takes them, and no other body or secret", async () => {
    await stripe.customers.create({ name: "signed" });
    await control("idle");
    const [first] = got;
    const { body = "", header = "" } = first ?? {};
    const event = stripe.webhooks.constructEvent(body, header, SECRET);
    expect(event).toMatchObject({
      type: "customer.created",
      livemode: false,
      api_version: Stripe.API_VERSION,
    });
    expect(() => stripe.webhooks.constructEvent(`${body} `, header, SECRET)).toThrow("signature");
    expect(() => stripe.webhooks.constructEvent(body, header, "whsec_other")).toThrow("signature");
  });

  test("carry a signature for each secret while one follows the other", async () => {
    const { id } = await control("endpoint", { url: `http://127.0.0.1:${port}/hook`, secret: SECRET });
    await control("secrets", { endpoint: id, secrets: ["whsec_next", SECRET] });
    await stripe.customers.create({ name: "rotating" });
    await control("idle");
    const { body = "", header = "" } = got[0] ?? {};
    for (const secret of [SECRET, "whsec_next"])
      expect(stripe.webhooks.constructEvent(body, header, secret).type).toBe("customer.created");
  });

  test("are tried again until they are taken, and then no more", async () => {
    answers = [500, 302];
    await stripe.customers.create({ name: "again" });
    await until(() => got.length === 3);
    await control("idle");
    expect(new Set(got.map(({ event }) => event.id)).size).toBe(1);
    const log = await fetch(`${standIn.url}/_control/deliveries`);
    expect(await log.json()).toMatchObject({ attempts: [{ status: 500 }, { status: 302 }, { status: 200 }] });
  });

  test("are held, and let go reversed and twice each", async () => {
    await control("hold");
    await three();
    await control("idle");
    expect(got).toHaveLength(0);
    expect(await control("release", { order: "reversed", copies: 2 })).toEqual({ released: 3 });
    await control("idle");
    expect(names().toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
      "one",
      "one",
      "three",
      "three",
      "two",
      "two",
    ]);
    expect(names()[0]).toBe("three");
  });

  test("are dropped and sent again on request, many at once", async () => {
    await control("drop", { type: "customer.created", count: 2 });
    await three();
    await control("idle");
    expect(names()).toEqual(["three"]);
    await control("resend", { event: got[0]?.event.id, copies: 25 });
    await control("idle");
    expect(got).toHaveLength(26);
    expect((await stripe.events.list({ type: "customer.created" })).data).toHaveLength(3);
  });

  test("of a disabled endpoint, or to another machine, do not happen", async () => {
    const { data } = await stripe.webhookEndpoints.list();
    await stripe.webhookEndpoints.update(data[0]?.id ?? "", { disabled: true });
    await stripe.webhookEndpoints.create({ url: "https://example.com/x", enabled_events: ["*"] });
    await stripe.customers.create({ name: "nobody" });
    await control("idle");
    expect(got).toHaveLength(0);
  });
});

describe("the control plane", () => {
  test("decides how the next payment ends", async () => {
    const { pro } = await makeCatalogue(stripe);
    const customer = await stripe.customers.create({
      payment_method: "pm_card_visa",
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    await control("outcome", { code: "insufficient_funds", customer: customer.id });
    const begun = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: pro.id }] });
    expect(begun.status).toBe("incomplete");
    const { id } = await latestInvoice(stripe, begun.id);
    expect((await stripe.invoices.pay(id)).status).toBe("paid");
  });

  test.each([
    ["cancel", "canceled"],
    ["unpaid", "unpaid"],
    ["pause", "paused"],
    ["past_due", "past_due"],
  ])(
    "moves the common clock; after the last attempt the account's choice %s applies",
    async (afterwards, status) => {
      const { pro } = await makeCatalogue(stripe);
      await control("retries", { days: [3], afterwards });
      const customer = await stripe.customers.create({
        payment_method: "pm_card_visa",
        invoice_settings: { default_payment_method: "pm_card_visa" },
      });
      const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: pro.id }] });
      await control("outcome", { code: "generic_decline", customer: customer.id, times: 2 });
      await control("advance", { seconds: 32 * 86_400 });
      expect((await stripe.subscriptions.retrieve(id)).status).toBe("past_due");
      await control("advance", { seconds: 4 * 86_400 });
      expect((await stripe.subscriptions.retrieve(id)).status).toBe(status);
    },
  );

  test("moves one customer's time alone, with what follows that customer's refused payments", async () => {
    const { pro } = await makeCatalogue(stripe);
    const begin = async (card: string) => {
      const customer = await stripe.customers.create({
        payment_method: card,
        invoice_settings: { default_payment_method: card },
      });
      const items = [{ price: pro.id }];
      return stripe.subscriptions.create({ customer: customer.id, items, trial_period_days: 10 });
    };
    const moved = await begin("pm_card_chargeCustomerFail");
    const still = await begin("pm_card_chargeCustomerFail");
    const { customer } = moved;
    await control("retries", { customer, days: [3], afterwards: "unpaid" });
    const { clock, now } = await control("advance", { customer, seconds: 10 * 86_400 + 3_700 });
    expect(await stripe.subscriptions.retrieve(moved.id)).toMatchObject({
      status: "past_due",
      test_clock: clock,
    });
    expect(await stripe.testHelpers.testClocks.retrieve(String(clock))).toMatchObject({ frozen_time: now });
    // On the same clock, from where it stands.
    expect(await control("advance", { customer, seconds: 4 * 86_400 })).toEqual({
      clock,
      now: Number(now) + 4 * 86_400,
    });
    expect((await stripe.subscriptions.retrieve(moved.id)).status).toBe("unpaid");
    expect(await latestInvoice(stripe, moved.id)).toMatchObject({ attempt_count: 2, test_clock: clock });
    await control("idle");
    expect(got.map(({ event }) => event.type)).toContain("invoice.payment_failed");
    expect(await stripe.subscriptions.retrieve(still.id)).toMatchObject({
      status: "trialing",
      test_clock: null,
    });
    await expect(control("advance", { customer: "cus_nobody", seconds: 1 })).rejects.toThrow(
      "No such customer",
    );
  });

  test.each(["everybody's", "the customer's"])(
    "moves %s time, and a checkout page is still open for as long as it was asked to be",
    async (whose) => {
      const { pro } = await makeCatalogue(stripe);
      const { id: customer } = await stripe.customers.create({});
      const open = () =>
        stripe.checkout.sessions.create({
          mode: "subscription",
          customer,
          line_items: [{ price: pro.id, quantity: 1 }],
          success_url: "http://127.0.0.1:1/done",
          expires_at: Math.floor(Date.now() / 1_000) + 3_600,
        });
      const before = await open();
      const mine = whose === "everybody's" ? {} : { customer };
      const { now } = await control("advance", { ...mine, seconds: 60 * 86_400 });
      expect((await stripe.checkout.sessions.retrieve(before.id)).status).toBe("open");
      const after = await open();
      const body = new URLSearchParams({ card: "4242424242424242", name: "Ada", email: "ada@example.com" });
      const paid = await fetch(after.url ?? "", { method: "POST", body, redirect: "manual" });
      expect(paid.headers.get("location")).toBe("http://127.0.0.1:1/done");
      const [bought] = (await stripe.subscriptions.list({ customer })).data;
      expect(bought?.status).toBe("active");
      expect(bought?.start_date).toBeGreaterThanOrEqual(Number(now));
    },
  );

  test("moves one customer's time, and what is counted now is still taken", async () => {
    const customer = await stripe.customers.create({});
    await stripe.billing.meters.create({
      display_name: "Calls",
      event_name: "calls",
      default_aggregation: { formula: "sum" },
    });
    await control("advance", { customer: customer.id, seconds: 60 * 86_400 });
    const now = Math.floor(Date.now() / 1_000);
    const counted = (timestamp: number) =>
      stripe.billing.meterEvents.create({
        event_name: "calls",
        timestamp,
        payload: { stripe_customer_id: customer.id, value: "3" },
      });
    expect((await counted(now)).timestamp).toBe(now);
    expect(await faultOf(counted(now - 36 * 86_400))).toMatchObject({ code: "timestamp_too_far" });
  });

  test("makes requests fail without an envelope, before or after they are carried out", async () => {
    await control("fail", { status: 500, path: "/v1/customers" });
    const seeming = await stripe.customers.create({ name: "lost" });
    expect(seeming.object).toBeUndefined();
    expect((await stripe.customers.list()).data).toHaveLength(0);
    await control("fail", { status: 404, applied: true, body: '{"oops":1}' });
    const idempotencyKey = "applied";
    await stripe.customers.create({ name: "applied" }, { idempotencyKey });
    const again = await stripe.customers.create({ name: "applied" }, { idempotencyKey });
    expect(again).toMatchObject({ object: "customer", name: "applied" });
    expect((await stripe.customers.list()).data).toHaveLength(1);
    await control("fail", { status: 502, body: "<html>" });
    expect((await faultOf(stripe.customers.list())).message).toMatch(/Invalid JSON/);
  });

  test("says what was wrong, and takes nothing from other sites' pages", async () => {
    await expect(control("advance", { seconds: -1 })).rejects.toThrow("seconds");
    const form = await fetch(`${standIn.url}/_control/hold`, { method: "POST", body: "a=b" });
    expect(form.status).toBe(415);
  });
});

describe("the stand-in", () => {
  test("takes no live key, no other version and no other name", async () => {
    const live = clientOf(standIn.port, "sk_live_1234567890");
    expect(await faultOf(live.customers.list())).toMatchObject({ statusCode: 401 });
    const other = await faultOf(stripe.customers.list({}, { apiVersion: "2020-08-27" }));
    expect(other.message).toContain("2020-08-27");
    const nobody = await fetch(`${standIn.url}/v1/customers`);
    expect(nobody.status).toBe(401);
    expect(await nobody.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  test("keeps its state from one run to the next", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "stripe-"));
    const file = path.join(folder, "stripe.json");
    const first = await startStripeStandIn({ port: 0, file });
    const { pro } = await makeCatalogue(clientOf(first.port));
    const customer = await clientOf(first.port).customers.create({ payment_method: "pm_card_visa" });
    await first.close();
    expect(existsSync(file)).toBe(true);
    const second = await startStripeStandIn({ port: 0, file });
    const again = clientOf(second.port);
    expect((await again.prices.retrieve(pro.id)).unit_amount_decimal?.toString()).toBe("1999");
    const method = (await again.customers.listPaymentMethods(customer.id)).data[0]?.id ?? "";
    const begun = await again.subscriptions.create({
      customer: customer.id,
      items: [{ price: pro.id }],
      default_payment_method: method,
    });
    expect(begun.status).toBe("active");
    const { hosted_invoice_url: link } = await latestInvoice(again, begun.id);
    await second.close();
    const third = await startStripeStandIn({ port: 0, file });
    expect(third.url).not.toBe(second.url);
    const moved = await latestInvoice(clientOf(third.port), begun.id);
    expect(moved.hosted_invoice_url).toBe(link?.replace(second.url, third.url));
    await third.close();
    rmSync(folder, { recursive: true });
  });
});
