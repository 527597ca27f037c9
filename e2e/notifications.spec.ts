import type { Page } from "@playwright/test";
import { asSuperuser } from "./database.ts";
import { expect, test } from "./fixtures.ts";
import { expectFocusSeen, press, tabTo } from "./focus.ts";
import { awaitMail, linkIn } from "./mails.ts";
import { signUp } from "./people.ts";

const bell = (page: Page) => page.getByRole("button", { name: /^Notifications/ }).filter({ visible: true });
const panel = (page: Page) => page.getByRole("dialog", { name: "Notifications" });

test("a finished export rings, leads to its file, and is read", async ({ page, organization, api }) => {
  const { id } = await api.audit.export.mutate({ format: "csv" });
  await expect
    .poll(async () => (await api.notifications.unreadCount.query()).unread, {
      message: "the export is ready",
    })
    .toBe(1);
  await page.goto(`/${organization.slug}`);
  await expect(bell(page)).toHaveAccessibleName("Notifications, 1 unread");
  await bell(page).click();
  await panel(page)
    .getByRole("link", { name: /^Your export of the audit log is ready/ })
    .click();
  await expect(page).toHaveURL(`/${organization.slug}/audit-log?export=${id}`);
  await expect(page.getByRole("dialog", { name: "Export the audit log" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(bell(page)).toHaveAccessibleName("Notifications");
  await page.goto(`/${organization.slug}/notifications?unread=true`);
  await expect(page.getByRole("heading", { name: "You have read everything" })).toBeVisible();
});

test("what needs an administrator is mailed, unless that was turned off", async ({
  browser,
  baseURL,
  openAs,
  apiAs,
}) => {
  const person = await signUp(browser, baseURL ?? "", { name: "Nora Notice" });
  const [organization] = (await apiAs(person, null).session.me.query()).organizations;
  if (!organization) throw new Error("nobody signs up without an organization");
  const { slug, name } = organization;
  const api = apiAs(person, slug);
  await api.organization.scheduleDeletion.mutate({ confirm: slug });
  const mail = await awaitMail(person.email, `This organization will be deleted · ${name}`);
  for (const part of [mail.text, mail.html])
    expect(part).toContain("with all its projects, tasks and members");

  const page = await openAs(person);
  await page.goto(linkIn(mail, `/${slug}/notifications`));
  const choice = page.getByRole("switch", { name: "A scheduled deletion is taken back" });
  await expect(choice).toBeChecked();
  await choice.click();
  await expect(choice).not.toBeChecked();
  const kept = async () =>
    (await api.notifications.preferences.query()).find(
      ({ kind }) => kind === "organization_deletion_canceled",
    );
  await expect.poll(async () => (await kept())?.mail).toBe(false);
  await page.reload();
  await expect(choice).not.toBeChecked();

  await api.organization.cancelDeletion.mutate();
  await page.reload();
  await expect(page.getByRole("link", { name: /^This organization stays/ })).toBeVisible();
  const asked = await asSuperuser<{ sent: number }>(
    `SELECT count(*)::int AS sent FROM astra.outbox WHERE tenant_id = $1 AND name = 'mail.send-tenant'`,
    [organization.id],
  );
  expect(asked).toEqual([{ sent: 1 }]);
});

test("notifications are one's own, and all are read at once", async ({
  page,
  organization,
  api,
  apiAs,
  stranger,
}) => {
  const other = `${organization.slug}-again`;
  await api.organization.changeSlug.mutate({ slug: other });
  const moved = apiAs({ state: await page.context().storageState() }, other);
  await moved.organization.scheduleDeletion.mutate({ confirm: other });
  await moved.organization.cancelDeletion.mutate();
  await page.goto(`/${other}/notifications`);
  const list = page.getByRole("region", { name: "List" }).getByRole("listitem");
  await expect(list).toHaveCount(2);
  await expect(list.first()).toContainText("This organization stays");
  await list
    .first()
    .getByRole("button", { name: /^Mark as read/ })
    .click();
  await expect(bell(page)).toHaveAccessibleName("Notifications, 1 unread");
  await page.getByRole("button", { name: "Unread only" }).click();
  await expect(page).toHaveURL(/unread=true/);
  await expect(list).toHaveCount(1);
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(page.getByRole("heading", { name: "You have read everything" })).toBeVisible();
  await expect(bell(page)).toHaveAccessibleName("Notifications");

  const [own] = (await apiAs(stranger, null).session.me.query()).organizations;
  const theirs = await apiAs(stranger, own?.slug ?? "").notifications.list.query({});
  expect(theirs.items.map(({ path }) => path).filter((path) => path.includes(other))).toEqual([]);
});

test("the bell rings while the page stands open", async ({ page, organization, api }) => {
  await page.clock.install();
  await page.goto(`/${organization.slug}`);
  await expect(bell(page)).toHaveAccessibleName("Notifications");
  await api.organization.scheduleDeletion.mutate({ confirm: organization.slug });
  await page.clock.runFor(31_000);
  await expect(bell(page)).toHaveAccessibleName("Notifications, 1 unread");
});

test("by keyboard: the bell opens, its lines are reached, and Escape leads back to it", async ({
  page,
  organization,
  api,
}) => {
  await api.organization.scheduleDeletion.mutate({ confirm: organization.slug });
  await page.goto(`/${organization.slug}`);
  await expect(bell(page)).toHaveAccessibleName("Notifications, 1 unread");
  await tabTo(page, bell(page));
  await press(page, "Enter");
  const line = panel(page).getByRole("link", { name: /^This organization will be deleted/ });
  await expect(line).toBeVisible();
  await tabTo(page, line);
  await expectFocusSeen(page);
  await page.keyboard.press("Escape");
  await expect(panel(page)).toBeHidden();
  await expect(bell(page)).toBeFocused();
  await press(page, "Enter");
  await tabTo(page, line);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/${organization.slug}/settings`);
  await expect(panel(page)).toBeHidden();
  await expect(bell(page)).toHaveAccessibleName("Notifications");
});
