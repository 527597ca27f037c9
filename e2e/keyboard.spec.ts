import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { expectFocusSeen, press, tabThrough, tabTo } from "./focus.ts";
import { openPalette } from "./palette.ts";
import { nobody, unique } from "./people.ts";
import { TaskList } from "./task-list.ts";

/** Opens the palette, types, waits for the line and takes it. */
async function command(page: Page, text: string, name: string | RegExp): Promise<void> {
  await openPalette(page);
  await expectFocusSeen(page);
  await page.keyboard.type(text);
  const option = page.getByRole("option", { name });
  await expect(option).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Search and commands" })).toBeHidden();
}

test("the main flow by keyboard alone, with the focus always in sight", async ({
  openAs,
  stranger,
  apiAs,
}) => {
  const name = unique("Keys");
  const { slug } = await apiAs(stranger, null).organizations.create.mutate({ name });
  const page = await openAs({ state: nobody });
  const tasks = new TaskList(page);

  await test.step("sign in", async () => {
    await page.goto(`/${slug}`);
    await expect(page.getByLabel("E-mail address")).toBeFocused();
    await page.keyboard.type(stranger.email);
    await press(page, "Tab");
    await page.keyboard.type(stranger.password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await press(page, "Tab");
    await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
    await press(page, "Enter");
    await press(page, "Tab");
    await expect(page.getByRole("link", { name: /^Active projects/ })).toBeFocused();
  });

  await test.step("a project, from the palette", async () => {
    await command(page, "new project", "New project");
    const dialog = page.getByRole("dialog", { name: "New project" });
    await expect(dialog.getByLabel("Name")).toBeFocused();
    await page.keyboard.type("Lighthouse");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Lighthouse", level: 1 })).toBeVisible();
    await expectFocusSeen(page);
  });

  await test.step("a task, with its status chosen in the sheet", async () => {
    const newTask = page.getByRole("button", { name: "New task" }).first();
    await tabTo(page, newTask);
    await page.keyboard.press("Enter");
    await expect(tasks.sheet.getByLabel("Title")).toBeFocused();
    await page.keyboard.type("Order the lens");
    await tabTo(page, tasks.sheet.getByRole("combobox", { name: "Status" }));
    await press(page, "Enter");
    await press(page, "ArrowDown");
    await press(page, "Enter");
    await expect(tasks.sheet.getByRole("combobox", { name: "Status" })).toHaveText("In progress");
    await tabTo(page, tasks.sheet.getByRole("button", { name: "Create task" }));
    await page.keyboard.press("Enter");
    await expect(tasks.sheet).toBeHidden();
    await expect(tasks.link("Order the lens")).toBeVisible();
    await expectFocusSeen(page);
  });

  await test.step("its status and its date, changed in the list", async () => {
    const status = tasks.row("Order the lens").getByRole("button", { name: /^Status of/ });
    await tabTo(page, status);
    await press(page, "Enter");
    await press(page, "ArrowDown");
    await press(page, "ArrowDown");
    await press(page, "Enter");
    await expect(status).toHaveAccessibleName("Status of Order the lens: In review");
    await expect(status).toBeFocused();
    const due = tasks.row("Order the lens").getByRole("button", { name: /^Due date of/ });
    await tabTo(page, due);
    await press(page, "Enter");
    await press(page, "Tab");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: "Due date" })).toBeHidden();
    await expect(due).toBeFocused();
  });

  await test.step("deleted, and brought back from the note", async () => {
    await tabTo(page, page.getByRole("button", { name: "Actions for Order the lens" }));
    await press(page, "Enter");
    await press(page, "End");
    await page.keyboard.press("Enter");
    await expect(page.getByText("No tasks in this project yet")).toBeVisible();
    await expectFocusSeen(page);
    await press(page, "Alt+t");
    await tabTo(page, page.getByRole("button", { name: "Undo" }));
    await page.keyboard.press("Enter");
    await expect(tasks.link("Order the lens")).toBeVisible();
    await expectFocusSeen(page);
  });

  await test.step("found again, and the organization renamed", async () => {
    await command(page, "order", /^Order the lens/);
    await expect(tasks.sheet.getByLabel("Title")).toHaveValue("Order the lens");
    await press(page, "Escape");
    await expect(tasks.sheet).toBeHidden();
    await command(page, "settings", "Settings");
    await tabTo(page, page.getByLabel("Organization name"));
    await page.keyboard.press("End");
    await page.keyboard.type(" Ltd");
    await press(page, "Enter");
    await expect(page.getByRole("button", { name: "switch organization" })).toContainText(`${name} Ltd`);
  });

  await test.step("out, by the user menu", async () => {
    await tabTo(page, page.getByRole("button", { name: "user menu" }), "Shift+Tab");
    await press(page, "Enter");
    await press(page, "End");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Sign in to Astra" })).toBeVisible();
  });
});

test("arrow keys lead through the rows of a list, and Enter opens one", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  for (const title of ["Ash", "Birch", "Cedar"]) await api.tasks.create.mutate({ projectId, title });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/projects/${projectId}?sort=title&dir=asc`);
  await tabTo(page, tasks.link("Ash"));
  await press(page, "ArrowDown");
  await expect(tasks.link("Birch")).toBeFocused();
  await press(page, "End");
  await expect(tasks.link("Cedar")).toBeFocused();
  await press(page, "Home");
  await press(page, "ArrowDown");
  await page.keyboard.press("Enter");
  await expect(tasks.sheet.getByLabel("Title")).toHaveValue("Birch");
  await expectFocusSeen(page);
  await page.keyboard.press("Escape");
  await expect(tasks.sheet).toBeHidden();
  await expect(tasks.link("Birch")).toBeFocused();
});

test("what is deleted from the middle of a list leaves the focus on its neighbour", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  for (const title of ["Ash", "Birch", "Cedar"]) await api.tasks.create.mutate({ projectId, title });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/projects/${projectId}?sort=title&dir=asc`);
  await page.getByRole("button", { name: "Actions for Birch" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await tasks.expectTitles(["Ash", "Cedar"]);
  await expect(tasks.link("Cedar")).toBeFocused();
});

test("Enter takes what was found for the words that stand there, not for those before", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  await api.tasks.create.mutate({ projectId, title: "Order the lens" });
  await page.goto(`/${organization.slug}`);
  await openPalette(page);
  await page.keyboard.type("order");
  const found = page.getByRole("option", { name: /^Order the lens/ });
  await expect(found).toHaveAttribute("aria-selected", "true");
  // An answer that never comes: a slow server must not change what Enter does.
  await page.route(/search\.find/, () => {});
  await page.keyboard.press("ControlOrMeta+a");
  const asked = page.waitForRequest(/search\.find/);
  await page.keyboard.type("settings");
  await asked;
  await expect(found).toHaveCount(0);
  await expect(page.getByRole("option", { name: "Settings" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/${organization.slug}/settings`);
});

const places = ["", "/projects", "/tasks", "/members", "/notifications", "/settings", "/help"];
const log = ["/audit-log", "/audit-log/streams", "/audit-log/settings"];
const access = ["/members/invites", "/roles", "/roles/new", "/api-keys"];
const hooks = ["/webhooks", "/webhooks/new", "/webhooks/deliveries", "/webhooks/undelivered", "/events"];
for (const place of [...places, ...access, ...log, ...hooks]) {
  test(`every stop of the Tab key can be seen, on ${place || "/"}`, async ({ demo, openAs }) => {
    const page = await openAs(await demo("Acme Robotics, owner"));
    await page.goto(`/acme-robotics${place}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await tabThrough(page);
  });
}
