import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { closeMail } from "../platform/mail.ts";
import { accountDoorFrom, accountOf, askedMails, newSignUp, signedUp } from "../test/accounts.ts";
import { catchMails } from "../test/caught-mails.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { mailWriters } from "#workers/mails.ts";
import { sendPlatformMail } from "../mail/deliver.ts";
import { sendAccountMail } from "./account-mail.ts";
import { confirmEmail } from "./confirm-email.ts";
import { requestPasswordReset, resetPassword } from "./reset-password.ts";
import { signUp } from "./sign-up.ts";

const catcher = await catchMails();
afterAll(async () => {
  closeMail();
  await catcher.close();
  await closeConnections();
});

const job = { id: "0197a000-0000-7000-8000-000000000001", requestId: "r", attempt: 1 };
const password = "correct horse battery";

const caughtFor = (email: string) => catcher.mails.filter((mail) => mail.to.includes(email));

/** Sends every mail that was asked for an account, as the worker would, and answers the newest caught one. */
async function sendAll(email: string) {
  for (const payload of await askedMails(email)) await sendPlatformMail(mailWriters, payload, job);
  const [newest] = caughtFor(email);
  if (!newest) throw new Error(`nothing arrived for ${email}`);
  return newest;
}

function linkIn(text: string): URL {
  return new URL(/http:\/\/127\.0\.0\.1:3000\/\S+/.exec(text)?.[0] ?? "");
}

describe("a mail to an account", () => {
  test("sends a confirmation whose link works, as text and as HTML", async () => {
    const { email } = await signedUp({ password });
    const mail = await sendAll(email);
    expect(mail).toMatchObject({ subject: "Confirm your e-mail address", to: [email] });
    const link = linkIn(mail.text);
    expect(link.pathname).toBe("/confirm-email");
    expect(mail.html).toContain(`href="${link.href}"`);
    const token = link.searchParams.get("token") ?? "";
    expect(await confirmEmail({ token, password }, accountDoorFrom(), null)).toEqual({ email });
  });

  test("puts nothing that a stranger typed into a mail to an unproven address", async () => {
    const words = "Visit evil.example";
    const { email } = await signedUp({ name: words, organizationName: words });
    await requestPasswordReset({ email }, accountDoorFrom());
    await sendAll(email);
    expect(caughtFor(email)).toHaveLength(2);
    expect(JSON.stringify(caughtFor(email))).not.toContain("evil");
  });

  test("sends once, also when the job runs again", async () => {
    const { email } = await signedUp();
    await sendAll(email);
    await sendAll(email);
    expect(caughtFor(email)).toHaveLength(1);
  });

  test("gives the same mail the same Message-ID, and another mail another", async () => {
    const { email } = await signedUp();
    await requestPasswordReset({ email }, accountDoorFrom());
    const [confirm, reset] = await askedMails(email);
    await sendAll(email);
    const ids = caughtFor(email).map((mail) => mail.messageId);
    expect(ids.toSorted()).toEqual([
      `<confirm_email.${confirm?.subjectId}.1@127.0.0.1>`,
      `<reset_password.${reset?.subjectId}.1@127.0.0.1>`,
    ]);
  });

  test("stays silent when there is nothing to say any more", async () => {
    const { email } = await signedUp();
    const { id } = await accountOf(email);
    const [payload] = await askedMails(email);
    if (!payload) throw new Error("no mail was asked for");
    await platformDb().account.update({ where: { id }, data: { emailConfirmedAt: new Date() } });
    await sendPlatformMail(mailWriters, payload, job);
    await platformDb().account.delete({ where: { id } });
    await sendPlatformMail(mailWriters, payload, job);
    expect(caughtFor(email)).toEqual([]);
  });

  test("tells an account that it exists, without changing it, and one whose password changed", async () => {
    const { email } = await buildPerson({ name: "Grace <b>Hopper</b>" });
    await signUp(newSignUp({ email }), accountDoorFrom());
    const known = await sendAll(email);
    expect(known.subject).toBe("You already have an account");
    expect(known.text).toContain("http://127.0.0.1:3000/sign-in");
    expect(known.html).toContain("Grace &lt;b&gt;Hopper&lt;/b&gt;");
    await requestPasswordReset({ email }, accountDoorFrom());
    const token = linkIn((await sendAll(email)).text).searchParams.get("token") ?? "";
    await resetPassword({ token, password: "an entirely new sentence" }, accountDoorFrom());
    expect(await sendAll(email)).toMatchObject({ subject: "Your password was changed" });
  });

  test("keeps a name that tries to be a header inside the name", async () => {
    const name = 'Eve" <eve@example.com>, \r\nBcc: mallory@example.com';
    const { email } = await buildPerson({ name });
    await requestPasswordReset({ email }, accountDoorFrom());
    const mail = await sendAll(email);
    expect(mail.to).toEqual([email]);
    expect(mail.headers.map((header) => header.name.toLowerCase())).not.toContain("bcc");
    const to = mail.headers.filter((header) => header.name.toLowerCase() === "to");
    expect(to).toHaveLength(1);
  });

  test("reaches addresses of other alphabets", async () => {
    const { email } = await signedUp({ email: "иван@xn--80a1acny.xn--p1ai" });
    expect(await sendAll(email)).toMatchObject({ to: ["иван@xn--80a1acny.xn--p1ai"] });
  });
});

describe("what the version before asked for", () => {
  test("is sent as it would have been, and once together with the same mail of today", async () => {
    const { email } = await signedUp();
    const [asked] = await askedMails(email);
    const { id: accountId } = await accountOf(email);
    const old = { kind: "confirm_email" as const, accountId, tokenId: asked?.subjectId };
    await sendAccountMail(old, job);
    await sendAccountMail(old, job);
    expect((await sendAll(email)).subject).toBe("Confirm your e-mail address");
    expect(caughtFor(email)).toHaveLength(1);
  });

  test("tells an account that it exists", async () => {
    const { email, accountId } = await buildPerson();
    const old = { kind: "already_registered" as const, accountId };
    await sendAccountMail(old, { ...job, id: randomUUID() });
    expect(caughtFor(email)).toMatchObject([{ subject: "You already have an account" }]);
  });
});

describe("without a mail server", () => {
  beforeEach(() => catcher.close());

  test("sending throws, so that the job is tried again", async () => {
    const { email } = await signedUp();
    const [payload] = await askedMails(email);
    if (!payload) throw new Error("no mail was asked for");
    closeMail();
    await expect(sendPlatformMail(mailWriters, payload, job)).rejects.toThrow("ECONNREFUSED");
  });
});
