import type { APIRequestContext, Page } from "@playwright/test";
import { z } from "zod";
import { expect, test } from "./fixtures.ts";

const Refused = z.object({ error: z.object({ json: z.object({ data: z.object({ reason: z.string() }) }) }) });

/** Calls a procedure as a program does: status, and the reason where it is refused. */
async function call(
  request: APIRequestContext,
  slug: string,
  key: string,
  procedure: string,
  input?: object,
): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const address = `/api/trpc/${slug}/${procedure}`;
  const answer = input
    ? await request.post(address, { headers, data: { json: input } })
    : await request.get(address, { headers });
  if (answer.ok()) return "200";
  return `${answer.status()} ${Refused.parse(await answer.json()).error.json.data.reason}`;
}

async function makeKey(page: Page, name: string, scopes: readonly string[]): Promise<string> {
  await page.getByRole("button", { name: "New key" }).click();
  const form = page.getByRole("form", { name: "New API key" });
  await form.getByLabel("Name", { exact: true }).fill(name);
  for (const scope of scopes) await form.getByRole("checkbox", { name: scope, exact: true }).click();
  await form.getByRole("button", { name: "Create key" }).click();
  return page.getByRole("dialog", { name: "Your new key" }).getByLabel("API key").inputValue();
}

async function act(page: Page, name: string, item: RegExp): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("a key is made, calls, and is refused by name once it is revoked", async ({
  page,
  organization,
  openAs,
}) => {
  const { slug, name } = organization;
  const { request } = await openAs(null);
  await page.goto(`/${slug}/api-keys`);
  await page.getByRole("button", { name: "New key" }).click();
  const form = page.getByRole("form", { name: "New API key" });
  await expect(form.getByText("Choose what the key can do.")).toBeVisible();
  await form.getByRole("checkbox", { name: "Create, edit and archive projects" }).click();
  await expect(form.getByRole("checkbox", { name: "See projects" })).toBeDisabled();
  await expect(form.getByRole("status")).toContainText(`can see projects and change projects in ${name}`);
  await expect(form.getByRole("checkbox", { name: /Invite people/ })).toHaveCount(0);
  await form.getByRole("button", { name: "Create key" }).click();
  await expect(form.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("Escape");

  const key = await makeKey(page, "Deploy bot", ["Create, edit and archive projects"]);
  expect(key).toMatch(/^astra_live_/);
  await page.keyboard.press("Escape");
  await expect(page.getByText("You have not copied it.")).toBeVisible();
  await page.getByRole("button", { name: "Close anyway" }).click();
  const row = page.getByRole("row").filter({ hasText: "Deploy bot" });
  await expect(row).toContainText("Never");
  await expect(row).toContainText(`…${key.slice(-4)}`);
  await expect(page.getByText(key)).toHaveCount(0);

  expect(await call(request, slug, key, "projects.create", { name: "Made by a key" })).toBe("200");
  expect(await call(request, slug, key, "tasks.list")).toBe("403 missing_permission");
  await page.reload();
  await expect(row).not.toContainText("Never");

  await act(page, "Deploy bot", /^Revoke/);
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByRole("heading", { name: "No API keys" })).toBeVisible();
  expect(await call(request, slug, key, "projects.list")).toBe("401 api_key_revoked");
  await page.getByRole("button", { name: /^State/ }).click();
  await page.getByRole("menuitemradio", { name: "Ended" }).click();
  await expect(row).toContainText("Revoked");
});

test("a rotated key has a successor, and both work for a while", async ({ page, organization, openAs }) => {
  const { slug } = organization;
  const { request } = await openAs(null);
  await page.goto(`/${slug}/api-keys`);
  const first = await makeKey(page, "Reporter", ["See projects"]);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy key" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  await page.getByRole("button", { name: "Done" }).click();
  await act(page, "Reporter", /^Rotate/);
  await page.getByRole("button", { name: "Rotate key" }).click();
  const shown = page.getByRole("dialog", { name: "Your new key" });
  const second = await shown.getByLabel("API key").inputValue();
  await shown.getByRole("button", { name: "Copy key" }).click();
  await shown.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Reporter" })).toHaveCount(2);
  for (const key of [first, second]) expect(await call(request, slug, key, "projects.list")).toBe("200");
});

test.describe(() => {
  test.use({ plan: "pro" });

  test("a key has no more than its maker, and only who manages keys makes the organization's", async ({
    page,
    organization,
    api,
    joined,
    openAs,
    apiAs,
  }) => {
    const { slug } = organization;
    const { key: roleKey } = await api.roles.create.mutate({
      name: "Developer",
      permissions: ["organization.read", "api_keys.read", "api_keys.write", "projects.read"],
    });
    const developer = await joined("Dana Developer", roleKey);
    const theirs = await openAs(developer);
    await theirs.goto(`/${slug}/api-keys`);
    await theirs.getByRole("button", { name: "New key" }).click();
    const form = theirs.getByRole("form", { name: "New API key" });
    const machine = form.getByRole("radio", { name: "The organization's" });
    await expect(machine).toBeDisabled();
    await expect(machine).toHaveAccessibleDescription(/does not permit/);
    await expect(form.getByRole("checkbox", { name: "See projects" })).toBeVisible();
    await expect(form.getByRole("checkbox", { name: "See tasks" })).toHaveCount(0);
    await theirs.keyboard.press("Escape");
    const key = await makeKey(theirs, "Dana's script", ["See projects"]);
    await theirs.getByRole("button", { name: "Done" }).click();
    await theirs.getByRole("button", { name: "Close anyway" }).click();
    const { request } = await openAs(null);
    expect(await call(request, slug, key, "projects.list")).toBe("200");

    const { items } = await api.members.list.query({ roleKey });
    await api.members.suspend.mutate({ id: items[0]?.id ?? "" });
    expect(await call(request, slug, key, "projects.list")).toBe("401 api_key_idle");
    await page.goto(`/${slug}/api-keys`);
    await expect(page.getByRole("row").filter({ hasText: "Dana's script" })).toContainText("Resting");
    expect(
      await apiAs(developer, slug)
        .apiKeys.list.query()
        .catch(() => "refused"),
    ).toBe("refused");
  });
});
