import type { Page } from "@playwright/test";
import { refusalOf, type Api } from "./api.ts";
import { expect, test } from "./fixtures.ts";
import { guardedProcedures, refusalByPath } from "./matrix.ts";
import { openPalette } from "./palette.ts";

const acme = "acme-robotics";
const refusedTo = (role: string) => `Your role (${role}) does not permit this`;

async function firstRows(api: Api) {
  const [project] = (await api.projects.list.query({ status: "active", limit: 1 })).items;
  const [task] = (await api.tasks.list.query({ limit: 1 })).items;
  if (!project || !task) throw new Error("The demo has no project or no task.");
  return { project, task };
}

async function expectDisabled(page: Page, button: string, reason: string): Promise<void> {
  const control = page.getByRole("button", { name: button }).first();
  await expect(control).toHaveAttribute("aria-disabled", "true");
  await expect(control).toHaveAccessibleDescription(reason);
}

test("a viewer reads everything, and what changes anything is off with its reason", async ({
  demo,
  openAs,
  apiAs,
}) => {
  const viewer = await demo("Acme Robotics, viewer");
  const api = apiAs(viewer, acme);
  const { project, task } = await firstRows(api);
  const page = await openAs(viewer);
  const reason = refusedTo("Viewer");

  await page.goto(`/${acme}/projects`);
  await expectDisabled(page, "New project", reason);
  await page
    .getByRole("button", { name: /^Actions for/ })
    .first()
    .click();
  for (const item of [/^Edit/, /^Archive/, /^Delete…/]) {
    await expect(page.getByRole("menuitem", { name: item })).toHaveAttribute("aria-disabled", "true");
  }
  await expect(page.getByRole("menuitem", { name: /^Edit/ })).toContainText(reason);
  await page.keyboard.press("Escape");

  await page.goto(`/${acme}/projects/${project.id}`);
  await expectDisabled(page, "New task", reason);
  await page.goto(`/${acme}/tasks?task=${task.id}`);
  const sheet = page.getByRole("dialog", { name: "Task" });
  await expect(sheet.getByLabel("Title")).not.toBeEditable();
  await expect(sheet.getByRole("button", { name: "Save changes" })).toHaveAccessibleDescription(reason);
  await expect(sheet.getByRole("button", { name: "Delete" })).toHaveAccessibleDescription(reason);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /^(Status|Due date|Assignee) of/ })).toHaveCount(0);

  await page.goto(`/${acme}/settings`);
  await expect(page.getByLabel("Organization name")).not.toBeEditable();
  for (const button of ["Save name", "Change address", "Delete organization…"]) {
    await expectDisabled(page, button, reason);
  }
  await openPalette(page);
  await expect(page.getByRole("option", { name: "Settings" })).toBeVisible();
  await expect(page.getByRole("option", { name: /^New / })).toHaveCount(0);
});

for (const role of ["admin", "editor", "viewer", "billing"]) {
  test(`what the role does not permit the API refuses all the same: ${role}`, async ({ demo, openAs }) => {
    const { request } = await openAs(await demo(`Acme Robotics, ${role}`));
    const refused = guardedProcedures().filter(({ roles }) => !roles.includes(role));
    expect(refused.length).toBeGreaterThan(0);
    for (const { path } of refused) {
      expect(await refusalByPath(request, acme, path), path).toBe("403 missing_permission");
    }
  });
}

test("billing sees the organization and its members, and neither projects nor tasks", async ({
  demo,
  openAs,
  apiAs,
  complaints,
}) => {
  const billing = await demo("Acme Robotics, billing");
  const viewer = apiAs(await demo("Acme Robotics, viewer"), acme);
  const { project, task } = await firstRows(viewer);
  const api = apiAs(billing, acme);
  const page = await openAs(billing);
  await page.goto(`/${acme}`);
  const places = page.getByRole("navigation", { name: "Acme Robotics" }).getByRole("link");
  await expect(places).toHaveText(["Overview", "Members", "Billing", "Settings", "Help"]);
  await expect(page.getByRole("link", { name: /^Members \d/ })).toBeVisible();
  await expect(page.getByText("Open tasks")).toBeHidden();
  await places.filter({ hasText: "Members" }).click();
  await expect(page.getByRole("table", { name: "Members" }).getByRole("row").nth(1)).toBeVisible();

  complaints.tolerate(/status of 40[34]/);
  for (const place of ["/projects", "/tasks"]) {
    await page.goto(`/${acme}${place}`);
    await expect(page.getByRole("heading", { name: "You cannot see this" })).toBeVisible();
  }
  await page.goto(`/${acme}/tasks?task=${task.id}`);
  await expect(page.getByRole("dialog", { name: "Task" }).getByText("You cannot see this")).toBeVisible();
  expect((await page.goto(`/${acme}/projects/${project.id}`))?.status()).toBe(404);
  await expect(page.getByText(project.name)).toHaveCount(0);
  expect(await refusalOf(api.projects.list.query({}))).toBe("403 missing_permission");
  expect(await refusalOf(api.tasks.get.query({ id: task.id }))).toBe("403 missing_permission");
  await expect(api.search.find.query({ query: project.name })).resolves.toEqual({ projects: [], tasks: [] });
});

test("an editor works on projects and tasks, and leaves the organization alone", async ({
  demo,
  openAs,
  apiAs,
}) => {
  const editor = await demo("Acme Robotics, editor");
  const api = apiAs(editor, acme);
  const page = await openAs(editor);
  const { project } = await firstRows(api);
  expect(await refusalOf(api.projects.delete.mutate({ id: project.id }))).toBe("403 missing_permission");
  expect(await refusalOf(api.organization.update.mutate({ name: "Ours" }))).toBe("403 missing_permission");
  await page.goto(`/${acme}/projects/${project.id}`);
  await expect(page.getByRole("button", { name: "New task" })).not.toHaveAttribute("aria-disabled");
  await page.getByRole("button", { name: "Project actions" }).click();
  await expect(page.getByRole("menuitem", { name: "Edit", exact: true })).not.toHaveAttribute(
    "aria-disabled",
  );
  await expect(page.getByRole("menuitem", { name: "Delete…" })).toContainText(refusedTo("Editor"));
  await page.goto(`/${acme}/settings`);
  await expectDisabled(page, "Save name", refusedTo("Editor"));
});
