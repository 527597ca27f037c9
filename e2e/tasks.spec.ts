import { expect, test } from "./fixtures.ts";
import { TaskList, undo } from "./task-list.ts";

/** The day `days` from now in the browser's (and this process's) time zone, as yyyy-mm-dd. */
function day(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}

test("tasks are found by words, status, due date and assignee, and the address keeps the search", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  const { me } = await api.organization.get.query();
  await api.tasks.create.mutate({ projectId, title: "Paint the buoy", status: "done", dueOn: day(-3) });
  await api.tasks.create.mutate({ projectId, title: "Mend the pier", dueOn: day(-2) });
  await api.tasks.create.mutate({
    projectId,
    title: "Count the boats",
    assigneeId: me.memberId,
    dueOn: day(3),
  });
  await api.tasks.create.mutate({ projectId, title: "Paint the pier", status: "in_progress" });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/tasks`);
  await tasks.expectTitles(["Paint the pier", "Count the boats", "Mend the pier", "Paint the buoy"]);

  await test.step("by words, also when the page is loaded anew", async () => {
    await tasks.search.fill("pai pier");
    await tasks.expectTitles(["Paint the pier"]);
    await page.reload();
    await expect(tasks.search).toHaveValue("pai pier");
    await tasks.expectTitles(["Paint the pier"]);
    await tasks.search.fill("submarine");
    await expect(page.getByRole("heading", { name: "No tasks found" })).toBeVisible();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect(tasks.search).toHaveValue("");
    await tasks.expectTitles(["Paint the pier", "Count the boats", "Mend the pier", "Paint the buoy"]);
  });

  await test.step("by status, due date and assignee", async () => {
    await tasks.filter("Status", "Done");
    await tasks.expectTitles(["Paint the buoy"]);
    await tasks.filter("Status", "In progress");
    await tasks.expectTitles(["Paint the pier", "Paint the buoy"]);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await tasks.filter("Due", "Overdue");
    await tasks.expectTitles(["Mend the pier"]);
    await tasks.filter("Due", "Next 7 days");
    await tasks.expectTitles(["Count the boats"]);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByRole("search").getByRole("button", { name: "Assignee" }).click();
    await page.getByRole("option", { name: `${me.name} (you)` }).click();
    await tasks.expectTitles(["Count the boats"]);
    await expect(page.getByRole("button", { name: `Assignee: ${me.name}`, exact: true })).toBeVisible();
    await page.goBack();
    await page.goForward();
    await tasks.expectTitles(["Count the boats"]);
  });
});

test("tasks are put in order by each heading", async ({ page, api, organization }) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  await api.tasks.create.mutate({ projectId, title: "Ash", status: "done", dueOn: day(5) });
  await api.tasks.create.mutate({ projectId, title: "Cedar", status: "todo" });
  await api.tasks.create.mutate({ projectId, title: "Birch", status: "in_review", dueOn: day(1) });
  const tasks = new TaskList(page);
  const heading = (name: string) => page.getByRole("columnheader", { name }).getByRole("button");
  await page.goto(`/${organization.slug}/projects/${projectId}`);
  await tasks.expectTitles(["Birch", "Cedar", "Ash"]);
  await heading("Title").click();
  await tasks.expectTitles(["Ash", "Birch", "Cedar"]);
  await expect(page.getByRole("columnheader", { name: "Title" })).toHaveAttribute("aria-sort", "ascending");
  await heading("Title").click();
  await tasks.expectTitles(["Cedar", "Birch", "Ash"]);
  await heading("Status").click();
  await tasks.expectTitles(["Cedar", "Birch", "Ash"]);
  await heading("Due date").click();
  await tasks.expectTitles(["Birch", "Ash", "Cedar"]);
  await page.reload();
  await tasks.expectTitles(["Birch", "Ash", "Cedar"]);
});

function title(number: number): string {
  return `Boat ${String(number).padStart(3, "0")}`;
}

test("200 tasks are paged through, there and back", async ({ page, api, organization }) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Fleet" });

  for (let first = 1; first <= 200; first += 10) {
    const ten = Array.from({ length: 10 }, (_, index) => first + index);
    await Promise.all(ten.map((number) => api.tasks.create.mutate({ projectId, title: title(number) })));
  }
  const titles = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => title(from + index));
  const tasks = new TaskList(page);
  const pages = page.getByRole("navigation", { name: "Pages of tasks" });
  await page.goto(`/${organization.slug}/projects/${projectId}?sort=title&dir=asc`);
  for (let number = 1; number <= 8; number++) {
    const [from, to] = [(number - 1) * 25 + 1, number * 25];
    await tasks.expectTitles(titles(from, to));
    await expect(pages.getByText(`${from}–${to} of 200`)).toBeVisible();
    if (number < 8) await pages.getByRole("button", { name: "Next" }).click();
  }
  await expect(pages.getByRole("button", { name: "Next" })).toHaveAccessibleDescription(
    "This is the last page",
  );
  await pages.getByRole("button", { name: "Previous" }).click();
  await tasks.expectTitles(titles(151, 175));
  await page.reload();
  await tasks.expectTitles(titles(151, 175));
  await page.goBack();
  await tasks.expectTitles(titles(176, 200));
  // A new search begins at its first page.
  await tasks.search.fill("Boat 00");
  await tasks.expectTitles(titles(1, 9));
  await expect(pages.getByText("1–9 of 9")).toBeVisible();
});

test("what was typed into a sheet is not lost by a slip", async ({ page, api, organization }) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  await api.tasks.create.mutate({ projectId, title: "Mend the pier" });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/projects/${projectId}`);
  await tasks.open("Mend the pier");
  await tasks.sheet.getByLabel("Description").fill("With oak, not pine.");
  await page.keyboard.press("Escape");
  const question = page.getByRole("alertdialog", { name: "Discard your changes?" });
  await question.getByRole("button", { name: "Keep editing" }).click();
  await expect(tasks.sheet.getByLabel("Description")).toHaveValue("With oak, not pine.");
  await tasks.sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(tasks.sheet).toBeHidden();
  await tasks.open("Mend the pier");
  await expect(tasks.sheet.getByLabel("Description")).toHaveValue("With oak, not pine.");
  await tasks.sheet.getByLabel("Title").fill("");
  await tasks.sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(tasks.sheet.getByLabel("Title")).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("Escape");
  await question.getByRole("button", { name: "Discard changes" }).click();
  await expect(tasks.sheet).toBeHidden();
  await expect(tasks.link("Mend the pier")).toBeVisible();
});

