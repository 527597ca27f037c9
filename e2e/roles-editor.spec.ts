import type { Page } from "@playwright/test";
import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";

test.use({ plan: "pro" });

const box = (page: Page, name: string) => page.getByRole("checkbox", { name, exact: true });
const writesProjects = "Create, edit and archive projects";

/** Makes a role on the page of the editor; its members work on projects. */
async function makeRole(page: Page, slug: string, name: string): Promise<void> {
  await page.goto(`/${slug}/roles`);
  await page.getByRole("link", { name: "New role" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await box(page, writesProjects).click();
  await page.getByRole("button", { name: "Create role" }).click();
  await expect(page.getByRole("list", { name: "Your own roles" })).toContainText(name);
}

test("what a permission needs is ticked along, and stays while it is needed", async ({
  page,
  organization,
}) => {
  await page.goto(`/${organization.slug}/roles/new`);
  await expect(page.getByText(/^1 of \d+ chosen$/)).toBeVisible();
  await page.getByRole("searchbox", { name: "Search permissions" }).fill("assign");
  await expect(page.getByRole("checkbox")).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Search permissions" }).press("Enter");
  await box(page, "Create, edit and assign tasks").click();
  await page.getByRole("button", { name: "Clear search" }).click();
  await expect(page.getByText(/^4 of \d+ chosen$/)).toBeVisible();
  for (const needed of ["See tasks", "See projects"]) {
    await expect(box(page, needed)).toBeChecked();
    await expect(box(page, needed)).toBeDisabled();
  }
  await expect(page.getByText("Needed by “See tasks”")).toBeVisible();
  await box(page, "Create, edit and assign tasks").click();
  await expect(box(page, "See tasks")).toBeEnabled();
  const entering = box(page, "See the organization and its overview");
  await expect(entering).toBeChecked();
  await expect(entering).toBeDisabled();
  await expect(entering).toHaveAccessibleDescription(/Every role has this/);
  await page.getByRole("button", { name: "Create role" }).click();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveAttribute("aria-invalid", "true");
});

test("a role that is edited while its holder works counts with their next act", async ({
  page,
  organization,
  joined,
  openAs,
  complaints,
}) => {
  complaints.tolerate(/status of 403/);
  const { slug } = organization;
  await makeRole(page, slug, "Project lead");
  const holder = await joined("Hanna Holder", "project-lead");
  const theirs = await openAs(holder);
  await theirs.goto(`/${slug}/projects`);
  await theirs.getByRole("button", { name: "New project" }).first().click();
  await theirs.getByLabel("Name").fill("Too late");

  await page.reload();
  await page.getByRole("link", { name: "Project lead" }).click();
  await expect(page.getByText("1 member has this role.")).toBeVisible();
  await box(page, writesProjects).click();
  await expect(page.getByText("1 permission removed. Felt by 1 member")).toBeVisible();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Role saved")).toBeVisible();

  const form = theirs.getByRole("dialog", { name: "New project" });
  await form.getByRole("button", { name: "Create project" }).click();
  await expect(form.getByRole("alert").first()).toBeVisible();
  await theirs.keyboard.press("Escape");
  const create = theirs.getByRole("button", { name: "New project" }).first();
  await expect(create).toHaveAccessibleDescription("Your role (Project lead) does not permit this");

  await box(page, writesProjects).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("1 permission added")).toHaveCount(0);
  await theirs.reload();
  await create.click();
  await theirs.getByLabel("Name").fill("In time");
  await form.getByRole("button", { name: "Create project" }).click();
  await expect(theirs.getByRole("heading", { name: "In time", level: 1 })).toBeVisible();
});

test("of two who edit one role the second sees what the first saved, and puts their own on top", async ({
  page,
  context,
  organization,
  api,
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  const { id } = await api.roles.create.mutate({ name: "Guide", permissions: ["projects.read"] });
  const other = await context.newPage();
  for (const tab of [page, other]) await tab.goto(`/${organization.slug}/roles/${id}`);
  await page.getByLabel("Description").fill("Shows the way");
  await box(page, writesProjects).click();
  await api.roles.update.mutate({ id, name: "Tour guide", permissions: ["projects.read", "members.read"] });

  await page.getByRole("button", { name: "Save changes" }).click();
  const notice = page.getByRole("alert").filter({ hasText: "Somebody else has saved this role" });
  await expect(notice).toContainText("They named it “Tour guide”.");
  await expect(notice).toBeInViewport();
  await expect(notice).toContainText("See who belongs to the organization");
  await expect(page.getByLabel("Description")).toHaveValue("Shows the way");
  await notice.getByRole("button", { name: "Keep my changes on top" }).click();
  await expect(notice).toHaveCount(0);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Tour guide");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Role saved")).toBeVisible();
  const saved = await api.roles.get.query({ id });
  expect(saved).toMatchObject({ name: "Tour guide", description: "Shows the way" });
  expect(saved.permissions.toSorted()).toEqual([
    "members.read",
    "organization.read",
    "projects.read",
    "projects.write",
  ]);

  await other.getByLabel("Description").fill("Mine");
  await other.getByRole("button", { name: "Save changes" }).click();
  const second = other.getByRole("alert").filter({ hasText: "Somebody else has saved this role" });
  await second.getByRole("button", { name: "Discard mine" }).click();
  await expect(other.getByLabel("Description")).toHaveValue("Shows the way");
  await expect(other.getByRole("button", { name: "Save changes" })).toHaveAccessibleDescription(
    "Nothing has been changed yet",
  );
});

