import type { Page } from "@playwright/test";
import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";

async function act(page: Page, name: string, item: RegExp): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

async function confirm(page: Page, button: string): Promise<void> {
  await page.getByRole("alertdialog").getByRole("button", { name: button }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
}

const rowOf = (page: Page, name: string) =>
  page.getByRole("table", { name: "Members" }).getByRole("row").filter({ hasText: name });

test("a role that was changed counts at the next act in a tab that is open", async ({
  page,
  organization,
  joined,
  openAs,
  complaints,
}) => {
  complaints.tolerate(/status of 403/);
  const editor = await joined("Edith Editor", "editor");
  const theirs = await openAs(editor);
  await theirs.goto(`/${organization.slug}/projects`);
  await theirs.getByRole("button", { name: "New project" }).first().click();
  await theirs.getByLabel("Name").fill("Too late");

  await page.goto(`/${organization.slug}/members`);
  await act(page, "Edith Editor", /^Change role/);
  const dialog = page.getByRole("dialog", { name: "Role of Edith Editor" });
  await dialog.getByRole("radio", { name: "Viewer" }).click();
  await expect(dialog.getByText("Loses 3 permissions")).toBeVisible();
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(dialog).toBeHidden();
  await expect(rowOf(page, "Edith Editor")).toContainText("Viewer");

  const form = theirs.getByRole("dialog", { name: "New project" });
  await form.getByRole("button", { name: "Create project" }).click();
  await expect(form.getByRole("alert").first()).toBeVisible();
  await theirs.keyboard.press("Escape");
  await expect(theirs.getByRole("button", { name: "New project" }).first()).toHaveAccessibleDescription(
    "Your role (Viewer) does not permit this",
  );
});

test("who was removed loses access in the tab that is open", async ({
  page,
  organization,
  joined,
  openAs,
  apiAs,
  complaints,
}) => {
  complaints.tolerate(/status of 40[34]/);
  const viewer = await joined("Vera Viewer", "viewer");
  const theirs = await openAs(viewer);
  await theirs.goto(`/${organization.slug}/members`);
  await expect(rowOf(theirs, "Vera Viewer")).toContainText("You");

  await page.goto(`/${organization.slug}/members`);
  await act(page, "Vera Viewer", /^Remove/);
  await expect(page.getByRole("alertdialog")).toContainText("no access");
  await confirm(page, "Remove member");
  await expect(rowOf(page, "Vera Viewer")).toHaveCount(0);

  await theirs.getByRole("searchbox", { name: "Search members" }).fill("Olivia");
  await expect(theirs.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await expect(theirs.getByText(organization.name)).toHaveCount(0);
  expect(await refusalOf(apiAs(viewer, organization.slug).members.list.query())).toBe("403 no_access");
});

test("the last owner cannot leave, and can once there is another one", async ({
  page,
  organization,
  joined,
  apiAs,
  complaints,
}) => {
  complaints.tolerate(/status of 40[34]/);
  const admin = await joined("Abel Admin", "admin");
  await page.goto(`/${organization.slug}/members`);
  await page.getByRole("button", { name: "Actions for Olivia Owner" }).click();
  const leave = page.getByRole("menuitem", { name: /^Leave organization/ });
  await expect(leave).toHaveAttribute("aria-disabled", "true");
  await expect(leave).toContainText("needs an active owner");
  await expect(page.getByRole("menuitem", { name: /^Remove/ })).toContainText("Leave instead");
  await page.keyboard.press("Escape");

  await act(page, "Abel Admin", /^Transfer ownership/);
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("you become an admin");
  await question.getByRole("textbox").fill(organization.slug);
  await confirm(page, "Transfer ownership");
  await expect(rowOf(page, "Abel Admin")).toContainText("Owner");
  await expect(rowOf(page, "Olivia Owner")).toContainText("Admin");

  await act(page, "Olivia Owner", /^Leave organization/);
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave organization" }).click();
  await expect(page).not.toHaveURL(new RegExp(organization.slug));
  const { items } = await apiAs(admin, organization.slug).members.list.query();
  expect(items.map(({ name }) => name)).toEqual(["Abel Admin"]);
});

test("what another tab did first is said, and the list shows it", async ({
  page,
  context,
  organization,
  joined,
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  await joined("Simon Suspended", "editor");
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`/${organization.slug}/members`);
    await act(tab, "Simon Suspended", /^Suspend/);
  }
  await confirm(page, "Suspend member");
  await expect(rowOf(page, "Simon Suspended").getByText("Suspended", { exact: true })).toBeVisible();
  const question = other.getByRole("alertdialog");
  await question.getByRole("button", { name: "Suspend member" }).click();
  await expect(question.getByText("This member is suspended already.")).toBeVisible();
  await question.getByRole("button", { name: "Cancel" }).click();
  await act(other, "Simon Suspended", /^Reactivate/);
  await confirm(other, "Reactivate member");
  await expect(rowOf(other, "Simon Suspended").getByText("Suspended", { exact: true })).toHaveCount(0);
});

test("search and filters stand in the address, and a row opens what its member can do", async ({
  page,
  demo,
  openAs,
}) => {
  const viewer = await openAs(await demo("Acme Robotics, viewer"));
  await viewer.goto("/acme-robotics/members?role=editor&dir=desc");
  const table = viewer.getByRole("table", { name: "Members" });
  await expect(table.getByRole("row").nth(1)).toContainText("Wei Chen");
  await viewer.getByRole("searchbox", { name: "Search members" }).fill("divya");
  await expect(viewer).toHaveURL(/q=divya/);
  await expect(table.getByRole("row")).toHaveCount(2);
  await viewer.reload();
  await expect(table.getByRole("row")).toHaveCount(2);
  await viewer.getByRole("button", { name: /^Actions for Divya/ }).click();
  await expect(viewer.getByRole("menuitem", { name: /^Suspend/ })).toContainText("does not permit");
  await viewer.keyboard.press("Escape");
  await table.getByRole("link", { name: /^Divya/ }).click();
  const sheet = viewer.getByRole("dialog", { name: /^What Divya .* can do/ });
  await expect(sheet.getByText("Create, edit and assign tasks")).toBeVisible();
  await expect(sheet.getByText("tasks.write from the role Editor")).toBeVisible();
  await expect(sheet.getByText("Change plan and payment")).toHaveCount(0);
  await sheet.getByRole("switch").click();
  await expect(sheet.getByText("May not: Change plan and payment")).toBeVisible();
  await viewer.goBack();
  await expect(sheet).toBeHidden();
  await viewer.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(viewer).toHaveURL(/members\?dir=desc$/);
  await page.close();
});
