import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { awaitMail, linkIn } from "./mails.ts";
import { confirmOn, newcomer, nobody, signUpOn, unique, type Person } from "./people.ts";

test.use({ storageState: nobody });

type Newcomer = Omit<Person, "state">;

/** Somebody with an account of their own: these tests end sessions and change passwords. */
async function settle(page: Page, name: string): Promise<Newcomer> {
  const person = newcomer(name);
  await signUpOn(page, person, unique("Account"));
  await confirmOn(page, person);
  return person;
}

async function signInOn(
  page: Page,
  { email, password }: Pick<Newcomer, "email" | "password">,
): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const overviewOf = (page: Page) => page.getByRole("heading", { name: "Overview", level: 1 });
const signInOf = (page: Page) => page.getByRole("heading", { name: "Sign in to Astra" });

test("a browser that is signed out from another one is out at its next step", async ({ page, openAs }) => {
  const person = await settle(page, "Sam Sessions");
  const elsewhere = await openAs(null);
  await signInOn(elsewhere, person);
  await expect(overviewOf(elsewhere)).toBeVisible();

  await page.goto("/account");
  const sessions = page.getByRole("region", { name: "Signed-in browsers" });
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  await expect(sessions.getByRole("listitem").first()).toContainText("This browser");
  await sessions
    .getByRole("listitem")
    .last()
    .getByRole("button", { name: /^Sign out/ })
    .click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await elsewhere.reload();
  await expect(signInOf(elsewhere)).toBeVisible();

  await signInOn(elsewhere, person);
  await expect(overviewOf(elsewhere)).toBeVisible();
  await page.reload();
  await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await elsewhere.reload();
  await expect(signInOf(elsewhere)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
});

test("a changed password counts at once, here one stays signed in, and a mail tells of it", async ({
  page,
  openAs,
  complaints,
}) => {
  complaints.tolerate(/status of 400/);
  const person = await settle(page, "Petra Password");
  const password = "nine herons over the lake";
  await page.goto("/account");
  const form = page.getByRole("form", { name: "Password" });
  await form.getByLabel("Present password").fill("not the right one");
  await form.getByLabel("New password").fill(password);
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(form.getByText("This is not your password.")).toBeVisible();
  await form.getByLabel("Present password").fill(person.password);
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
  await awaitMail(person.email, "Your password was changed");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();

  const elsewhere = await openAs(null);
  await signInOn(elsewhere, person);
  await expect(elsewhere.getByText("do not belong together")).toBeVisible();
  await signInOn(elsewhere, { ...person, password });
  await expect(overviewOf(elsewhere)).toBeVisible();
});

test("a new address counts once its link was used, and the old one is told", async ({ page, openAs }) => {
  const person = await settle(page, "Nora New");
  const { email } = newcomer("Nora Moved");
  await page.goto("/account");
  const card = page.getByRole("region", { name: "E-mail address" });
  await card.getByRole("button", { name: "Change address" }).click();
  const form = page.getByRole("form", { name: "Change your e-mail address" });
  await form.getByLabel("New e-mail address").fill(email);
  await form.getByLabel("Your password").fill(person.password);
  await form.getByRole("button", { name: "Send the link" }).click();
  await expect(card.getByText("A link is on its way to")).toContainText(email);

  const link = linkIn(await awaitMail(email, "Confirm your new e-mail address"), "/change-email");
  // Where nobody is signed in, the link alone moves nothing.
  const elsewhere = await openAs(null);
  await elsewhere.goto(link);
  await elsewhere.getByLabel("The password of your account").fill("not the right one");
  await elsewhere.getByRole("button", { name: "Use this address" }).click();
  await expect(elsewhere.getByText("This is not your password.")).toBeVisible();

  await page.goto(link);
  await expect(page.getByText(email)).toBeVisible();
  await page.getByRole("button", { name: "Use this address" }).click();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  await expect(card).toContainText(email);
  await awaitMail(person.email, "Your e-mail address was changed");
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link cannot be used" })).toBeVisible();
  await signInOn(elsewhere, { ...person, email });
  await expect(overviewOf(elsewhere)).toBeVisible();
});

test("an account is deleted with its password, and its memberships end with it", async ({
  joined,
  openAs,
  api,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 40[01]/);
  const person = await joined("Dora Deleted", "editor");
  const theirs = await openAs(person);
  await theirs.goto("/account");
  await theirs.getByRole("button", { name: "Delete account…" }).click();
  const form = theirs.getByRole("form", { name: "Delete your account" });
  await expect(form.getByText(`You leave ${organization.name}.`)).toBeVisible();
  await form.getByLabel("Your password").fill("not the right one");
  await form.getByRole("button", { name: "Delete account" }).click();
  await expect(form.getByText("This is not your password.")).toBeVisible();
  await form.getByLabel("Your password").fill(person.password);
  await form.getByRole("button", { name: "Delete account" }).click();
  await expect(theirs.getByText("Your account is deleted.")).toBeVisible();
  await signInOn(theirs, person);
  await expect(theirs.getByText("do not belong together")).toBeVisible();
  expect((await api.members.list.query()).items.map(({ name }) => name)).toEqual(["Olivia Owner"]);
});

test("who alone owns an organization is told which, and keeps the account until it has another owner", async ({
  page,
  complaints,
}) => {
  complaints.tolerate(/status of 4\d\d/);
  const person = await settle(page, "Otto Only");
  const [, slug = ""] = new URL(page.url()).pathname.split("/");
  await page.goto("/account");
  await page.getByRole("button", { name: "Delete account…" }).click();
  const form = page.getByRole("form", { name: "Delete your account" });
  await form.getByLabel("Your password").fill(person.password);
  await form.getByRole("button", { name: "Delete account" }).click();
  const refusal = form.getByRole("alert").filter({ hasText: "You are the only owner of:" });
  await expect(refusal).toContainText("Account-");
  await refusal.getByRole("link", { name: "make somebody else an owner" }).click();
  await expect(page).toHaveURL(`/${slug}/members`);
  await expect(page.getByRole("heading", { name: "Members", level: 1 })).toBeVisible();
});