test("a role in use is not deleted, and says who has it; freed, it goes", async ({
  page,
  organization,
  joined,
  api,
}) => {
  const { slug } = organization;
  await makeRole(page, slug, "Guest");
  await joined("Gina Guest", "guest");
  await page.reload();
  await page.getByRole("button", { name: "Actions for Guest" }).click();
  await page.getByRole("menuitem", { name: /^Delete/ }).click();
  const dialog = page.getByRole("dialog", { name: "“Guest” is in use" });
  await expect(dialog).toContainText("Gina Guest");
  const role = (await api.roles.list.query()).find(({ key }) => key === "guest");
  expect(await refusalOf(api.roles.delete.mutate({ id: role?.id ?? "" }))).toBe("409 role_in_use");
  await dialog.getByRole("link", { name: "Show these members" }).click();
  await expect(page).toHaveURL(/members\?role=guest$/);

  await page.getByRole("button", { name: "Actions for Gina Guest" }).click();
  await page.getByRole("menuitem", { name: /^Change role/ }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Viewer" }).click();
  await page.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.goto(`/${slug}/roles`);
  await page.getByRole("button", { name: "Actions for Guest" }).click();
  await page.getByRole("menuitem", { name: /^Delete/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete role" }).click();
  await expect(page.getByRole("list", { name: "Your own roles" })).toHaveCount(0);
});

test("built-in roles are for reading; a clone is one's own, and nobody gives what they lack", async ({
  page,
  organization,
  joined,
  openAs,
}) => {
  const { slug } = organization;
  await page.goto(`/${slug}/roles`);
  await page.getByRole("link", { name: "Owner" }).click();
  await expect(page.getByText("Built-in roles are the same in every organization")).toBeVisible();
  await expect(page.getByRole("checkbox").first()).toBeDisabled();
  await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);

  const admin = await openAs(await joined("Ali Admin", "admin"));
  await admin.goto(`/${slug}/roles`);
  await admin.getByRole("button", { name: "Actions for Owner" }).click();
  await expect(admin.getByRole("menuitem", { name: /^Clone/ })).toContainText("what you do not have");
  await admin.keyboard.press("Escape");
  await admin.getByRole("button", { name: "Actions for Editor" }).click();
  await admin.getByRole("menuitem", { name: /^Clone/ }).click();
  await admin.getByLabel("Name of the new role").fill("Writer");
  await admin.getByRole("button", { name: "Clone role" }).click();
  await expect(admin.getByRole("heading", { name: "Writer", level: 1 })).toBeVisible();
  const beyond = box(admin, "Schedule the organization for deletion");
  await expect(beyond).toBeDisabled();
  await expect(beyond).toHaveAccessibleDescription(/You do not have this yourself/);
});

test.describe(() => {
  test.use({ plan: "free" });

  test("a plan without roles of one's own says which one has them, and leads there", async ({
    page,
    organization,
    api,
    joined,
    openAs,
  }) => {
    await page.goto(`/${organization.slug}/roles`);
    const lack = /It takes the Pro plan to make roles of your own/;
    await expect(page.getByRole("button", { name: "New role" })).toHaveAccessibleDescription(lack);
    await page.getByRole("button", { name: "Actions for Editor" }).click();
    await expect(page.getByRole("menuitem", { name: "Clone…" })).toBeDisabled();
    await page.keyboard.press("Escape");
    const making = api.roles.create.mutate({ name: "Guide", permissions: ["projects.read"] });
    expect(await refusalOf(making)).toBe("402 feature_missing");
    await page.goto(`/${organization.slug}/roles/new`);
    await expect(page.getByRole("button", { name: "Create role" })).toHaveCount(0);
    await page.getByRole("link", { name: "See plans" }).click();
    await expect(page).toHaveURL(`/${organization.slug}/billing/plans`);
    const theirs = await openAs(await joined("Vera Viewer", "viewer"));
    await theirs.goto(`/${organization.slug}/roles`);
    await expect(theirs.getByText(lack)).toBeVisible();
    await expect(theirs.getByText("An owner can choose a greater plan.")).toBeVisible();
    await expect(theirs.getByRole("link", { name: "See plans" })).toHaveCount(0);
  });
});
