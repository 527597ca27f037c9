import type { Page } from "@playwright/test";
import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";
import { awaitMail, linkIn, mailsTo } from "./mails.ts";
import { openPalette } from "./palette.ts";
import { confirmOn, newcomer, nobody, signUpOn, unique, type Person } from "./people.ts";

test.use({ storageState: nobody });

type Credentials = Pick<Person, "email" | "password">;

async function signInOn(page: Page, { email, password }: Credentials): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Where the browser stands, without the origin. */
function placeOf(page: Page): string {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
}

test("in by the form to the page that was asked for, out by the menu, and nothing is left", async ({
  page,
  stranger,
}) => {
  await page.goto("/organizations/new");
  await expect(page).toHaveURL("/sign-in?next=%2Forganizations%2Fnew");
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await signInOn(page, stranger);
  await expect(page.getByRole("heading", { name: "New organization" })).toBeVisible();
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  const inside = placeOf(page);
  const { cookies } = await page.context().storageState();
  expect(cookies.filter(({ name }) => name.endsWith("astra.session"))).toMatchObject([
    { httpOnly: true, sameSite: "Lax", path: "/" },
  ]);

  await page.getByRole("button", { name: "user menu" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Astra" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Sign in to Astra" })).toBeVisible();
  await page.goto(inside);
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(inside)}`);
  // A cookie that was copied before is worth nothing either.
  await page.context().addCookies(cookies);
  await page.goto(inside);
  await expect(page.getByRole("heading", { name: "Sign in to Astra" })).toBeVisible();
});

test("a wrong password and an unknown address are answered alike", async ({ page, stranger }) => {
  await page.goto("/sign-in");
  const said: string[] = [];
  for (const email of [stranger.email, newcomer().email]) {
    await signInOn(page, { email, password: "not the right one" });
    const alert = page.getByRole("alert").filter({ hasText: /\w/ });
    await expect(alert).toBeVisible();
    await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
    said.push(await alert.innerText());
    await page.reload();
  }
  expect(said).toEqual(Array(2).fill("E-mail address and password do not belong together."));
});

test("a forgotten password is replaced by mail; the link works once and ends all sessions", async ({
  page,
  openAs,
}) => {
  const person = newcomer("Paula Past");
  await signUpOn(page, person, unique("Past"));
  await confirmOn(page, person);
  const elsewhere = await openAs(null);
  await elsewhere.goto("/sign-in");
  await elsewhere.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Forgotten your password?" })).toBeVisible();
  await elsewhere.getByLabel("E-mail address").fill(person.email);
  await elsewhere.getByRole("button", { name: "Send the link" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  const link = linkIn(await awaitMail(person.email, "Choose a new password"), "/reset-password");

  const password = "nine swans on a dark lake";
  await elsewhere.goto(link);
  await expect(elsewhere.getByText(person.email)).toBeVisible();
  await elsewhere.getByLabel("New password", { exact: true }).fill(password);
  await elsewhere.getByRole("button", { name: "Save and sign in" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await awaitMail(person.email, "Your password was changed");

  await test.step("the other session has ended, in the open page as well", async () => {
    await page.getByRole("link", { name: "Tasks", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Sign in to Astra" })).toBeVisible();
    await signInOn(page, person);
    await expect(page.getByText("E-mail address and password do not belong together.")).toBeVisible();
    await signInOn(page, { ...person, password });
    await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
  });
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link cannot be used" })).toBeVisible();
});

test("nobody learns from the forgotten-password page whether an address is known", async ({ page }) => {
  const { email } = newcomer("Nobody");
  await page.goto("/forgot-password");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText(`If there is an account for ${email}`)).toBeVisible();
  expect(await mailsTo(email)).toEqual([]);
});

test("a session that was ended elsewhere ends at the next click", async ({
  page,
  openAs,
  stranger,
  complaints,
}) => {
  await page.goto("/sign-in");
  await signInOn(page, stranger);
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  const twin = await openAs({ state: await page.context().storageState() });
  await twin.goto("/sign-out");
  await twin.getByRole("button", { name: "Sign out" }).click();
  await expect(twin.getByRole("heading", { name: "Sign in to Astra" })).toBeVisible();

  complaints.tolerate(/status of 401/);
  const slug = new URL(page.url()).pathname;
  // A question that needs no new page: the palette asks the API alone.
  await openPalette(page);
  await page.getByRole("combobox").fill("anything");
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(slug)}`);
});

test("an account without a confirmed address enters no organization and makes none", async ({
  page,
  apiAs,
}) => {
  const person = newcomer("Una Unconfirmed");
  const organizationName = unique("Una");
  await signUpOn(page, person, organizationName);
  await page.goto("/sign-in");
  await signInOn(page, person);
  await expect(page).toHaveURL("/check-mail");
  for (const address of ["/", `/${organizationName.toLowerCase()}`, "/sign-in"]) {
    await page.goto(address);
    await expect(page, address).toHaveURL("/check-mail");
  }
  const api = apiAs({ state: await page.context().storageState() }, null);
  expect(await refusalOf(api.organizations.create.mutate({ name: "Too early" }))).toBe(
    "403 email_not_confirmed",
  );
  // The same browser proves the sign-up: the link alone is enough.
  const link = linkIn(await awaitMail(person.email, "Confirm your e-mail address"), "/confirm-email");
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm e-mail address" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
});

for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
  test(`the sign-in leads to no other site: next=${next}`, async ({ page, stranger, baseURL }) => {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await signInOn(page, stranger);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    expect(new URL(page.url()).origin).toBe(new URL(baseURL ?? "").origin);
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  });
}

test("every page of the console asks who is there", async ({ page, organization, request }) => {
  for (const place of ["", "/projects", "/tasks?status=done", "/members", "/settings", "/help"]) {
    const address = `/${organization.slug}${place}`;
    const answer = await request.get(address, { maxRedirects: 0 });
    expect(answer.status(), address).toBe(307);
    await page.goto(address);
    await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(address)}`);
  }
  const api = await request.get(`/api/trpc/${organization.slug}/projects.list`);
  expect(api.status()).toBe(401);
});
