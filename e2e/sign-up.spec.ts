import { expect, test } from "./fixtures.ts";
import { awaitMail, linkIn } from "./mails.ts";
import { confirmOn, newcomer, nobody, signUpOn, unique } from "./people.ts";
import { TaskList, undo } from "./task-list.ts";

test.use({ storageState: nobody });

test("from the sign-up to a project with tasks", async ({ page }) => {
  const person = newcomer("Nora New");
  const organizationName = unique("Harbour");
  const tasks = new TaskList(page);

  await test.step("sign up and confirm by mail", async () => {
    await signUpOn(page, person, organizationName);
    await expect(page.getByText(person.email)).toBeVisible();
    await confirmOn(page, person);
    await expect(page.getByText(`How ${organizationName} stands today.`)).toBeVisible();
  });

  await test.step("the first project", async () => {
    await page.getByRole("link", { name: "Create the first project" }).click();
    const dialog = page.getByRole("dialog", { name: "New project" });
    await expect(dialog.getByLabel("Name")).toBeFocused();
    await dialog.getByLabel("Name").fill("Lighthouse");
    await dialog.getByLabel("Description").fill("Light the way in.");
    await dialog.getByRole("button", { name: "Create project" }).click();
    await expect(page.getByRole("heading", { name: "Lighthouse", level: 1 })).toBeVisible();
    await expect(page.getByText("No tasks in this project yet")).toBeVisible();
  });

  await test.step("a task, worked on in place and in its sheet", async () => {
    await tasks.create({ title: "Order the lens", description: "First order, Fresnel." });
    await tasks.setStatus("Order the lens", "In progress");
    await tasks.assign("Order the lens", { search: "Nora", name: "Nora New" });
    await tasks.setDue("Order the lens", "Tomorrow");
    await tasks.open("Order the lens");
    await expect(tasks.sheet.getByLabel("Description")).toHaveValue("First order, Fresnel.");
    await tasks.sheet.getByLabel("Title").fill("Order the large lens");
    await tasks.sheet.getByRole("button", { name: "Save changes" }).click();
    await expect(tasks.sheet).toBeHidden();
    await expect(tasks.row("Order the large lens").getByText("Nora New")).toBeVisible();
  });

  await test.step("deleted, and brought back", async () => {
    await page.getByRole("button", { name: "Actions for Order the large lens" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await expect(tasks.link("Order the large lens")).toBeHidden();
    await undo(page, "“Order the large lens” deleted");
    await expect(tasks.link("Order the large lens")).toBeVisible();
  });

  await test.step("the overview tells of it", async () => {
    await page.getByRole("link", { name: "Overview" }).click();
    const activity = page
      .getByRole("region")
      .or(page.locator("section"))
      .filter({ hasText: "Recent activity" });
    await expect(activity.getByText("restored task").first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Open tasks 1" })).toBeVisible();
  });
});

test("a sign-up with a known address says the same, and only its mail tells", async ({ page, owner }) => {
  await signUpOn(page, { ...newcomer("Impostor"), email: owner.email }, unique("Other"));
  await expect(page.getByText(owner.email)).toBeVisible();
  const mail = await awaitMail(owner.email, "You already have an account");
  expect(linkIn(mail, "/sign-in")).toBe("/sign-in");
});

test("each field of the form says what is wrong with it", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Enter your name.")).toBeVisible();
  await expect(page.getByText("Enter your e-mail address.")).toBeVisible();
  await expect(page.getByText("Use at least 10 characters.")).toBeVisible();
  await expect(page.getByLabel("Your name")).toBeFocused();
  await page.getByLabel("Your name").fill("Nora New");
  await page.getByLabel("E-mail address").fill("nora@nowhere");
  await page.getByLabel("Password", { exact: true }).fill("passwordpassword");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("This is not an e-mail address we can use.")).toBeVisible();
  await expect(page.getByText("This password is among the first that would be guessed.")).toBeVisible();
});
