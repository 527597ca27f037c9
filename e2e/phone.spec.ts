import { expect, test } from "./fixtures.ts";
import { settled } from "./settled.ts";
import { TaskList } from "./task-list.ts";

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

test("the drawer leads to every place and closes behind it", async ({ page, organization }) => {
  await page.goto(`/${organization.slug}`);
  const drawer = page.getByRole("dialog", { name: organization.name });
  for (const place of [
    "Projects",
    "Tasks",
    "Members",
    "Roles",
    "API keys",
    "Webhooks",
    "Events",
    "Audit log",
    "Billing",
    "Settings",
    "Help",
    "Overview",
  ]) {
    await page.getByRole("button", { name: "Open navigation" }).tap();
    await drawer.getByRole("link", { name: place, exact: true }).tap();
    await expect(drawer).toBeHidden();
    await expect(page.getByRole("heading", { name: place, level: 1 })).toBeVisible();
  }
});

test("tasks are worked on with a thumb", async ({ page, api, organization }) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  for (const title of ["Birch", "Ash"]) await api.tasks.create.mutate({ projectId, title });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/projects/${projectId}`);
  await tasks.expectTitles(["Ash", "Birch"]);
  await tasks.setStatus("Birch", "Done");
  await page.getByRole("button", { name: "Sort" }).tap();
  await page.getByRole("menuitemradio", { name: "Title" }).tap();
  await page.keyboard.press("Escape");
  await tasks.expectTitles(["Ash", "Birch"]);
  await tasks.create({ title: "Cedar" });
  await tasks.link("Cedar").tap();
  await expect(tasks.sheet.getByLabel("Title")).toHaveValue("Cedar");
  await settled(page);
  const { width } = (await tasks.sheet.boundingBox()) ?? { width: 0 };
  expect(width).toBe(390);
});

test.describe(() => {
  test.use({ plan: "business" });

  test("what can be tapped is large enough", async ({ page, api, organization }) => {
    const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
    await api.tasks.create.mutate({ projectId, title: "Mend the pier" });
    const access = ["/members/invites", "/roles", "/roles/new", "/api-keys"];
    const log = ["/audit-log", "/audit-log/streams", "/audit-log/settings"];
    const { id } = await api.webhooks.create.mutate({ url: "http://127.0.0.1:9/hook" });
    await api.webhooks.pause.mutate({ id });
    const hooks = ["", "/new", `/${id}`, `/${id}/edit`, "/deliveries", "/undelivered"];
    for (const place of [
      "",
      "/projects",
      `/projects/${projectId}`,
      "/members",
      "/notifications",
      "/settings",
      ...access,
      ...log,
      ...hooks.map((part) => `/webhooks${part}`),
      "/events",
      "/billing",
      "/billing/plans",
      "/billing/usage",
      "/billing/invoices",
    ]) {
      await page.goto(`/${organization.slug}${place}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await settled(page);
      const small = await page.evaluate(() => {
        const controls = [
          ...document.querySelectorAll<HTMLElement>(
            "button, input:not([aria-hidden=true]), [role=radio], header a, nav a",
          ),
        ];
        const shown = controls.filter((control) => control.checkVisibility() && !control.closest(".sr-only"));
        return shown
          .map((control) => ({ control, box: control.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 1 && (box.width < 24 || box.height < 24))
          .map(({ control, box }) => `${control.outerHTML.slice(0, 120)} ${box.width}×${box.height}`);
      });
      expect(small, place).toEqual([]);
    }
  });
});
