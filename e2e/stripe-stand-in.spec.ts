import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { Stripe } from "stripe";

import { startStripeStandIn, type StandIn } from "../server/dev/stripe/stand-in.ts";

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const good = "4242 4242 4242 4242";

let standIn: StandIn;
let stripe: Stripe;
let shop: Server;
let back: string;
let price: string;

test.beforeAll(async () => {
  standIn = await startStripeStandIn({ port: 0 });
  stripe = new Stripe("sk_test_pages", { host: "127.0.0.1", port: standIn.port, protocol: "http" });
  shop = createServer((request, response) => {
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(`<title>Shop</title><h1>Back at ${request.url}</h1>`);
  });
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
  back = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  const product = await stripe.products.create({ name: "Pro" });
  const recurring = { interval: "month" } as const;
  price = (
    await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 2_000, recurring })
  ).id;
});

test.afterAll(async () => {
  await standIn.close();
  shop.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
});

async function checkout(
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  const customer = await stripe.customers.create({ name: "Ann", email: "ann@example.com" });
  return stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price, quantity: 2 }],
    success_url: `${back}/done?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${back}/stopped`,
    ...more,
  });
}

function buyerOf({ customer }: Stripe.Checkout.Session): string {
  if (typeof customer !== "string") throw new Error("The session has no customer");
  return customer;
}

async function givesCard(page: Page, number: string): Promise<void> {
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel("Expiry").fill("12 / 34");
  await page.getByLabel("Security code", { exact: true }).fill("123");
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(wcag).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test("a refused card says why on the spot, another one pays, and the way back names the session", async ({
  page,
}) => {
  const session = await checkout();
  await page.goto(session.url ?? "");
  await expect(page.getByText("Test mode", { exact: true })).toBeVisible();
  await givesCard(page, "4000 0000 0000 9995");
  await page.getByLabel("Name on the card").fill("Ann");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await expect(page.getByRole("alert")).toHaveText("Your card has insufficient funds.");
  expect((await stripe.subscriptions.list({ customer: buyerOf(session) })).data).toEqual([]);
  await givesCard(page, good);
  await page.getByLabel("Name on the card").fill("Ann");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await expect(page).toHaveURL(`${back}/done?session=${session.id}`);
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
  expect(done).toMatchObject({
    status: "complete",
    payment_status: "paid",
    subscription: { status: "active" },
  });
  await page.goto(`${standIn.url}/c/pay/${session.id}`);
  await expect(page.getByText("You have already paid here.")).toBeVisible();
});

test("the keyboard alone is enough to pay, and the bank may ask", async ({ page }) => {
  const session = await checkout();
  await page.goto(session.url ?? "");
  await page.getByLabel("Email").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.type("4000002760003184");
  await page.keyboard.press("Tab");
  await page.keyboard.type("1234");
  await page.keyboard.press("Tab");
  await page.keyboard.type("123");
  await page.getByLabel("Name on the card").focus();
  await page.keyboard.type("Ann");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Your bank asks" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Confirm" }).press("Enter");
  await expect(page).toHaveURL(`${back}/done?session=${session.id}`);
});

test("a trial without a card asks for none", async ({ page }) => {
  const session = await checkout({
    payment_method_collection: "if_required",
    subscription_data: { trial_period_days: 14 },
  });
  await page.goto(session.url ?? "");
  await expect(page.getByLabel("Card number")).toHaveCount(0);
  await page.getByRole("button", { name: "Start trial" }).click();
  await expect(page).toHaveURL(/done/);
  const { data } = await stripe.subscriptions.list({ customer: buyerOf(session) });
  expect(data[0]).toMatchObject({ status: "trialing", default_payment_method: null });
});

test("the portal changes the card, pays what is open, ends the subscription and takes it back", async ({
  page,
}) => {
  const customer = await stripe.customers.create({
    name: "Pat",
    payment_method: "pm_card_chargeCustomerFail",
  });
  const { data } = await stripe.paymentMethods.list({ customer: customer.id });
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price }],
    default_payment_method: data[0]?.id ?? "",
  });
  const portal = await stripe.billingPortal.sessions.create({
    customer: customer.id,
    return_url: `${back}/billing`,
  });
  await page.goto(portal.url);
  await page.getByRole("button", { name: /Pay \$20.00/ }).click();
  await expect(page.getByRole("alert")).toHaveText("Your card was declined.");
  await givesCard(page, good);
  await page.getByRole("button", { name: "Use this card" }).click();
  await expect(page.getByText("visa ending in 4242")).toBeVisible();
  await page.getByRole("button", { name: /Pay \$20.00/ }).click();
  await expect(page.getByText("Active.")).toBeVisible();
  expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
  await page.getByRole("button", { name: "Cancel the subscription" }).click();
  await expect(page.getByText(/Ends on/)).toBeVisible();
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
    cancel_at: expect.any(Number),
    status: "active",
  });
  await page.getByRole("button", { name: "Keep the subscription" }).click();
  await expect(page.getByText(/Next payment/)).toBeVisible();
  expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBeNull();
  await page.getByRole("link", { name: "Back to where you came from" }).click();
  await expect(page).toHaveURL(`${back}/billing`);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`nobody is shut out of the pages in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    const customer = await stripe.customers.create({ name: "Kim" });
    await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    const { data } = await stripe.paymentMethods.list({ customer: customer.id });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price }],
      default_payment_method: data[0]?.id ?? "",
      expand: ["latest_invoice"],
    });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    const portal = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: back });
    const { url } = await checkout();
    for (const address of [
      url ?? "",
      portal.url,
      invoice.hosted_invoice_url ?? "",
      `${standIn.url}/c/pay/none`,
    ]) {
      await page.goto(address);
      await expectAccessible(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(wide, address).toBe(false);
    }
    await page.goto(invoice.hosted_invoice_url ?? "");
    await givesCard(page, good);
    await page.getByRole("button", { name: "Pay $20.00" }).click();
    await expect(page.getByText(/Paid on/)).toBeVisible();
  });
}
