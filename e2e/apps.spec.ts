import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "..");
const moduleAddress = "/astra-client/index.js";

/** What a page of an app does with the packed client; whatever it answers comes from the browser. */
type App = (key: string) => Promise<string>;

/** A page that has the packed client as a module, in the organization of the test. */
async function openApp(page: Page, folder: string, organization: string): Promise<App> {
  await run(process.execPath, ["server/dev/build-client.ts", folder], { cwd: root });
  const code = readFileSync(path.join(folder, "index.js"), "utf8");
  await page.route(`**${moduleAddress}`, (route) =>
    route.fulfill({ contentType: "text/javascript", body: code }),
  );
  await page.goto("/docs/api");
  return (key) =>
    page.evaluate(
      async ({ address, slug, apiKey }) => {
        type Packed = {
          createAstraClient(
            this: void,
            options: object,
          ): { projects: { list(): Promise<{ items: { name: string; createdAt: Date }[] }> } };
        };
        const { createAstraClient } = (await import(address)) as Packed;
        const astra = createAstraClient({ url: location.origin, organization: slug, apiKey });
        return astra.projects.list().then(
          ({ items }) => items.map(({ name, createdAt }) => `${name} ${createdAt instanceof Date}`).join(),
          (error: { name: string; reason: string }) => `${error.name} ${error.reason}`,
        );
      },
      { address: moduleAddress, slug: organization, apiKey: key },
    );
}

test("an app in a browser calls with its key, and is told why when the key is revoked", async ({
  page,
  api,
  organization,
  complaints,
}, testInfo) => {
  complaints.tolerate(/status of 401/);
  await api.projects.create.mutate({ name: "Lighthouse" });
  const { id, key } = await api.apiKeys.create.mutate({
    name: "A page",
    scopes: ["projects.read"],
    expiresInDays: 7,
  });
  const ask = await openApp(page, testInfo.outputPath("astra-client"), organization.slug);
  expect(await ask(key)).toBe("Lighthouse true");
  await api.apiKeys.revoke.mutate({ id });
  expect(await ask(key)).toBe("AstraError api_key_revoked");
});

test("the REST door answers keys, and no session of a browser", async ({ page, api, organization }) => {
  await api.projects.create.mutate({ name: "Lighthouse" });
  const { key } = await api.apiKeys.create.mutate({
    name: "curl",
    scopes: ["projects.read"],
    expiresInDays: 7,
  });
  const address = `/api/v1/${organization.slug}/projects?limit=5&sort[by]=name&sort[direction]=asc`;
  const answer = await page.request.get(address, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toMatchObject({ items: [{ name: "Lighthouse" }], total: 1 });
  expect((await page.request.get(address)).status()).toBe(401);
  const renamed = await page.request.patch(`/api/v1/${organization.slug}`, {
    headers: { authorization: `Bearer ${key}` },
    data: { name: "Renamed" },
  });
  expect(renamed.status()).toBe(403);
});

test("the reference shows every operation of the document, to anybody", async ({ openAs }) => {
  const page = await openAs(null);
  const answer = await page.request.get("/api/v1/openapi.json");
  const { paths, servers } = (await answer.json()) as {
    paths: Record<string, Record<string, { operationId: string; summary: string }>>;
    servers: { url: string }[];
  };
  expect(servers).toHaveLength(1);
  await page.goto("/docs/api");
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(operations.length).toBeGreaterThan(30);
  for (const { operationId, summary } of operations) {
    await expect(page.locator(`[id="${operationId}"]`).getByRole("heading", { name: summary })).toBeVisible();
  }
  const section = page.locator('[id="tasks.list"]');
  await page
    .getByRole("navigation", { name: "Operations" })
    .getByRole("link", { name: "GET /tasks", exact: true })
    .click();
  await expect(section).toBeInViewport();
  await section.getByText(/^Answers 200/).click();
  await expect(section.getByText("nextCursor")).toBeVisible();
});
