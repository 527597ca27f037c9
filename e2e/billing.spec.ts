import { expect, type Page } from "@playwright/test";
import { refusalOf } from "./api.ts";
import { bought } from "./bought.ts";
import { test } from "./fixtures.ts";
import { newcomer } from "./people.ts";
import { settled } from "./settled.ts";

const proMonthly = { plan: "pro", interval: "month" } as const;
const businessMonthly = { plan: "business", interval: "month" } as const;

test("who has bought nothing yet is told so, and the settings lead to billing", async ({
  page,
  api,
  organization: { slug },
}) => {
  await page.goto(`/${slug}/settings`);
  await page.getByRole("link", { name: "Open billing" }).click();
  await expect(page).toHaveURL(`/${slug}/billing`);
  await expect(plan(page)).toContainText("Free costs nothing");
  await expect(page.getByRole("button", { name: /payment/ })).toHaveCount(0);
  expect(await refusalOf(api.billing.openPortal.mutate())).toBe("409 no_subscription");
  await page.getByRole("link", { name: "Invoices", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No invoices" })).toBeVisible();
});

test("a trial begins on Stripe's page, and who comes back is told; the portal leads back, too", async ({
  openAs,
  joined,
  apiAs,
  organization: { slug },
}) => {
  // The owner may have had a trial elsewhere.
  const payer = await joined("Tina Trial", "admin");
  const page = await openAs(payer);
  await open(page, slug, "/plans");
  await offer(page, "Pro").getByRole("button", { name: "Start 14-day trial" }).click();
  await page.getByRole("button", { name: "Start trial" }).click();
  await expect(page.getByText("The trial has begun and lasts until")).toBeVisible();
  // The same address again is the same answer.
  await page.reload();
  await expect(page.getByRole("heading", { name: "You are on Pro" })).toBeVisible();
  await page.getByRole("link", { name: "Go to billing" }).click();
  await expect(plan(page)).toContainText("Without a payment method Pro ends then");
  await page.getByRole("button", { name: "Add payment method" }).click();
  await expect(page.getByText("Test mode", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Back to where you came from" }).click();
  await expect(page).toHaveURL(`/${slug}/billing`);
  expect((await apiAs(payer, slug).billing.overview.query()).subscription?.status).toBe("trialing");
});

test("an address that comes back from no checkout of this organization grants nothing", async ({
  page,
  api,
  organization: { slug },
  complaints,
}) => {
  complaints.tolerate(/status of 40[04]/);
  for (const session of ["cs_test_somebodyelses", "nonsense"]) {
    await page.goto(`/${slug}/billing/return?session_id=${session}`);
    await expect(page.getByRole("heading", { name: "This checkout is not known here" })).toBeVisible();
  }
  const { sessionId } = await api.billing.startCheckout.mutate(proMonthly);
  await page.goto(`/${slug}/billing/return?session_id=${sessionId}`);
  await expect(page.getByRole("heading", { name: "The checkout is not finished" })).toBeVisible();
  expect((await api.billing.overview.query()).plan).toBe("free");
});

test("of two tabs that check out one buys, and the other one says so", async ({
  page,
  openAs,
  owner,
  api,
  organization: { slug },
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  const other = await openAs(owner);
  await open(page, slug, "/plans");
  await open(other, slug, "/plans");
  await offer(page, "Enterprise").getByRole("button", { name: "Buy Enterprise" }).click();
  await expect(page.getByRole("heading", { name: "Subscribe" })).toBeVisible();
  await pay(page);
  await expect(page.getByRole("heading", { name: "You are on Enterprise" })).toBeVisible();
  await offer(other, "Enterprise").getByRole("button", { name: "Buy Enterprise" }).click();
  await expect(other.getByText("This organization has a subscription already.")).toBeVisible();
  await expect(offer(other, "Enterprise")).toContainText("Current plan");
  expect((await api.billing.invoices.query({})).items).toHaveLength(1);
});

test("with the keyboard alone: what the preview shows is what is charged, to the cent", async ({
  page,
  api,
  organization: { slug },
}) => {
  await bought(api, proMonthly);
  await open(page, slug, "/plans");
  const button = offer(page, "Business").getByRole("button", { name: "Upgrade to Business" });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Upgrade to Business, paid monthly" });
  await expect(dialog.getByRole("row", { name: /^To pay now/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  const confirm = dialog.getByRole("button", { name: /^Pay \$\d+\.\d\d now$/ });
  await expect(confirm).toBeVisible();
  const shown = /\$[\d.]+/.exec((await confirm.textContent()) ?? "")?.[0];
  for (let presses = 0; presses < 5; presses++) {
    if (await confirm.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(confirm).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(offer(page, "Business")).toContainText("Your plan");
  const [latest] = (await api.billing.invoices.query({})).items;
  expect(`$${((latest?.total ?? 0) / 100).toFixed(2)}`).toBe(shown);
  await open(page, slug, "/invoices");
  const row = page.getByRole("row").filter({ hasText: latest?.number ?? "no number" });
  await expect(row).toContainText(`${shown}`);
  await expect(row).toContainText("Paid");
});

test("a declined card leaves the old plan and the way to pay; what is paid there begins at once", async ({
  page,
  api,
  organization: { slug },
}) => {
  const { control, customer } = await bought(api, proMonthly);
  await control("outcome", { code: "insufficient_funds", customer });
  await open(page, slug, "/plans");
  await offer(page, "Business").getByRole("button", { name: "Upgrade to Business" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Pay \$/ }).click();
  await expect(dialog.getByRole("alert")).toContainText("The organization stays on Pro.");
  await expect(dialog.getByRole("link", { name: /^Pay \$/ })).toHaveAttribute("href", /\/i\/in_/);
  await page.keyboard.press("Escape");
  await expect(offer(page, "Pro")).toContainText("Your plan");
  await open(page, slug);
  await expect(page.getByText("The change to Business waits for its payment")).toBeVisible();
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: /^Pay \$/ }).click();
  const invoice = await opened;
  await invoice.getByLabel("Card number").fill("4242 4242 4242 4242");
  await invoice.getByRole("button", { name: /^Pay \$/ }).click();
  await expect(invoice.getByText(/Paid on/)).toBeVisible();
  await invoice.close();
  await expect(plan(page).getByRole("heading", { name: "Business" })).toBeVisible({ timeout: 30_000 });
});

test("a preview that is out of date is made again, and charges nothing", async ({
  page,
  api,
  organization: { slug },
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  await bought(api, proMonthly);
  await open(page, slug, "/plans");
  await offer(page, "Business").getByRole("button", { name: "Upgrade to Business" }).click();
  const confirm = page.getByRole("dialog").getByRole("button", { name: /^Pay \$/ });
  const before = await confirm.textContent();
  // Somebody who is asked in meanwhile takes a seat, which is paid for with the change.
  const [role] = await api.roles.list.query();
  await api.invites.create.mutate({ invites: [{ email: newcomer().email, roleId: role?.id ?? "" }] });
  await confirm.click();
  await expect(page.getByRole("alert").filter({ hasText: "What was shown is out of date" })).toBeVisible();
  await expect(confirm).not.toHaveText(before ?? "");
  expect((await api.billing.overview.query()).plan).toBe("pro");
  await confirm.click();
  await expect(offer(page, "Business")).toContainText("Your plan");
});

test("a smaller plan says first what it has no room for, is planned, and taken back", async ({
  page,
  api,
  organization: { slug },
}) => {
  await bought(api, businessMonthly);
  for (let made = 0; made < 11; made++) {
    await api.webhooks.create.mutate({ url: `http://127.0.0.1:9/hook-${made}` });
  }
  await open(page, slug, "/plans");
  await offer(page, "Pro").getByRole("button", { name: "Downgrade to Pro" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Change to Pro, paid monthly?" });
  await expect(dialog).toContainText("Webhook endpoints: 11, where Pro has 10");
  await expect(dialog).toContainText("Pro has no audit streams to a SIEM.");
  expect((await api.billing.overview.query()).subscription?.nextPlan).toBeNull();
  await dialog.getByRole("button", { name: "Plan the change" }).click();
  await expect(offer(page, "Pro")).toContainText("Planned");
  await open(page, slug);
  await expect(plan(page)).toContainText("the plan changes to Pro, paid monthly");
  await page.getByRole("button", { name: "Take it back…" }).click();
  await page.getByRole("button", { name: "Stay on Business" }).click();
  await expect(plan(page)).toContainText("renews on");
  expect((await api.billing.overview.query()).subscription?.nextPlan).toBeNull();
});

test("a subscription is canceled and goes on again", async ({ page, api, organization: { slug } }) => {
  const { stripe, subscription } = await bought(api, { plan: "pro", interval: "year" });
  await open(page, slug);
  await expect(plan(page)).toContainText("Visa •••• 4242");
  await expect(plan(page)).toContainText("$150.00 / year");
  await page.getByRole("button", { name: "Cancel…" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Cancel Pro?" });
  await expect(dialog).toContainText("Free has no custom roles.");
  await dialog.getByRole("button", { name: "Cancel subscription" }).click();
  await expect(plan(page)).toContainText("Pro ends on");
  expect((await stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(true);
  await page.getByRole("button", { name: "Keep Pro…" }).click();
  await page.getByRole("button", { name: "Resume subscription" }).click();
  await expect(plan(page)).toContainText("renews on");
  expect((await stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(false);
});

test("invoices are turned over page by page, and lead to Stripe's own", async ({
  page,
  api,
  organization: { slug },
}) => {
  const { control, customer } = await bought(api, proMonthly);
  await control("advance", { customer, seconds: 22 * 31 * 86_400 });
  await expect
    .poll(async () => (await api.billing.invoices.query({})).nextCursor, { timeout: 30_000 })
    .not.toBeNull();
  await open(page, slug, "/invoices");
  const rows = page.getByRole("table", { name: "Invoices" }).getByRole("row");
  const links = page.getByRole("link", { name: /^View / });
  const newest = await links.first().getAttribute("href");
  await expect(rows.filter({ hasText: "Paid" })).toHaveCount(20);
  await page.getByRole("button", { name: "Older" }).click();
  await expect(page).toHaveURL(/cursor=in_/);
  await expect(rows.filter({ hasText: "Paid" })).not.toHaveCount(20);
  await page.getByRole("button", { name: "Newest" }).click();
  await expect(links.first()).toHaveAttribute("href", newest ?? "");
  const opened = page.context().waitForEvent("page");
  await links.first().click();
  await expect((await opened).getByText("$15.00").first()).toBeVisible();
});

test("who may only look sees all of it, and nothing to press", async ({
  openAs,
  joined,
  api,
  organization: { slug },
}) => {
  await bought(api, proMonthly);
  const { key } = await api.roles.create.mutate({
    name: "Auditor",
    permissions: ["organization.read", "billing.read"],
  });
  const page = await openAs(await joined("Lou Looker", key));
  for (const place of ["", "/plans", "/invoices"]) {
    await open(page, slug, place);
    await expect(page.getByText("You can see billing. To change plan or payment, ask")).toBeVisible();
    await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
  }
  await open(page, slug);
  await expect(plan(page)).toContainText("× $15.00");
});

test("without an answer of Stripe the page shows what is known, and says what is missing", async ({
  page,
  api,
  organization: { slug },
}) => {
  const { control, subscription } = await bought(api, proMonthly);
  await control("fail", { status: 500, count: 1, path: `/v1/subscriptions/${subscription}` });
  await open(page, slug);
  await expect(page.getByText("Stripe did not answer")).toBeVisible();
  await expect(plan(page)).toContainText("Active");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Stripe did not answer")).toBeHidden();
  await expect(plan(page)).toContainText("$15.00 / month");
});

test("on a phone nothing of it is wider than the screen", async ({
  openAs,
  owner,
  api,
  organization: { slug },
}) => {
  await bought(api, businessMonthly);
  const page = await openAs(owner, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  for (const place of ["", "/plans?paid=year", "/usage", "/invoices"]) {
    await open(page, slug, place);
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), place).toBe(false);
  }
});

/** Nobody listens to a button before the page is alive, and only then it says that there are keys for it. */
async function open(page: Page, slug: string, place = ""): Promise<void> {
  await page.goto(`/${slug}/billing${place}`);
  await expect(page.locator("[aria-keyshortcuts]").first()).toBeAttached();
  await expect(page.getByRole("heading", { name: "Billing", level: 1 })).toBeVisible();
}

function plan(page: Page) {
  return page.getByRole("region").filter({ hasText: "Current plan" });
}

function offer(page: Page, name: string) {
  return page.getByRole("listitem", { name, exact: true });
}

async function pay(page: Page): Promise<void> {
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByLabel("Name on the card").fill("Ada");
  await page.getByRole("button", { name: "Subscribe" }).click();
}
