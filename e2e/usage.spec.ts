import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { refusalOf } from "./api.ts";
import { settled } from "./settled.ts";

async function expectNoViolations(page: Page): Promise<void> {
  await settled(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test("calls with a key stand on the usage page within seconds, by the day and by the hour", async ({
  page,
  api,
  organization,
  openAs,
}) => {
  const { slug } = organization;
  await page.goto(`/${slug}/billing/usage`);
  const calls = page.getByRole("region", { name: "API calls" });
  await expect(calls).toContainText("0of 10,000 calls included");
  await expect(calls).toContainText("Nothing was counted yet.");
  await expect(page.getByRole("button", { name: "Earlier month" })).toHaveAttribute("aria-disabled", "true");
  await expectNoViolations(page);

  const { key } = await api.apiKeys.create.mutate({
    name: "Reader",
    kind: "machine",
    scopes: ["projects.read"],
    expiresInDays: 7,
  });
  const { request } = await openAs(null);
  const headers = { authorization: `Bearer ${key}` };
  for (let call = 0; call < 5; call++) {
    expect((await request.get(`/api/v1/${slug}/projects`, { headers })).status()).toBe(200);
  }
  // Without the permission it is refused, and not counted.
  expect((await request.get(`/api/v1/${slug}/billing/usage`, { headers })).status()).toBe(403);

  await expect(calls).toContainText("5of 10,000 calls included", { timeout: 30_000 });
  await expect(calls).toContainText("5 of an hour that is not added up yet");
  const today = new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  }).format(new Date());
  await expect(calls.getByRole("row", { name: `${today} 5` })).toBeAttached();

  await page.getByRole("radio", { name: "Hours" }).click();
  await expect(page.getByRole("group", { name: "Shown day" })).toContainText(today);
  const hours = calls.getByRole("table", { name: "API calls by the hour" });
  await expect(hours.getByRole("row")).toHaveCount(25);
  await expect(hours.getByRole("row", { name: /UTC 5$/ })).toBeAttached();
  await expectNoViolations(page);
  await page.reload();
  await expect(hours.getByRole("row", { name: /UTC 5$/ })).toBeAttached();
});

test("past months are looked at one by one, with the keyboard as well", async ({ demo, openAs }) => {
  const page = await openAs(await demo("Acme Robotics, owner"));
  await page.goto("/acme-robotics/billing/usage");
  const month = page.getByRole("group", { name: "Shown month" }).getByText(/^[A-Z][a-z]+ 20\d\d$/);
  const present = await month.innerText();
  await expect(page.getByRole("button", { name: "Later month" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Earlier month" }).focus();
  await page.keyboard.press("Enter");
  await expect(month).not.toHaveText(present);
  await expect(page).toHaveURL(/month=20\d\d-\d\d/);
  await expect(page.getByRole("region", { name: "Webhook deliveries" })).toContainText("% used");
  await page.goBack();
  await expect(month).toHaveText(present);
});

test("who may not see billing sees no usage, and is answered none", async ({
  joined,
  organization,
  apiAs,
  openAs,
}) => {
  const { slug } = organization;
  const editor = await joined("Edda Editor", "editor");
  const theirs = apiAs(editor, slug);
  expect(await refusalOf(theirs.usage.month.query({}))).toBe("403 missing_permission");
  const page = await openAs(editor);
  await page.goto(`/${slug}/billing/usage`);
  await expect(page.getByRole("heading", { name: "You cannot see this" })).toBeVisible();
  await expect(page.getByRole("region", { name: "API calls" })).toHaveCount(0);
});
