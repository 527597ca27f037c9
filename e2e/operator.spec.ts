import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";

test("an operator sees the fleet, and no organization's data", async ({
  demo,
  openAs,
  apiAs,
  complaints,
}) => {
  const operator = await demo("Operator");
  const page = await openAs(operator);
  await page.goto("/operator");
  await expect(page.getByRole("heading", { name: "Fleet", level: 1 })).toBeVisible();
  await expect(page.getByText("Operator console: the whole fleet")).toBeVisible();
  await expect(page.getByText("Ready schemas", { exact: true })).toBeVisible();
  complaints.tolerate(/status of 404/);
  const answer = await page.goto("/acme-robotics/projects");
  expect(answer?.status()).toBe(404);
  expect(await refusalOf(apiAs(operator, "acme-robotics").projects.list.query({}))).toBe("403 no_access");
});

test("nobody else finds the operators' door", async ({ page, owner, apiAs, complaints }) => {
  complaints.tolerate(/status of 404/);
  const answer = await page.goto("/operator");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await expect(page.getByText("Fleet")).toHaveCount(0);
  const api = apiAs(owner, null).operator;
  expect(await refusalOf(api.overview.query())).toBe("403 operators_only");
  expect(await refusalOf(api.jobs.dead.query({}))).toBe("403 operators_only");
  expect(await refusalOf(api.jobs.deadCounts.query())).toBe("403 operators_only");
  expect(await refusalOf(api.jobs.replay.mutate({ all: {} }))).toBe("403 operators_only");
  expect((await page.goto("/operator/dead-letters"))?.status()).toBe(404);
  await page.goto("/account");
  await page.getByRole("button", { name: "user menu" }).click();
  await expect(page.getByRole("menuitem", { name: "Your account" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Operator console" })).toHaveCount(0);
});
