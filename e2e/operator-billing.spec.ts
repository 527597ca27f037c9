import type { Page } from "@playwright/test";
import { Stripe } from "stripe";
import type { Api } from "./api.ts";
import { refusalOf } from "./api.ts";
import { asSuperuser } from "./database.ts";
import { expect, test } from "./fixtures.ts";

/** What is heard from Stripe by its events comes in its own time. */
const heardMs = 20_000;

const enterprise = { plan: "enterprise", interval: "month" } as const;

/** The stand-in that the application is led to, by the address of a checkout page. */
async function standInOf(api: Api): Promise<{ stripe: Stripe; page: string }> {
  const { url } = await api.billing.startCheckout.mutate(enterprise);
  const { hostname, port } = new URL(url);
  return { stripe: new Stripe("sk_test_operator", { host: hostname, port, protocol: "http" }), page: url };
}

/** An event about a customer whom nobody knows, kept by the application; answers its id and the customer's. */
async function unresolvedEvent(api: Api): Promise<{ eventId: string; customerId: string }> {
  const { stripe } = await standInOf(api);
  const { id: customerId } = await stripe.customers.create({ name: "Nobody of ours" });
  const find = () =>
    asSuperuser<{ id: string }>(
      "SELECT id FROM stripe_events WHERE customer_id = $1 AND state = 'unresolved'",
      [customerId],
    );
  await expect.poll(async () => (await find()).length, { timeout: heardMs }).toBe(1);
  return { eventId: (await find())[0]?.id ?? "", customerId };
}

const rowOf = (page: Page, name: string, table: string) =>
  page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: name });

test("what was bought is revenue, and what was paid has the platform's fee", async ({
  page,
  api,
  apiAs,
  demo,
  openAs,
}) => {
  const operator = await demo("Operator");
  const { billing } = apiAs(operator, null).operator;
  const sold = async () => (await billing.report.query()).plans.find(({ plan }) => plan === "enterprise");
  const before = await sold();
  const { page: checkout } = await standInOf(api);
  await page.goto(checkout);
  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await expect
    .poll(async () => (await sold())?.live.seats ?? 0, { timeout: heardMs })
    .toBeGreaterThan(before?.live.seats ?? 0);

  const view = await openAs(operator);
  await view.goto("/operator");
  await view.getByRole("link", { name: "Billing", exact: true }).click();
  await expect(view.getByRole("heading", { name: "Billing", level: 1 })).toBeVisible();
  await expect(rowOf(view, "Enterprise", "Recurring revenue a month by plan")).toContainText(
    /\$[\d,]*\d0\.00/,
  );
  // 0.5 % of 60.00 and 0.25 for each.
  const paid = rowOf(view, "Enterprise", `Paid in ${monthNow()}, by plan`);
  await expect(paid).toContainText(/\$[\d,]*\d0\.00/);
  await expect(paid).toContainText(/\$\d+\.\d{2}$/);
  await expect(view.getByText("The platform fee is 0.5% of each paid invoice and 0.25")).toBeVisible();

  const [download] = await Promise.all([
    view.waitForEvent("download"),
    view.getByRole("button", { name: "Download CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^revenue-\d{4}-\d\d-\d\d\.csv$/);
});

test("a trial that ends stands there, with or without a card", async ({
  joined,
  apiAs,
  organization,
  page,
  demo,
  openAs,
}) => {
  // A trial is had once by a payer, too, and the owner may have had one.
  const api = apiAs(await joined("Petra Payer", "admin"), organization.slug);
  const { url } = await api.billing.startCheckout.mutate({ plan: "pro", interval: "month" });
  await page.goto(url);
  await page.getByRole("button", { name: "Start trial" }).click();
  await expect
    .poll(async () => (await api.billing.overview.query()).subscription?.status, { timeout: heardMs })
    .toBe("trialing");
  const view = await openAs(await demo("Operator"));
  await view.goto("/operator/billing");
  const line = view.getByRole("listitem").filter({ hasText: `/${organization.slug}` });
  await expect(line).toContainText("No card");
  await expect(line).toContainText(/in 1[34] days/);
});

test("an event of an unknown customer is replayed by keyboard once the customer is known", async ({
  api,
  organization,
  demo,
  openAs,
}) => {
  const { eventId, customerId } = await unresolvedEvent(api);
  const page = await openAs(await demo("Operator"));
  await page.goto("/operator/billing");
  await page.getByRole("link", { name: "Look at them" }).click();
  await page.getByRole("button", { name: /^State/ }).press("Enter");
  await page.getByRole("menuitemradio", { name: "Unresolved" }).press("Enter");
  await expect(page).toHaveURL(/state=unresolved/);
  const row = page.getByRole("row").filter({ has: page.getByLabel(new RegExp(eventId)) });
  await expect(row).toContainText(customerId);
  await row.getByRole("link", { name: "customer.created" }).press("Enter");
  const sheet = page.getByRole("dialog", { name: "Event of Stripe" });
  await expect(sheet.getByText("No organization has this customer.")).toBeVisible();
  await expect(sheet.getByText("unknown customer")).toBeVisible();
  await page.reload();
  await expect(sheet.getByText(customerId)).toBeVisible();

  // Somebody puts right whose customer it is.
  await asSuperuser(
    `UPDATE billing_customers SET customer_id = $1
     WHERE organization_id = (SELECT id FROM organizations WHERE slug = $2)`,
    [customerId, organization.slug],
  );
  await sheet.getByRole("button", { name: "Replay" }).press("Enter");
  await expect(sheet).toBeHidden();
  await expect(page.getByText("1 event due again")).toBeVisible();
  const stateOf = () =>
    asSuperuser<{ state: string }>("SELECT state FROM stripe_events WHERE id = $1", [eventId]);
  await expect.poll(async () => (await stateOf())[0]?.state, { timeout: heardMs }).toBe("done");
  await expect(row).toHaveCount(0);
});

test("on a phone the figures stand in the page's width", async ({ demo, openAs }) => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const page = await openAs(await demo("Operator"), phone);
  for (const place of ["/operator/billing", "/operator/billing/events"]) {
    await page.goto(place);
    await expect(page.getByRole("heading", { name: "Billing", level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  }
});

test("nobody else finds the fleet's billing", async ({ page, owner, apiAs, complaints }) => {
  complaints.tolerate(/status of 404/);
  for (const place of ["/operator/billing", "/operator/billing/events"]) {
    expect((await page.goto(place))?.status()).toBe(404);
  }
  const { billing, stripeEvents } = apiAs(owner, null).operator;
  expect(await refusalOf(billing.report.query())).toBe("403 operators_only");
  expect(await refusalOf(billing.paid.query({}))).toBe("403 operators_only");
  expect(await refusalOf(stripeEvents.replay.mutate({ all: {} }))).toBe("403 operators_only");
});

function monthNow(): string {
  const format = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  return format.format(new Date());
}
