import type { Locator, Page } from "@playwright/test";
import { clean } from "./clean.ts";
import { asSuperuser } from "./database.ts";
import { expect, test } from "./fixtures.ts";
import { alive, openUntil } from "./settled.ts";

const keysOfFree = 3;

test("a limit that is reached is said where it was asked for, and leads to the plans", async ({
  page,
  api,
  organization: { slug },
  complaints,
}) => {
  complaints.tolerate(/status of 402/);
  for (let number = 1; number <= keysOfFree; number += 1)
    await api.apiKeys.create.mutate({
      name: `Key ${number}`,
      kind: "personal",
      scopes: ["projects.read"],
      expiresInDays: 30,
    });
  await page.goto(`/${slug}/api-keys`);
  const form = await newKey(page);
  await expect(form).toContainText(`The Free plan has room for ${keysOfFree} API keys, and that is used up.`);
  await form.getByRole("link", { name: "See plans" }).click();
  await expect(page).toHaveURL(`/${slug}/billing/plans`);
});

test("read-only refuses each change where it was asked for, and leads to billing", async ({
  page,
  api,
  organization: { slug },
  complaints,
}) => {
  complaints.tolerate(/status of 402/);
  const { id } = await api.projects.create.mutate({ name: "Lighthouse" });
  await subscribe(slug, "unpaid");
  // Whoever answers remembers an organization for some seconds, unless it learns of a difference.
  await expect.poll(async () => (await api.billing.overview.query()).access.level).toBe("read_only");
  const banner = page.getByText("A payment is missing: this organization is read-only until it is made.");
  await openUntil(page, `/${slug}`, banner);
  for (const [place, ask] of Object.entries(asked)) {
    await test.step(place, async () => {
      await page.goto(`/${slug}${place.replace(":project", id)}`);
      const where = await ask(page);
      await expect(where).toContainText("This organization is read-only until its payment is made.");
      await expect(where.getByRole("link", { name: "Go to billing" })).toHaveAttribute(
        "href",
        `/${slug}/billing`,
      );
    });
  }
  await page.goto(`/${slug}/billing`);
  await expect(banner).toBeHidden();
});

test("a trial that ends is told of, and the notice is hidden for a visit", async ({
  page,
  owner,
  openAs,
  organization: { slug },
}) => {
  await subscribe(slug, "trialing");
  const words = /^The trial ends on .* Add a card to keep the plan\.$/;
  await openUntil(page, `/${slug}`, page.getByText(words));
  await alive(page);
  await clean(page);
  await page.getByRole("button", { name: "Hide until the next visit" }).press("Enter");
  await expect(page.getByText(words)).toBeHidden();
  await page.getByRole("link", { name: "Projects", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
  await expect(page.getByText(words)).toBeHidden();
  await page.reload();
  await alive(page);
  await expect(page.getByText(words)).toBeHidden();
  const later = await openAs(owner, { colorScheme: "dark" });
  await later.goto(`/${slug}`);
  await expect(later.getByText(words)).toBeVisible();
  await clean(later);
});

/** What Stripe would have told of a subscription that has come to this. */
async function subscribe(slug: string, status: "unpaid" | "trialing"): Promise<void> {
  const inserted = await asSuperuser(
    `INSERT INTO subscriptions
       (organization_id, subscription_id, status, last_level, plan, trial_end, ticket, synced_at)
     SELECT id, 'sub_' || slug, $2, 'full', 'free', now() + interval '2 days', 1, now()
     FROM organizations WHERE slug = $1 RETURNING organization_id`,
    [slug, status],
  );
  expect(inserted).toHaveLength(1);
}

/** Asks for something new, and answers where the answer stands. */
const asked: Record<string, (page: Page) => Promise<Locator>> = {
  "/projects/:project": async (page) => {
    await alive(page);
    await page.getByRole("button", { name: "New task" }).first().click();
    const sheet = page.getByRole("dialog", { name: /task$/i });
    await sheet.getByLabel("Title").fill("Order the lens");
    await sheet.getByRole("button", { name: "Create task" }).click();
    return sheet;
  },
  "/api-keys": newKey,
  "/members": async (page) => {
    await alive(page);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const form = page.getByRole("form", { name: "Invite people" });
    await form.getByLabel("E-mail addresses").fill("ida@example.com");
    await form.getByRole("combobox", { name: "Role" }).click();
    await page.getByRole("option", { name: "Editor" }).click();
    await form.getByRole("button", { name: "Send invite" }).click();
    return form;
  },
  "/webhooks/new": async (page) => {
    await alive(page);
    const form = page.getByRole("form", { name: "Endpoint" });
    await form.getByLabel("Address").fill("https://example.com/hook");
    await form.getByRole("button", { name: "Create endpoint" }).click();
    return form;
  },
};

async function newKey(page: Page): Promise<Locator> {
  await alive(page);
  await page.getByRole("button", { name: "New key" }).click();
  const form = page.getByRole("form", { name: "New API key" });
  await form.getByLabel("Name", { exact: true }).fill("Deploy");
  await form.getByRole("checkbox", { name: "See projects" }).click();
  await form.getByRole("button", { name: "Create key" }).click();
  return form;
}