test("a change that the server refuses is taken back on the screen", async ({
  page,
  api,
  organization,
  complaints,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  const { id } = await api.tasks.create.mutate({ projectId, title: "Mend the pier" });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/projects/${projectId}`);
  await expect(tasks.link("Mend the pier")).toBeVisible();
  // Gone meanwhile, as by a colleague: the list on the screen does not know it yet.
  await api.tasks.delete.mutate({ id });
  complaints.tolerate(/status of 404/);
  await tasks
    .row("Mend the pier")
    .getByRole("button", { name: /^Status/ })
    .click();
  await page.getByRole("menuitemradio", { name: "Done" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: /does not exist|gone|deleted/i })).toBeVisible();
  await expect(page.getByText("No tasks in this project yet")).toBeVisible();
});

test("a task is deleted from its sheet, and the undo brings it back as it was", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  const { id } = await api.tasks.create.mutate({ projectId, title: "Mend the pier", status: "in_review" });
  const tasks = new TaskList(page);
  // A link to a task opens it over its list.
  await page.goto(`/${organization.slug}/projects/${projectId}?task=${id}`);
  await tasks.sheet.getByRole("button", { name: "Delete" }).click();
  await expect(tasks.sheet).toBeHidden();
  await expect(page.getByText("No tasks in this project yet")).toBeVisible();
  await undo(page, "“Mend the pier” deleted");
  await expect(tasks.row("Mend the pier").getByRole("button", { name: /: In review$/ })).toBeVisible();
});
