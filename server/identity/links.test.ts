import { afterAll, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import type { AccountSession } from "../access/account-session.ts";
import {
  accountDoorFrom,
  accountOf,
  askedMails,
  mailedSecret,
  newSignUp,
  signedUp,
} from "../test/accounts.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { confirmEmail, inspectConfirmation, resendConfirmation } from "./confirm-email.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { inspectReset, requestPasswordReset, resetPassword } from "./reset-password.ts";
import { findSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";
import { tokenSecret } from "./tokens.ts";

afterAll(closeConnections);

const password = "correct horse battery";
const linkNotValid = { code: "BAD_REQUEST", reason: "link_not_valid" };
const hourMs = 3_600_000;

function doorIn(ms: number) {
  return accountDoorFrom({ clock: { now: () => new Date(Date.now() + ms) } });
}

async function sessionOf(email: string): Promise<AccountSession | null> {
  const { sessionId } = await signIn({ email, password }, accountDoorFrom());
  return findSession(sessionId, new Date());
}

const isConfirmed = async (email: string) => (await accountOf(email)).emailConfirmedAt !== null;

const next = "an entirely new sentence";

async function forgetful() {
  const person = await buildPerson({ name: "Grace Hopper", passwordHash: await hashPassword(password) });
  await requestPasswordReset({ email: person.email }, accountDoorFrom());
  return { ...person, token: await mailedSecret(person.email, "reset_password") };
}

describe("confirmEmail", () => {
  test("takes link and password together", async () => {
    const { email } = await signedUp({ password });
    const token = await mailedSecret(email, "confirm_email");
    expect(await confirmEmail({ token, password }, accountDoorFrom(), null)).toEqual({ email });
    expect(await isConfirmed(email)).toBe(true);
  });

  test("takes the link alone in the account's own signed-in browser", async () => {
    const { email } = await signedUp({ password });
    const token = await mailedSecret(email, "confirm_email");
    await confirmEmail({ token }, accountDoorFrom(), await sessionOf(email));
    expect(await isConfirmed(email)).toBe(true);
  });

  test("is not content with the link alone, a wrong password, or another's session", async () => {
    const { email } = await signedUp({ password });
    const other = await signedUp({ password });
    const token = await mailedSecret(email, "confirm_email");
    const door = accountDoorFrom();
    await expect(confirmEmail({ token }, door, null)).rejects.toMatchObject({ reason: "password_needed" });
    await expect(confirmEmail({ token, password: "wrong" }, door, null)).rejects.toMatchObject({
      reason: "wrong_password",
      field: "password",
    });
    await expect(confirmEmail({ token }, door, await sessionOf(other.email))).rejects.toMatchObject({
      reason: "password_needed",
    });
    expect(await isConfirmed(email)).toBe(false);
    await confirmEmail({ token, password }, door, null);
    expect(await isConfirmed(email)).toBe(true);
  });

  test("confirms nothing for a stranger who signed up with this address, when its owner clicks", async () => {
    const { email } = await signedUp({ password: "the stranger's choice" });
    const strangers = await signIn({ email, password: "the stranger's choice" }, accountDoorFrom());
    await signUp(newSignUp({ email, password: "the owner's own words" }), accountDoorFrom());
    const token = await mailedSecret(email, "confirm_email");
    await confirmEmail({ token, password: "the owner's own words" }, accountDoorFrom(), null);
    expect(await findSession(strangers.sessionId, new Date())).toBeNull();
    await expect(
      signIn({ email, password: "the stranger's choice" }, accountDoorFrom()),
    ).rejects.toMatchObject({ reason: "wrong_password" });
  });

  test("works once; looking at the link before uses nothing up", async () => {
    const { email } = await signedUp({ password });
    const token = await mailedSecret(email, "confirm_email");
    for (let looks = 0; looks < 3; looks++) {
      expect(await inspectConfirmation(token, accountDoorFrom(), null)).toEqual({
        state: "open",
        email,
        needsPassword: true,
      });
    }
    await confirmEmail({ token, password }, accountDoorFrom(), null);
    await expect(confirmEmail({ token, password }, accountDoorFrom(), null)).rejects.toMatchObject(
      linkNotValid,
    );
    expect(await inspectConfirmation(token, accountDoorFrom(), null)).toEqual({ state: "done", email });
  });

  test("used by many at once succeeds for one", async () => {
    const { email } = await signedUp({ password });
    const token = await mailedSecret(email, "confirm_email");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, async () => confirmEmail({ token, password }, accountDoorFrom(), null)),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  test("accepts any of several links that were mailed, and then none", async () => {
    const { email } = await signedUp({ password });
    const first = await mailedSecret(email, "confirm_email");
    await resendConfirmation({ email }, accountDoorFrom());
    const second = await mailedSecret(email, "confirm_email");
    expect(second).not.toBe(first);
    await confirmEmail({ token: first, password }, accountDoorFrom(), null);
    await expect(confirmEmail({ token: second, password }, accountDoorFrom(), null)).rejects.toMatchObject(
      linkNotValid,
    );
  });

  test("refuses a link after a day, but not just before", async () => {
    const { email } = await signedUp({ password });
    const token = await mailedSecret(email, "confirm_email");
    expect(await inspectConfirmation(token, doorIn(24 * hourMs + 1_000), null)).toEqual({ state: "dead" });
    await expect(confirmEmail({ token, password }, doorIn(24 * hourMs + 1_000), null)).rejects.toMatchObject(
      linkNotValid,
    );
    await confirmEmail({ token, password }, doorIn(24 * hourMs - 60_000), null);
  });

  test("refuses a link of another purpose, a guessed one, and one of a gone account", async () => {
    const { email } = await signedUp({ password });
    await requestPasswordReset({ email }, accountDoorFrom());
    const reset = await mailedSecret(email, "reset_password");
    const confirm = await mailedSecret(email, "confirm_email");
    const [id = ""] = confirm.split(".");
    const [resetId = ""] = reset.split(".");
    const forged = [
      reset,
      tokenSecret(resetId, "confirm_email"),
      id,
      `${id}.`,
      `${id}.${"A".repeat(43)}`,
      `${confirm}.more`,
      confirm.slice(0, -1),
      "",
      "'; DROP TABLE accounts; --",
    ];
    for (const token of forged) {
      await expect(confirmEmail({ token, password }, accountDoorFrom(), null)).rejects.toMatchObject(
        linkNotValid,
      );
    }
    await platformDb().account.delete({ where: { email } });
    await expect(confirmEmail({ token: confirm, password }, accountDoorFrom(), null)).rejects.toMatchObject(
      linkNotValid,
    );
  });

  test("looking at links from one place has an end", async () => {
    const door = accountDoorFrom();
    for (let looks = 0; looks < 100; looks++) await inspectConfirmation("x.y", door, null);
    await expect(inspectConfirmation("x.y", door, null)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });
});

test("tokenSecret signs the purpose too", () => {
  const id = crypto.randomUUID();
  expect(tokenSecret(id, "confirm_email")).not.toBe(tokenSecret(id, "reset_password"));
});

describe("resendConfirmation", () => {
  test("answers the same for unknown, confirmed and waiting addresses, and mails only the last", async () => {
    const confirmed = await buildPerson();
    const waiting = await signedUp();
    for (const email of [newSignUp().email, confirmed.email, waiting.email]) {
      expect(await resendConfirmation({ email }, accountDoorFrom())).toBeUndefined();
    }
    expect(await askedMails(confirmed.email)).toEqual([]);
    expect(await askedMails(waiting.email)).toHaveLength(2);
  });

  test("sends at most five mails an hour to one address", async () => {
    const { email } = await signedUp();
    for (let mails = 0; mails < 5; mails++) await resendConfirmation({ email }, accountDoorFrom());
    await expect(resendConfirmation({ email }, accountDoorFrom())).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    expect(await askedMails(email)).toHaveLength(6);
  });
});

describe("resetPassword", () => {
  test("sets the password, ends every session and tells the owner", async () => {
    const { email, token } = await forgetful();
    const before = await sessionOf(email);
    expect(await resetPassword({ token, password: next }, accountDoorFrom())).toEqual({ email });
    expect(await findSession(before?.sessionId, new Date())).toBeNull();
    await expect(signIn({ email, password }, accountDoorFrom())).rejects.toMatchObject({
      reason: "wrong_password",
    });
    await signIn({ email, password: next }, accountDoorFrom());
    expect((await askedMails(email)).at(-1)).toMatchObject({ kind: "password_changed" });
  });

  test("ends the wait of somebody who was locked out by wrong tries", async () => {
    const { email, token } = await forgetful();
    const door = accountDoorFrom();
    for (let tries = 0; tries < 11; tries++)
      await signIn({ email, password: "wrong" }, door).catch(() => null);
    await resetPassword({ token, password: next }, door);
    expect(await signIn({ email, password: next }, door)).toMatchObject({ emailConfirmed: true });
  });

  test("confirms the address, which the link has proven", async () => {
    const { email } = await signedUp();
    await requestPasswordReset({ email }, accountDoorFrom());
    const token = await mailedSecret(email, "reset_password");
    await resetPassword({ token, password: next }, accountDoorFrom());
    expect(await isConfirmed(email)).toBe(true);
  });

  test("works once, for one of many at once, and voids the other links of the account", async () => {
    const { email, token } = await forgetful();
    await requestPasswordReset({ email }, accountDoorFrom());
    const second = await mailedSecret(email, "reset_password");
    const tries = [token, second, token, second].map(async (secret, index) =>
      resetPassword({ token: secret, password: `${next} ${index}` }, accountDoorFrom()),
    );
    const outcomes = await Promise.allSettled(tries);
    const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
    const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refusals.map((refusal) => refusal.reason)).toMatchObject([
      linkNotValid,
      linkNotValid,
      linkNotValid,
    ]);
    const { passwordHash } = await accountOf(email);
    expect(await verifyPassword(passwordHash, `${next} ${winner}`)).toBe(true);
    expect(await inspectReset(second, accountDoorFrom())).toBeNull();
  });

  test("refuses a link after an hour, and one that confirms an address", async () => {
    const { token } = await forgetful();
    await expect(resetPassword({ token, password: next }, doorIn(hourMs + 1_000))).rejects.toMatchObject(
      linkNotValid,
    );
    const { email } = await signedUp();
    const confirm = await mailedSecret(email, "confirm_email");
    await expect(resetPassword({ token: confirm, password: next }, accountDoorFrom())).rejects.toMatchObject(
      linkNotValid,
    );
  });

  test("refuses the person's own name, and leaves the link to be used again", async () => {
    const { token, email } = await forgetful();
    await expect(resetPassword({ token, password: "Grace Hopper" }, accountDoorFrom())).rejects.toMatchObject(
      { reason: "own_data", field: "password" },
    );
    expect(await inspectReset(token, accountDoorFrom())).toEqual({ email });
  });

  test("leaves no session behind that began beside it with the old password", async () => {
    const { email, accountId, token } = await forgetful();
    const signIns = Array.from({ length: 6 }, async () =>
      signIn({ email, password }, accountDoorFrom()).catch(() => null),
    );
    await Promise.all([resetPassword({ token, password: next }, accountDoorFrom()), ...signIns]);
    expect(await platformDb().session.count({ where: { accountId, revokedAt: null } })).toBe(0);
  });

  test("is asked for with the same answer whether the address is known or not", async () => {
    expect(await requestPasswordReset({ email: newSignUp().email }, accountDoorFrom())).toBeUndefined();
    const { email } = await buildPerson();
    expect(await requestPasswordReset({ email }, accountDoorFrom())).toBeUndefined();
    expect(await askedMails(email)).toMatchObject([{ kind: "reset_password" }]);
  });
});
