import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";

test("an organization's deletion is scheduled, announced on every page, and called off", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Lighthouse" });
  await api.tasks.create.mutate({ projectId, title: "Order the lens" });
  const notice = page.getByText(/^This organization will be deleted on \d/);
  await page.goto(`/${organization.slug}/settings`);

  await test.step("only after its address was typed", async () => {
    await page.getByRole("button", { name: "Delete organization…" }).click();
    const question = page.getByRole("alertdialog", { name: `Delete ${organization.name}?` });
    await expect(question).toContainText("1 project and 1 task are deleted, and 1 member lose");
    const confirm = question.getByRole("button", { name: "Schedule deletion" });
    await expect(confirm).toHaveAccessibleDescription(`Type “${organization.slug}” first`);
    await confirm.press("Enter");
    await expect(question).toBeVisible();
    await question.getByLabel("to confirm").fill(organization.slug);
    await confirm.click();
    await expect(question).toBeHidden();
  });

  await test.step("said on every page", async () => {
    await expect(page.getByRole("heading", { name: "Deletion is scheduled" })).toBeVisible();
    for (const place of ["Overview", "Tasks", "Members"]) {
      await page.getByRole("link", { name: place, exact: true }).click();
      await expect(page.getByRole("heading", { name: place, level: 1 })).toBeVisible();
      await expect(notice).toBeVisible();
    }
    await page.getByRole("button", { name: "switch organization" }).click();
    await expect(page.getByRole("menuitem", { name: organization.name })).toContainText(
      "Scheduled for deletion",
    );
    await page.keyboard.press("Escape");
  });

  await test.step("called off", async () => {
    await page.getByRole("link", { name: "Review" }).click();
    await page.getByRole("button", { name: "Keep organization" }).click();
    await expect(page.getByRole("button", { name: "Delete organization…" })).toBeVisible();
    await expect(notice).toBeHidden();
  });
  expect((await api.organization.get.query()).deletionAt).toBeNull();
  expect(await refusalOf(api.organization.scheduleDeletion.mutate({ confirm: "something else" }))).toMatch(
    /^400 /,
  );
});
