import { expect, test } from "./fixtures.ts";
import { settled } from "./settled.ts";
import { TaskList } from "./task-list.ts";

const nothingHere = "There is nothing here";

test("addresses that lead nowhere say so, inside the organization with its frame", async ({
  page,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 404/);
  const { slug } = organization;
  const navigation = page.getByRole("navigation", { name: organization.name });
  for (const [address, framed] of [
    [`/${slug}/nothing/at-all`, true],
    [`/${slug}/projects/00000000-0000-7000-8000-000000000000`, true],
    [`/${slug}/projects/not-an-id`, true],
    ["/no-such-organization", false],
    ["/no-such-organization/tasks", false],
    ["/%00", false],
  ] as const) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBe(404);
    await expect(page.getByRole("heading", { name: nothingHere })).toBeVisible();
    await expect(navigation).toHaveCount(framed ? 1 : 0);
  }
  await page.goto(`/${slug}/projects/not-an-id`);
  await page.getByRole("link", { name: "Go to your organization" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
});

test("a task that is gone says so in its sheet", async ({ page, organization, complaints }) => {
  complaints.tolerate(/status of 404/);
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/tasks?task=00000000-0000-7000-8000-000000000000`);
  await expect(tasks.sheet.getByRole("alert")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(`/${organization.slug}/tasks`);
});

test("an address with odd filters, cursors and pages shows the list all the same", async ({
  page,
  api,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 400/);
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  await api.tasks.create.mutate({ projectId, title: "Mend the pier" });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/tasks?status=nonsense&due=never&sort=%27&dir=up&page=-7`);
  await tasks.expectTitles(["Mend the pier"]);
  await page.goto(`/${organization.slug}/tasks?cursor=broken`);
  await expect(page.getByRole("alert").filter({ hasText: "This could not be loaded" })).toBeVisible();
  await page.goto(`/${organization.slug}/tasks?q=${"x".repeat(3_000)}`);
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
});

test("a list that cannot be loaded says so and can be tried again", async ({
  page,
  api,
  organization,
  complaints,
}) => {
  complaints.tolerate(/ERR_FAILED/);
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  await api.tasks.create.mutate({ projectId, title: "Mend the pier", status: "done" });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/tasks`);
  await tasks.expectTitles(["Mend the pier"]);
  await page.route(/tasks\.list/, (route) => route.abort());
  await tasks.filter("Status", "Done");
  const failure = page.getByRole("alert").filter({ hasText: "This could not be loaded" });
  await expect(failure).toContainText("Astra could not be reached. Check your connection and try again.");
  await page.unroute(/tasks\.list/);
  await failure.getByRole("button", { name: "Try again" }).click();
  await tasks.expectTitles(["Mend the pier"]);
});

test("without a connection a form says so and keeps what was typed", async ({
  page,
  context,
  organization,
  complaints,
}) => {
  complaints.tolerate(/ERR_INTERNET_DISCONNECTED/);
  await page.goto(`/${organization.slug}/projects?project=new`);
  const dialog = page.getByRole("dialog", { name: "New project" });
  await dialog.getByLabel("Name").fill("Lighthouse");
  await context.setOffline(true);
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "Astra could not be reached." })).toBeVisible();
  await context.setOffline(false);
  await expect(dialog.getByLabel("Name")).toHaveValue("Lighthouse");
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByRole("heading", { name: "Lighthouse", level: 1 })).toBeVisible();
});

test("who calls more than the plan allows is told so, and how long to wait", async ({
  page,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 429/);
  const { slug } = organization;
  await page.goto(`/${slug}/members`);
  await expect(page.getByRole("table", { name: "Members" })).toContainText("Olivia Owner");
  // The free plan's own limit, used up by calls that cost little.
  const ten = Array.from({ length: 10 }, () => "notifications.unreadCount").join(",");
  const input = encodeURIComponent(
    JSON.stringify(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [at, {}]))),
  );
  await expect
    .poll(
      async () => {
        const batches = Array.from({ length: 12 }, () =>
          page.request.get(`/api/trpc/${slug}/${ten}?batch=1&input=${input}`),
        );
        return (await Promise.all(batches)).map((answer) => answer.status());
      },
      { message: "the limit is used up", intervals: [0] },
    )
    .toContain(429);
  await page.getByRole("searchbox", { name: "Search members" }).fill("olivia");
  await expect(page.getByRole("heading", { name: "A moment, please" })).toBeVisible();
  await expect(page.getByText(/Try again in \d+ seconds/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "You cannot enter just now" })).toBeVisible();
  await expect(page.getByText(/Try again in \d+ seconds/)).toBeVisible();
});

test("each empty place says why it is empty", async ({ page, api, organization }) => {
  const { slug } = organization;
  await page.goto(`/${slug}`);
  await expect(page.getByRole("heading", { name: "Begin with a project" })).toBeVisible();
  await page.goto(`/${slug}/projects`);
  await expect(page.getByRole("heading", { name: "No projects yet" })).toBeVisible();
  await page.goto(`/${slug}/tasks`);
  await expect(page.getByRole("heading", { name: "A project comes first" })).toBeVisible();
  await page.goto(`/${slug}/members?q=zebra`);
  await expect(page.getByRole("heading", { name: "No members found" })).toBeVisible();
  const { id } = await api.projects.create.mutate({ name: "Lighthouse" });
  await page.goto(`/${slug}/tasks`);
  await expect(page.getByRole("heading", { name: "No tasks yet" })).toBeVisible();
  await page.goto(`/${slug}/projects/${id}`);
  await expect(page.getByRole("heading", { name: "No tasks in this project yet" })).toBeVisible();
  await page.goto(`/${slug}`);
  await expect(page.getByRole("heading", { name: "Nothing waits for you" })).toBeVisible();
});

test("the longest names and strange letters fit and stay what they are", async ({
  page,
  api,
  organization,
}) => {
  const { slug } = organization;
  const name = "W".repeat(120);
  const title = `${"Å".repeat(60)} <script>alert("1")</script> ${"漢字".repeat(30)} & 🚢`;
  await api.organization.update.mutate({ name: "M".repeat(80) });
  const { id: projectId } = await api.projects.create.mutate({ name, description: "i".repeat(2_000) });
  await api.tasks.create.mutate({ projectId, title });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    for (const place of ["", "/projects", `/projects/${projectId}`, "/tasks", "/members", "/settings"]) {
      await page.goto(`/${slug}${place}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await settled(page);
      const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(scrollWidth, `${place} at ${width}`).toBeLessThanOrEqual(width);
    }
  }
  await page.goto(`/${slug}/tasks`);
  await expect(page.getByRole("link", { name: title })).toHaveAttribute("title", title);
});
