import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";
import { invitedAs, inviteTokenOf } from "./invited.ts";
import { newcomer } from "./people.ts";
import { tamper } from "./tampering.ts";

test("somebody is invited, joins by the mail, gets another role, and is removed while their tab is open", async ({
  page,
  organization,
  api,
  openAs,
  complaints,
}) => {
  complaints.tolerate(/status of 40[34]/);
  const person = newcomer("Nadia New");
  await page.goto(`/${organization.slug}/members`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const form = page.getByRole("form", { name: "Invite people" });
  await form.getByLabel("E-mail addresses").fill(person.email.toUpperCase());
  await form.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Editor" }).click();
  await form.getByRole("button", { name: "Send invite" }).click();
  await expect(page.getByRole("status").filter({ hasText: "1 invited" })).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Invites", exact: true }).click();
  const row = page.getByRole("table", { name: "Invites" }).getByRole("row").filter({ hasText: person.email });
  await expect(row).toContainText("Editor");
  await expect(page.getByText("2 of 5 seats used")).toBeVisible();

  const theirs = await openAs(null);
  const token = await inviteTokenOf(person.email, organization.name);
  // What opens every link of a mail does not use it up.
  for (let visit = 1; visit <= 3; visit++) await theirs.goto(`/invite/${token}`);
  await expect(theirs.getByText("invites you to work in")).toContainText(`${organization.name} as Editor`);
  await theirs.getByLabel("Your name").fill(person.name);
  await theirs.getByLabel("Choose a password").fill(person.password);
  await theirs.getByRole("button", { name: `Join ${organization.name}` }).click();
  await expect(theirs.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await expect(theirs).toHaveURL(new RegExp(`/${organization.slug}$`));
  const { items } = await api.members.list.query({ search: "nadia" });
  expect(items).toMatchObject([{ email: person.email, roleKey: "editor", status: "active" }]);
  const again = await openAs(null);
  await again.goto(`/invite/${token}`);
  await expect(again.getByRole("heading", { name: "This invite was accepted" })).toBeVisible();

  await page.getByRole("link", { name: "Members", exact: true }).last().click();
  const actions = page.getByRole("button", { name: `Actions for ${person.name}` });
  await actions.click();
  await page.getByRole("menuitem", { name: /^Change role/ }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Viewer" }).click();
  await page.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await theirs.getByRole("link", { name: "Projects", exact: true }).click();
  const create = theirs.getByRole("button", { name: "New project" }).first();
  await expect(create).toHaveAccessibleDescription("Your role (Viewer) does not permit this");
  await actions.click();
  await page.getByRole("menuitem", { name: /^Remove/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove member" }).click();
  await expect(actions).toHaveCount(0);
  await theirs.getByRole("link", { name: "Tasks", exact: true }).click();
  await expect(theirs.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("an invite is for one address: who is signed in under another one is shown the way out", async ({
  organization,
  api,
  stranger,
  openAs,
}) => {
  const role = (await api.roles.list.query()).find(({ key }) => key === "viewer");
  const person = newcomer("Iris Invited");
  await api.invites.create.mutate({ invites: [{ email: person.email, roleId: role?.id ?? "" }] });
  const token = await inviteTokenOf(person.email, organization.name);
  const other = await openAs(stranger);
  await other.goto(`/invite/${token}`);
  await expect(other.getByText("You are signed in as")).toContainText(stranger.email);
  await expect(other.getByRole("button", { name: /^Join/ })).toHaveCount(0);
  await expect(other.getByRole("button", { name: "Sign out and go on" })).toBeVisible();
  await other.getByRole("link", { name: /^Stay signed in/ }).click();
  await expect(other.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
});

test("who has an account signs in on the way, and joins with one press", async ({
  page,
  organization,
  api,
  apiAs,
  joined,
  owner,
  openAs,
}) => {
  const person = await joined("Paul Twice", "viewer");
  const second = await apiAs(owner, null).organizations.create.mutate({ name: `${organization.name} two` });
  const inSecond = apiAs(owner, second.slug);
  const role = (await inSecond.roles.list.query()).find(({ key }) => key === "billing");
  await inSecond.invites.create.mutate({ invites: [{ email: person.email, roleId: role?.id ?? "" }] });
  const token = await inviteTokenOf(person.email, `${organization.name} two`);
  const theirs = await openAs(null);
  await theirs.goto(`/invite/${token}`);
  await theirs.getByRole("link", { name: "Sign in to accept" }).click();
  await theirs.getByLabel("E-mail address").fill(person.email);
  await theirs.getByLabel("Password", { exact: true }).fill(person.password);
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await theirs.getByRole("button", { name: `Join ${organization.name} two` }).click();
  await expect(theirs).toHaveURL(new RegExp(`/${second.slug}$`));
  const { items } = await inSecond.members.list.query({ roleKey: "billing" });
  expect(items.map(({ email }) => email)).toEqual([person.email]);
  expect((await api.members.list.query()).total).toBe(2);
  await page.close();
});

test("many at once: each row says what became of it, and seats are the limit", async ({
  page,
  organization,
  owner,
}) => {
  const people = ["Ana", "Bo", "Cy", "Di", "Ed"].map((name) => newcomer(name).email);
  await page.goto(`/${organization.slug}/members?invite=new`);
  const form = page.getByRole("form", { name: "Invite people" });
  const text = form.getByLabel("E-mail addresses");
  await text.fill(`${people[0]}, emperor`);
  await expect(form.getByText("there is no role “emperor”")).toBeVisible();
  await text.fill("");
  const csv = ["email,role", `${people[0]},editor`, owner.email, "not@@address", ...people.slice(1)].join(
    "\n",
  );
  await form
    .getByLabel("CSV file")
    .setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await expect(form.getByText("7 addresses, 1 with a role of their own")).toBeVisible();
  await expect(form.getByText("Your plan has 4 seats left.")).toBeVisible();
  await form.getByRole("button", { name: "Send 7 invites" }).click();
  await expect(page.getByRole("status").filter({ hasText: "4 invited, 3 not" })).toBeVisible();
  const results = page.getByRole("list", { name: "Results" });
  const lineOf = (email: string) => results.getByRole("listitem").filter({ hasText: email });
  await expect(lineOf(owner.email)).toContainText("is a member already");
  await expect(lineOf("not@@address")).toContainText("not an e-mail address");
  await expect(lineOf(people[4] ?? "")).toContainText("has room for 5");
  await page.getByRole("button", { name: "Correct 2" }).click();
  await expect(text).toHaveValue(`not@@address\n${people[4]}`);
});

test("an open invite is sent again, gets another role, and ends when it is taken back", async ({
  page,
  organization,
  api,
  apiAs,
  openAs,
  complaints,
}) => {
  complaints.tolerate(/status of 429/);
  const person = newcomer("Rita Revoked");
  const role = (await api.roles.list.query()).find(({ key }) => key === "viewer");
  await api.invites.create.mutate({ invites: [{ email: person.email, roleId: role?.id ?? "" }] });
  const token = await inviteTokenOf(person.email, organization.name);
  await page.goto(`/${organization.slug}/members/invites`);
  const actions = page.getByRole("button", { name: `Actions for ${person.email}` });
  const sendAgain = async () => {
    await actions.click();
    await page.getByRole("menuitem", { name: "Send again" }).click();
  };
  await sendAgain();
  await expect(page.getByText("This invite was sent just now.")).toBeVisible();
  const { id } = await api.organization.get.query();
  await tamper(id, "UPDATE invites SET sent_at = sent_at - interval '2 minutes'");
  await sendAgain();
  await expect(page.getByText("links sent before have ended")).toBeVisible();
  const second = await inviteTokenOf(person.email, organization.name, 2);
  const theirs = await openAs(null);
  await theirs.goto(`/invite/${token}`);
  await expect(theirs.getByRole("heading", { name: "This link cannot be used" })).toBeVisible();

  await actions.click();
  await page.getByRole("menuitem", { name: /^Change role/ }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Editor" }).click();
  await page.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("row").filter({ hasText: person.email })).toContainText("Editor");
  await actions.click();
  await page.getByRole("menuitem", { name: /^Take back/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Take back invite" }).click();
  await expect(page.getByRole("heading", { name: "No open invites" })).toBeVisible();
  await theirs.goto(`/invite/${second}`);
  await expect(theirs.getByRole("heading", { name: "This invite was taken back" })).toBeVisible();
  const nobody = apiAs({ state: { cookies: [], origins: [] } }, null);
  const { name, password } = person;
  const join = nobody.invites.join.mutate({ token: second, name, password });
  expect(await refusalOf(join)).toBe("409 invite_revoked");
});

test("an invite of somebody who may not give it any more says so, before anything is typed", async ({
  organization,
  api,
  apiAs,
  joined,
  openAs,
}) => {
  const admin = await joined("Anna Admin", "admin");
  const person = newcomer("Liv Lapsed");
  const token = await invitedAs(apiAs(admin, organization.slug), {
    email: person.email,
    roleKey: "editor",
    organization: organization.name,
  });
  const [member] = (await api.members.list.query({ search: "anna" })).items;
  await api.members.suspend.mutate({ id: member?.id ?? "" });
  const theirs = await openAs(null);
  await theirs.goto(`/invite/${token}`);
  await expect(theirs.getByRole("heading", { name: "This invite does not count any more" })).toBeVisible();
  await expect(theirs.getByRole("textbox")).toHaveCount(0);
  await api.members.reactivate.mutate({ id: member?.id ?? "" });
  await theirs.reload();
  await expect(theirs.getByRole("button", { name: `Join ${organization.name}` })).toBeVisible();
});
