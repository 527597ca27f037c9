import type { AppRouter } from "../server/api/root.ts";
import { refusalOf, type Api } from "./api.ts";
import { expect, test as ownersTest } from "./fixtures.ts";
import { unique } from "./people.ts";

type Rows = { projectId: string; taskId: string; memberId: string; slug: string };

/** The names of all procedures below a router. */
type Procedures<Record_> = {
  [Name in keyof Record_ & string]: Record_[Name] extends { _def: { type: string } }
    ? Name
    : `${Name}.${Procedures<Record_[Name]>}`;
}[keyof Record_ & string];
type InAnOrganization = Exclude<
  Procedures<AppRouter["_def"]["record"]>,
  `session.${string}` | `organizations.${string}` | `operator.${string}`
>;

/** Every procedure of an organization, on another's rows where it takes any; a new one must be added to compile. */
const calls: Record<InAnOrganization, (api: Api, rows: Rows) => Promise<unknown>> = {
  "organization.get": (api) => api.organization.get.query(),
  "organization.overview": (api) => api.organization.overview.query(),
  "organization.update": (api) => api.organization.update.mutate({ name: "Taken over" }),
  "organization.changeSlug": (api) => api.organization.changeSlug.mutate({ slug: unique("taken") }),
  "organization.scheduleDeletion": (api, { slug }) =>
    api.organization.scheduleDeletion.mutate({ confirm: slug }),
  "organization.cancelDeletion": (api) => api.organization.cancelDeletion.mutate(),
  "members.list": (api) => api.members.list.query({}),
  "roles.list": (api) => api.roles.list.query(),
  "projects.list": (api) => api.projects.list.query({}),
  "projects.get": (api, { projectId }) => api.projects.get.query({ id: projectId }),
  "projects.create": (api) => api.projects.create.mutate({ name: "Smuggled" }),
  "projects.update": (api, { projectId }) =>
    api.projects.update.mutate({ id: projectId, name: "Taken over" }),
  "projects.archive": (api, { projectId }) => api.projects.archive.mutate({ id: projectId }),
  "projects.unarchive": (api, { projectId }) => api.projects.unarchive.mutate({ id: projectId }),
  "projects.delete": (api, { projectId }) => api.projects.delete.mutate({ id: projectId }),
  "projects.restore": (api, { projectId }) => api.projects.restore.mutate({ id: projectId }),
  "tasks.list": (api, { projectId }) => api.tasks.list.query({ projectId }),
  "tasks.get": (api, { taskId }) => api.tasks.get.query({ id: taskId }),
  "tasks.create": (api, { projectId }) => api.tasks.create.mutate({ projectId, title: "Smuggled" }),
  "tasks.update": (api, { taskId }) => api.tasks.update.mutate({ id: taskId, title: "Taken over" }),
  "tasks.delete": (api, { taskId }) => api.tasks.delete.mutate({ id: taskId }),
  "tasks.restore": (api, { taskId }) => api.tasks.restore.mutate({ id: taskId }),
  "search.find": (api) => api.search.find.query({ query: "canary" }),
};

/** Those that name rows; only they can be tried from within an organization of one's own. */
const callsOnRows = Object.entries(calls).filter(
  ([name]) => /^(projects|tasks)\.(?!list$)/.test(name) && name !== "projects.create",
);

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

test("by API: every procedure of another organization refuses, and answers as for one that never was", async ({
  apiAs,
  api,
  stranger,
  rows,
}) => {
  const before = await api.organization.overview.query();
  const into = apiAs(stranger, rows.slug);
  const intoNothing = apiAs(stranger, unique("never-was"));
  for (const [name, call] of Object.entries(calls)) {
    expect(await refusalOf(call(into, rows)), name).toBe("403 no_access");
    expect(await refusalOf(call(intoNothing, rows)), name).toBe("403 no_access");
  }
  expect(await api.organization.overview.query()).toEqual(before);
  await expect(calls["organization.get"](api, rows)).resolves.toMatchObject({ deletionAt: null });
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
  for (const [name, call] of callsOnRows) expect(await refusalOf(call(own, rows)), name).toMatch(/^404 /);
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
    await of.keyboard.press("ControlOrMeta+k");
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
