import { refusalOf, type Api } from "./api.ts";
import { expect, test as ownersTest } from "./fixtures.ts";
import { guardedProcedures, refusalByPath } from "./matrix.ts";
import { openPalette } from "./palette.ts";
import { unique } from "./people.ts";

type Rows = { projectId: string; taskId: string; memberId: string; slug: string };

/** Every procedure that takes the id of a row. */
const callsOnRows: Record<string, (api: Api, rows: Rows) => Promise<unknown>> = {
  "projects.get": (api, { projectId: id }) => api.projects.get.query({ id }),
  "projects.update": (api, { projectId: id }) => api.projects.update.mutate({ id, name: "Taken over" }),
  "projects.archive": (api, { projectId: id }) => api.projects.archive.mutate({ id }),
  "projects.unarchive": (api, { projectId: id }) => api.projects.unarchive.mutate({ id }),
  "projects.delete": (api, { projectId: id }) => api.projects.delete.mutate({ id }),
  "projects.restore": (api, { projectId: id }) => api.projects.restore.mutate({ id }),
  "tasks.create": (api, { projectId }) => api.tasks.create.mutate({ projectId, title: "Smuggled in" }),
  "tasks.get": (api, { taskId: id }) => api.tasks.get.query({ id }),
  "tasks.update": (api, { taskId: id }) => api.tasks.update.mutate({ id, title: "Taken over" }),
  "tasks.delete": (api, { taskId: id }) => api.tasks.delete.mutate({ id }),
  "tasks.restore": (api, { taskId: id }) => api.tasks.restore.mutate({ id }),
};

type Fixtures = {
  /** Stands in everything that the owner keeps, and in no address. */
  canary: string;
  rows: Rows;
  /** An organization of the stranger's own. */
  elsewhere: string;
};

const test = ownersTest.extend<Fixtures>({
  canary: async ({ organization }, use) => use(`Canary ${organization.slug.toUpperCase()}`),
  rows: async ({ api, organization, canary }, use) => {
    await api.organization.update.mutate({ name: `${canary} Works` });
    const { id: projectId } = await api.projects.create.mutate({ name: `${canary} project` });
    const { id: taskId } = await api.tasks.create.mutate({ projectId, title: `${canary} task` });
    const { me } = await api.organization.get.query();
    await use({ projectId, taskId, memberId: me.memberId, slug: organization.slug });
  },
  elsewhere: async ({ apiAs, stranger }, use) => {
    const { slug } = await apiAs(stranger, null).organizations.create.mutate({ name: unique("Elsewhere") });
    await use(slug);
  },
});

function pagesOf({ slug, projectId, taskId }: Rows): string[] {
  const project = `/projects/${projectId}`;
  const places = ["", "/projects", project, `${project}?task=${taskId}`, "/tasks", `/tasks?task=${taskId}`];
  return [...places, "/members", "/settings", "/help", "/nothing-here"].map((place) => `/${slug}${place}`);
}

test("by address: every page of another organization is as if it did not exist", async ({
  page,
  openAs,
  stranger,
  rows,
  canary,
  complaints,
}) => {
  complaints.tolerate(/status of 404/);
  await page.goto(`/${rows.slug}/projects/${rows.projectId}`);
  await expect(page.getByRole("link", { name: `${canary} task` })).toBeVisible();
  const theirs = await openAs(stranger);
  for (const address of pagesOf(rows)) {
    const whole = await theirs.request.get(address);
    expect(whole.status(), address).toBe(404);
    expect(await whole.text(), address).not.toContain(canary);
    // What the router asks for when a link is followed.
    const part = await theirs.request.get(address, { headers: { rsc: "1" } });
    expect(await part.text(), address).not.toContain(canary);
  }
  await theirs.goto(`/${rows.slug}/projects/${rows.projectId}`);
  await expect(theirs.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("by API: every procedure refuses another organization, as it does one that never was", async ({
  page,
  openAs,
  api,
  stranger,
  rows,
}) => {
  const before = await api.organization.overview.query();
  // The same calls as the owner get past the door.
  expect(await refusalByPath(page.request, rows.slug, "projects.get")).toBe("400 invalid_input");
  const { request } = await openAs(stranger);
  for (const procedure of guardedProcedures()) {
    const { path } = procedure;
    expect(await refusalByPath(request, rows.slug, path), path).toBe("403 no_access");
    expect(await refusalByPath(request, "never-was", path), path).toBe("403 no_access");
  }
  expect(await api.organization.overview.query()).toEqual(before);
});

test("by id: what belongs to another organization is not found from within one's own", async ({
  apiAs,
  api,
  stranger,
  rows,
  elsewhere,
}) => {
  const before = await api.organization.overview.query();
  const own = apiAs(stranger, elsewhere);
  for (const [name, call] of Object.entries(callsOnRows)) {
    expect(await refusalOf(call(own, rows)), name).toMatch(/^404 /);
  }
  const { projectId } = rows;
  await expect(own.tasks.list.query({ projectId })).resolves.toMatchObject({ items: [], total: 0 });
  const mine = await own.projects.create.mutate({ name: "Mine" });
  const assigned = own.tasks.create.mutate({
    projectId: mine.id,
    title: "For you",
    assigneeId: rows.memberId,
  });
  expect(await refusalOf(assigned)).toMatch(/^40[04] /);
  expect(await api.organization.overview.query()).toEqual(before);
});

test("by search: lists, palette and switcher know nothing of another organization", async ({
  page,
  openAs,
  stranger,
  rows,
  elsewhere,
  canary,
}) => {
  const theirs = await openAs(stranger);
  const palette = (of: typeof page) => of.getByRole("dialog", { name: "Search and commands" });
  for (const [of, slug] of [
    [page, rows.slug],
    [theirs, elsewhere],
  ] as const) {
    await of.goto(`/${slug}`);
    await of.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await openPalette(of);
    await palette(of).getByRole("combobox").fill(canary);
  }
  await expect(palette(page).getByRole("option", { name: `${canary} project`, exact: true })).toBeVisible();
  await expect(palette(page).getByRole("option", { name: `${canary} task` })).toBeVisible();
  await expect(palette(theirs).getByText(`Nothing found for “${canary}”`)).toBeVisible();
  await theirs.keyboard.press("Escape");
  await theirs.getByRole("button", { name: "switch organization" }).click();
  await expect(theirs.getByRole("menuitem", { name: "Create organization" })).toBeVisible();
  await expect(theirs.getByRole("menu")).not.toContainText(canary);
  await theirs.goto(`/${elsewhere}/projects?q=${encodeURIComponent(canary)}&status=all`);
  await expect(theirs.getByRole("heading", { name: "No projects found" })).toBeVisible();
});
