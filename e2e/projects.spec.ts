import { expect, test } from "./fixtures.ts";
import { openPalette } from "./palette.ts";
import { TaskList, undo } from "./task-list.ts";

test("a project is edited, archived with its tasks, and brought back", async ({
  page,
  api,
  organization,
}) => {
  const { id } = await api.projects.create.mutate({ name: "Lighthouse", description: "Light the way in." });
  await api.tasks.create.mutate({ projectId: id, title: "Order the lens" });
  const tasks = new TaskList(page);
  const actions = page.getByRole("button", { name: "Project actions" });
  await page.goto(`/${organization.slug}/projects/${id}`);

  await test.step("edited", async () => {
    await actions.click();
    await page.getByRole("menuitem", { name: /^Edit/ }).click();
    const dialog = page.getByRole("dialog", { name: "Edit project" });
    await dialog.getByLabel("Name").fill("Old lighthouse");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByRole("heading", { name: "Old lighthouse", level: 1 })).toBeVisible();
    await expect(actions).toBeFocused();
  });

  await test.step("archived: its tasks can be read, not changed, and stand in no other list", async () => {
    await actions.click();
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await expect(page.getByText("This project is archived.")).toBeVisible();
    await expect(tasks.link("Order the lens")).toBeVisible();
    await expect(page.getByRole("button", { name: "New task" })).toHaveAccessibleDescription(
      "This project is archived; bring it back to change its tasks",
    );
    await expect(tasks.row("Order the lens").getByRole("button", { name: /^Status/ })).toBeHidden();
    await page.getByRole("link", { name: "Tasks", exact: true }).click();
    await expect(page.getByRole("heading", { name: "A project comes first" })).toBeVisible();
    await page.getByRole("link", { name: "Projects", exact: true }).click();
    await expect(page.getByRole("heading", { name: "No projects yet" })).toBeVisible();
    await page.getByRole("button", { name: "Status: Active" }).click();
    await page.getByRole("menuitemradio", { name: "Archived" }).click();
    await page.getByRole("link", { name: "Old lighthouse" }).click();
  });

  await test.step("brought back", async () => {
    await page.getByRole("button", { name: "Bring back" }).click();
    await expect(page.getByText("This project is archived.")).toBeHidden();
    await tasks.setStatus("Order the lens", "Done");
  });
});

test("a project is deleted with its tasks, and the undo brings both back", async ({
  page,
  api,
  organization,
}) => {
  const { id } = await api.projects.create.mutate({ name: "Lighthouse" });
  await api.tasks.create.mutate({ projectId: id, title: "Order the lens" });
  await api.tasks.create.mutate({ projectId: id, title: "Clean the lens", status: "done" });
  await page.goto(`/${organization.slug}/projects/${id}`);
  await page.getByRole("button", { name: "Project actions" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  const question = page.getByRole("alertdialog", { name: "Delete “Lighthouse”?" });
  await expect(question.getByText("Its 2 tasks (1 open) are deleted with it.")).toBeVisible();
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await page.getByRole("button", { name: "Project actions" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await question.getByRole("button", { name: "Delete project" }).click();
  await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No projects yet" })).toBeVisible();
  await undo(page, "“Lighthouse” deleted");
  await page.getByRole("link", { name: "Lighthouse" }).click();
  await new TaskList(page).expectTitles(["Clean the lens", "Order the lens"]);
});

test("projects are searched, ordered, and found by the palette", async ({ page, api, organization }) => {
  for (const name of ["Lighthouse", "Harbour wall", "Harbour crane"])
    await api.projects.create.mutate({ name });
  const names = page.getByRole("table").locator("[data-row-link]");
  await page.goto(`/${organization.slug}/projects`);
  await expect(names).toHaveText(["Harbour crane", "Harbour wall", "Lighthouse"]);
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(names).toHaveText(["Lighthouse", "Harbour wall", "Harbour crane"]);
  await page.getByRole("searchbox", { name: "Search projects" }).fill("harb");
  await expect(names).toHaveText(["Harbour wall", "Harbour crane"]);
  await openPalette(page);
  await page.getByRole("dialog", { name: "Search and commands" }).getByRole("combobox").fill("lighth");
  await page.getByRole("option", { name: "Lighthouse" }).click();
  await expect(page.getByRole("heading", { name: "Lighthouse", level: 1 })).toBeVisible();
});
