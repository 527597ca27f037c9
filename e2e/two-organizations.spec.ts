import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";
import { openPalette } from "./palette.ts";
import { unique } from "./people.ts";

type Two = { north: { name: string; slug: string }; south: { name: string; slug: string } };

const twoTest = test.extend<Two>({
  north: async ({ organization }, use) => use(organization),
  south: async ({ owner, apiAs }, use) => {
    const name = unique("South");
    const { slug } = await apiAs(owner, null).organizations.create.mutate({ name });
    await use({ name, slug });
  },
});

twoTest("the switcher leads from one to the other, and to a third", async ({ page, north, south }) => {
  await page.goto(`/${north.slug}/tasks`);
  const switcher = page.getByRole("button", { name: "switch organization" });
  await expect(switcher).toContainText(north.name);
  await switcher.click();
  await expect(page.getByRole("menuitem", { name: north.name })).toHaveAttribute("aria-current", "true");
  await page.getByRole("menuitem", { name: south.name }).click();
  await expect(page).toHaveURL(`/${south.slug}`);
  await expect(switcher).toContainText(south.name);
  await expect(page.getByText(`How ${south.name} stands today.`)).toBeVisible();

  const third = unique("Third");
  await switcher.click();
  await page.getByRole("menuitem", { name: "Create organization" }).click();
  await page.getByLabel("Name").fill(third);
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByText(`How ${third} stands today.`)).toBeVisible();
  await openPalette(page);
  await page.getByRole("combobox").fill(north.name);
  await page.getByRole("option", { name: north.name }).click();
  await expect(page).toHaveURL(`/${north.slug}`);
});

twoTest(
  "two tabs stand in two organizations at once, and each writes into its own",
  async ({ page, context, owner, apiAs, north, south }) => {
    const other = await context.newPage();
    await page.goto(`/${north.slug}/projects?project=new`);
    await other.goto(`/${south.slug}/projects?project=new`);
    // In turns: neither tab learns anything of where the other one is.
    await page.getByLabel("Name").fill("Polar station");
    await other.getByLabel("Name").fill("Penguin colony");
    await page.getByRole("button", { name: "Create project" }).click();
    await other.getByRole("button", { name: "Create project" }).click();
    await expect(page.getByRole("heading", { name: "Polar station" })).toBeVisible();
    await expect(other.getByRole("heading", { name: "Penguin colony" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: "Polar station" })).toBeVisible();
    const names = async (slug: string) =>
      (await apiAs(owner, slug).projects.list.query({})).items.map((project) => project.name);
    expect(await names(north.slug)).toEqual(["Polar station"]);
    expect(await names(south.slug)).toEqual(["Penguin colony"]);
  },
);

test("a new address leads on from the old one, deep links and open tabs too", async ({
  page,
  context,
  api,
  apiAs,
  stranger,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Lighthouse" });
  const { id: taskId } = await api.tasks.create.mutate({ projectId, title: "Order the lens" });
  const old = organization.slug;
  const slug = unique("moved");
  const openTab = await context.newPage();
  await openTab.goto(`/${old}/projects`);

  await page.goto(`/${old}/settings`);
  await page.getByLabel("Organization address").fill(slug);
  await page.getByRole("button", { name: "Change address" }).click();
  await expect(page).toHaveURL(`/${slug}/settings`);
  await expect(page.getByLabel("Organization address")).toHaveValue(slug);

  const deep = `/projects/${projectId}?task=${taskId}&status=todo`;
  const answer = await page.request.get(`/${old}${deep}`, { maxRedirects: 0 });
  expect(answer.status()).toBe(308);
  expect(answer.headers()["location"]).toMatch(new RegExp(`/${slug}/projects/${projectId}\\?`));
  await page.goto(`/${old}${deep}`);
  await expect(page).toHaveURL(`/${slug}${deep}`);
  await expect(page.getByRole("dialog", { name: "Edit task" }).getByLabel("Title")).toHaveValue(
    "Order the lens",
  );
  await openTab.getByRole("link", { name: "Lighthouse" }).click();
  await expect(openTab).toHaveURL(`/${slug}/projects/${projectId}`);
  await expect(openTab.getByRole("link", { name: "Order the lens" })).toBeVisible();

  const grab = apiAs(stranger, null).organizations.create.mutate({ name: old });
  expect((await grab).slug).not.toBe(old);
});

test("an address that is taken, reserved or odd is refused beside its field", async ({
  page,
  organization,
  stranger,
  apiAs,
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  const { slug: taken } = await apiAs(stranger, null).organizations.create.mutate({ name: unique("Taken") });
  await page.goto(`/${organization.slug}/settings`);
  const field = page.getByLabel("Organization address");
  for (const [slug, words] of [
    [taken, /taken|in use|another organization/i],
    ["operator", "This address is reserved."],
    ["-pier-", "Use letters a–z, digits and hyphens between them."],
    ["x", "Use at least 2 characters."],
  ] as const) {
    await field.fill(slug);
    await page.getByRole("button", { name: "Change address" }).click();
    await expect(page.getByRole("form", { name: "Address" }).getByRole("alert")).toContainText(words);
    await expect(field).toHaveAttribute("aria-invalid", "true");
  }
  expect(await refusalOf(apiAs(stranger, organization.slug).organization.get.query())).toBe("403 no_access");
});

test("a new name is seen everywhere", async ({ page, context, organization }) => {
  const name = unique("Renamed");
  const openTab = await context.newPage();
  await openTab.goto(`/${organization.slug}`);
  await page.goto(`/${organization.slug}/settings`);
  await page.getByLabel("Organization name").fill(name);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("button", { name: "switch organization" })).toContainText(name);
  await expect(page).toHaveTitle(`Settings · ${name}`);
  await expect(page.getByRole("button", { name: "Save name" })).toHaveAccessibleDescription(
    "Nothing has been changed yet",
  );
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByText(`How ${name} stands today.`)).toBeVisible();
  await page.goto("/account");
  await page.getByRole("button", { name: "switch organization" }).click();
  await expect(page.getByRole("menuitem", { name })).toBeVisible();
  await openTab.reload();
  await expect(openTab.getByText(`How ${name} stands today.`)).toBeVisible();
});
