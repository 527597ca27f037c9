import { expect, type Page } from "@playwright/test";
import { test } from "./fixtures.ts";

test("who has bought nothing yet is told so, and the settings lead to billing", async ({
  page,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  await page.goto(`/${organization.slug}/settings`);
  await page.getByRole("link", { name: "Open billing" }).click();
  await expect(page).toHaveURL(`/${organization.slug}/billing`);
  await openPortal(page);
  await expect(page.getByText("This organization has not bought anything yet.")).toBeVisible();
});

test("who has bought something gets to the customer portal and back", async ({ page, api, organization }) => {
  const { url } = await api.billing.startCheckout.mutate({ plan: "pro", interval: "month" });
  await page.goto(url);
  await page.getByRole("button", { name: "Start trial" }).click();
  await expect(page.getByText("The trial has begun.")).toBeVisible();
  await page.getByRole("link", { name: "Go to billing" }).click();
  await expect
    .poll(async () => (await api.billing.overview.query()).subscription?.plan, { timeout: 15_000 })
    .toBe("pro");
  await openPortal(page);
  await expect(page.getByText("Test mode", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Back to where you came from" }).click();
  await expect(page).toHaveURL(`/${organization.slug}/billing`);
});

async function openPortal(page: Page): Promise<void> {
  // Nobody listens to the button before the page is alive, and only then it says that there are keys for it.
  await expect(page.locator("[aria-keyshortcuts]").first()).toBeAttached();
  await page.getByRole("button", { name: "Manage payment" }).click();
}
