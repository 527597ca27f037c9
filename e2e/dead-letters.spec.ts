import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { asSuperuser } from "./database.ts";
import { expect, test } from "./fixtures.ts";
import { awaitMail, linkIn, mailsTo, whileRefused } from "./mails.ts";
import { signUp, type Person } from "./people.ts";

const resetSubject = "Choose a new password";

/** Asks for a reset while the mail server turns the address away, and spends the job's tries. Answers the job. */
async function deadResetOf(page: Page, { email }: Person): Promise<string> {
  return whileRefused(email, async () => {
    await page.goto("/forgot-password");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByText(`If there is an account for ${email}`)).toBeVisible();
    const find = () =>
      asSuperuser<{ id: string }>(
        `SELECT o.id FROM astra.outbox o JOIN account_tokens t ON t.id = (o.payload->>'subjectId')::uuid
         JOIN accounts a ON a.id = t.account_id
         WHERE a.email = $1 AND o.payload->>'kind' = 'reset_password' AND jsonb_array_length(o.failures) > 0`,
        [email],
      );
    await expect.poll(async () => (await find()).length, { message: "the first try failed" }).toBe(1);
    const [job] = await find();
    if (!job) throw new Error("the job is gone");
    // Its tries last for minutes; the rest of them is spent here.
    const spend = () =>
      asSuperuser(
        `UPDATE astra.outbox SET state = 'dead', attempts = 8, waits = false
         WHERE id = $1 AND state IN ('pending', 'dead') RETURNING id`,
        [job.id],
      );
    await expect.poll(async () => (await spend()).length).toBe(1);
    return job.id;
  });
}

/** A dead job of a name that no version knows, so that it stays dead and is this test's own. */
async function deadJobOf(name: string): Promise<string> {
  const [job] = await asSuperuser<{ id: string }>(
    `INSERT INTO astra.outbox (name, queue, payload, state, attempts, error)
     VALUES ($1, 'default', $2, 'dead', 50, 'unknown job') RETURNING id`,
    [name, { thingId: randomUUID() }],
  );
  if (!job) throw new Error("no job was made");
  return job.id;
}

const rowOf = (page: Page, id: string) =>
  page.getByRole("row").filter({ has: page.getByLabel(new RegExp(id.slice(0, 8))) });

test("a replayed mail arrives, and its link works", async ({ browser, baseURL, demo, openAs }) => {
  const person = await signUp(browser, baseURL ?? "", { name: "Rita Replay" });
  const id = await deadResetOf(await openAs(null), person);
  expect((await mailsTo(person.email)).map(({ subject }) => subject)).not.toContain(resetSubject);

  const page = await openAs(await demo("Operator"));
  await page.goto("/operator");
  await page.getByRole("link", { name: "Look at them" }).click();
  await page.getByRole("button", { name: /^Job/ }).click();
  await page.getByRole("menuitemradio", { name: /^mail\.send/ }).click();
  await expect(page).toHaveURL(/name=mail\.send/);
  await rowOf(page, id).getByRole("link", { name: "mail.send" }).click();
  const sheet = page.getByRole("dialog", { name: "Dead letter" });
  await expect(sheet.getByText("reset_password")).toBeVisible();
  await expect(sheet.getByText(/^Try 1/)).toBeVisible();
  await expect(sheet).not.toContainText(person.email);
  await page.reload();
  await sheet.getByRole("button", { name: "Replay" }).click();
  await expect(sheet).toBeHidden();
  await expect(rowOf(page, id)).toHaveCount(0);

  const mail = await awaitMail(person.email, resetSubject);
  expect(mail.html).toContain("Rita Replay");
  expect(mail.text).toContain("Rita Replay");
  const browserOfPerson = await openAs(null);
  await browserOfPerson.goto(linkIn(mail, "/reset-password"));
  await browserOfPerson.getByLabel("New password", { exact: true }).fill("nine owls on a dark roof");
  await browserOfPerson.getByRole("button", { name: "Save and sign in" }).click();
  await awaitMail(person.email, "Your password was changed");
  const resets = (await mailsTo(person.email)).filter(({ subject }) => subject === resetSubject);
  expect(resets).toHaveLength(1);
});

test("chosen ones are discarded with a reason, and the rest replayed at once", async ({ demo, openAs }) => {
  const name = `test.unknown-${randomUUID().slice(0, 8)}`;
  const [first, second, third] = [await deadJobOf(name), await deadJobOf(name), await deadJobOf(name)];
  const page = await openAs(await demo("Operator"));
  await page.goto(`/operator/dead-letters?name=${name}`);
  const rows = page.getByRole("table", { name: "Dead letters" }).getByRole("checkbox");
  await expect(rows).toHaveCount(3);

  for (const id of [first, second]) await rowOf(page, id).getByRole("checkbox").check();
  await expect(page.getByText("2 jobs chosen")).toBeVisible();
  await page.getByRole("button", { name: "Discard…" }).click();
  const dialog = page.getByRole("dialog", { name: "Discard 2 jobs?" });
  await dialog.getByRole("button", { name: "Discard 2 jobs" }).click();
  await expect(dialog.getByText("Say something here.")).toBeVisible();
  await dialog.getByLabel("Reason").fill("Made by a test");
  await dialog.getByRole("button", { name: "Discard 2 jobs" }).click();
  await expect(dialog).toBeHidden();
  await expect(rows).toHaveCount(1);
  const [kept] = await asSuperuser<{ state: string; error: string }>(
    "SELECT state, error FROM astra.outbox WHERE id = $1",
    [first],
  );
  expect(kept).toEqual({ state: "done", error: "discarded: Made by a test" });

  await page.getByRole("button", { name: "Replay all…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Replay 1 job" }).click();
  await expect(page.getByRole("heading", { name: "No dead letters found" })).toBeVisible();
  const [replayed] = await asSuperuser<{ dead: boolean }>(
    "SELECT state = 'dead' AS dead FROM astra.outbox WHERE id = $1",
    [third],
  );
  expect(replayed).toEqual({ dead: false });
  const noted = await asSuperuser<{ kind: string }>(
    "SELECT kind FROM security_events WHERE detail::text LIKE $1 OR detail::text LIKE $2 ORDER BY at",
    [`%${first}%`, `%${name}%`],
  );
  expect(noted.map(({ kind }) => kind)).toEqual(["operator.jobs.discard", "operator.jobs.replay"]);
  // It would be tried for hours, and seen by other tests' eyes.
  await asSuperuser("DELETE FROM astra.outbox WHERE name = $1", [name]);
});
