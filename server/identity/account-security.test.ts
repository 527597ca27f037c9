import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { AccountSession } from "../access/account-session.ts";
import { platformDb } from "../platform/database.ts";
import {
  accountDoorFrom,
  accountOf,
  askedMails,
  confirmed,
  makeRoom,
  mailedSecret,
  newSignUp,
  signedUp,
} from "../test/accounts.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { endOtherSessions, endOwnSession, listOwnSessions } from "./account-sessions.ts";
import { askEmailChange, confirmEmailChange, inspectEmailChange } from "./change-email.ts";
import { changePassword } from "./change-password.ts";
import { inspectReset, requestPasswordReset } from "./reset-password.ts";
import { findSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

afterAll(closeConnections);
beforeEach(() => makeRoom());

const door = accountDoorFrom;
const password = "correct horse battery";

async function person(): Promise<{ email: string; accountId: string }> {
  const { email } = await signedUp({ password });
  return { email, accountId: (await confirmed(email)).id };
}

async function session(email: string, userAgent = "vitest", secret = password): Promise<AccountSession> {
  const given = door();
  const { sessionId } = await signIn(
    { email, password: secret },
    { ...given, request: { ...given.request, userAgent } },
  );
  const found = await findSession(sessionId, new Date());
  if (!found) throw new Error("no session began");
  return found;
}

const mailed = async (email: string, kind: string) =>
  (await askedMails(email)).filter((mail) => mail.kind === kind).map((mail) => mail.subjectId);

const lives = async ({ sessionId }: AccountSession) => (await findSession(sessionId, new Date())) !== null;

describe("sessions", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

  test("are listed to their owner with browser, system and network address, this one first", async () => {
    const { email } = await person();
    const here = await session(email, firefox);
    await session(email, "");
    await session((await person()).email);
    const listed = await listOwnSessions(here, door());
    expect(listed).toMatchObject([
      { id: here.sessionId, current: true, device: { browser: "Firefox", system: "Linux", kind: "desktop" } },
      { current: false, device: { browser: null, system: null, kind: null } },
    ]);
    expect(listed[0]?.ip).toMatch(/^198\.18\./);
  });

  test("end at once when their owner ends them, one or all others; nobody else can", async () => {
    const { email } = await person();
    const [here, second, third] = [await session(email), await session(email), await session(email)];
    const stranger = await session((await person()).email);
    expect(await refusalOf(endOwnSession(stranger, { id: second.sessionId }, door()))).toMatchObject({
      reason: "not_found",
    });
    expect(await refusalOf(endOwnSession(here, { id: here.sessionId }, door()))).toMatchObject({
      reason: "own_session",
    });
    await endOwnSession(here, { id: second.sessionId }, door());
    expect([await lives(here), await lives(second), await lives(third)]).toEqual([true, false, true]);
    expect(await refusalOf(endOwnSession(here, { id: second.sessionId }, door()))).toMatchObject({
      reason: "not_found",
    });
    expect(await endOtherSessions(here, door())).toEqual({ ended: 1 });
    expect([await lives(here), await lives(third), await lives(stranger)]).toEqual([true, false, true]);
    const events = await platformDb().securityEvent.findMany({ where: { accountId: here.accountId } });
    expect(events.filter((event) => event.kind === "session.revoke")).toHaveLength(2);
  });
});

describe("changePassword", () => {
  const next = "seven hares in a field";

  test("ends every other session and open link, and tells the owner by mail", async () => {
    const { email, accountId } = await person();
    const [here, elsewhere] = [await session(email), await session(email)];
    await requestPasswordReset({ email }, door());
    const secret = await mailedSecret(email, "reset_password");
    expect(await changePassword(here, { current: password, password: next }, door())).toEqual({ ended: 1 });
    expect([await lives(here), await lives(elsewhere)]).toEqual([true, false]);
    expect(await inspectReset(secret, door())).toBeNull();
    await expect(session(email)).rejects.toMatchObject({ reason: "wrong_password" });
    await session(email, "vitest", next);
    const [event] = await platformDb().securityEvent.findMany({
      where: { accountId, kind: "account.changePassword" },
    });
    expect(await mailed(email, "password_changed")).toEqual([event?.id]);
  });

  test("sends no mail to an address that nobody has confirmed: a stranger's gets no words of ours", async () => {
    const { email } = await signedUp({ password, name: "Win 1000 at evil.example" });
    await changePassword(await session(email), { current: password, password: next }, door());
    expect(await mailed(email, "password_changed")).toEqual([]);
  });

  test("needs the present password, and one that is not the person's own data", async () => {
    const { email } = await person();
    const here = await session(email);
    const before = await accountOf(email);
    expect(await refusalOf(changePassword(here, { current: next, password: next }, door()))).toMatchObject({
      reason: "wrong_password",
      field: "current",
    });
    expect(
      await refusalOf(changePassword(here, { current: password, password: email }, door())),
    ).toMatchObject({ reason: "own_data", field: "password" });
    expect((await accountOf(email)).passwordHash).toBe(before.passwordHash);
  });
});

describe("a change of the e-mail address", () => {
  const fresh = () => newSignUp().email;

  test("moves the account when the link is used in its own browser, and ends all else", async () => {
    const { email, accountId } = await person();
    const [here, elsewhere] = [await session(email), await session(email)];
    const address = fresh();
    await askEmailChange(here, { email: address, password }, door());
    expect((await accountOf(email)).id).toBe(accountId);
    const secret = await mailedSecret(email, "change_email");
    expect(await inspectEmailChange(secret, door(), null)).toMatchObject({
      previous: null,
      needsPassword: true,
    });
    expect(await inspectEmailChange(secret, door(), here)).toEqual({
      state: "open",
      email: address,
      previous: email,
      needsPassword: false,
    });
    expect(await confirmEmailChange({ token: secret }, door(), here)).toEqual({ email: address });
    expect(await accountOf(address)).toMatchObject({ id: accountId });
    expect([await lives(here), await lives(elsewhere)]).toEqual([true, false]);
    expect(await refusalOf(confirmEmailChange({ token: secret }, door(), here))).toMatchObject({
      reason: "link_not_valid",
    });
    await expect(session(email)).rejects.toMatchObject({ reason: "wrong_password" });
    const token = await platformDb().accountToken.findFirst({
      where: { accountId, purpose: "change_email" },
    });
    expect(token).toMatchObject({ previousEmail: email });
    expect(await mailed(address, "email_changed")).toEqual([token?.id]);
  });

  test("needs the password elsewhere: an address that was mistyped belongs to a stranger", async () => {
    const { email } = await person();
    const address = fresh();
    await askEmailChange(await session(email), { email: address, password }, door());
    const token = await mailedSecret(email, "change_email");
    const stranger = await session((await person()).email);
    for (const signedIn of [null, stranger]) {
      expect(await refusalOf(confirmEmailChange({ token }, door(), signedIn))).toMatchObject({
        reason: "password_needed",
      });
      expect(
        await refusalOf(confirmEmailChange({ token, password: "a guess of mine" }, door(), signedIn)),
      ).toMatchObject({ reason: "wrong_password" });
    }
    expect(await confirmEmailChange({ token, password }, door(), null)).toEqual({ email: address });
  });

  test("begins with the password, and not with the address one has", async () => {
    const { email } = await person();
    const here = await session(email);
    expect(await refusalOf(askEmailChange(here, { email, password }, door()))).toMatchObject({
      reason: "same_address",
      field: "email",
    });
    const wrong = { email: fresh(), password: "a guess of mine" };
    expect(await refusalOf(askEmailChange(here, wrong, door()))).toMatchObject({
      reason: "wrong_password",
      field: "password",
    });
    expect(
      await platformDb().accountToken.count({ where: { purpose: "change_email", email: wrong.email } }),
    ).toBe(0);
  });

  test("to the address of another account answers the same, tells that one's owner, and moves nothing", async () => {
    const { email } = await person();
    const here = await session(email);
    const other = await buildPerson();
    expect(await askEmailChange(here, { email: other.email, password }, door())).toEqual({
      email: other.email,
    });
    expect(await platformDb().accountToken.count({ where: { email: other.email } })).toBe(0);
    expect(
      await platformDb().securityEvent.count({
        where: { accountId: other.accountId, kind: "sign_up_known" },
      }),
    ).toBe(1);
  });

  test("takes an address from a sign-up that nobody confirmed, and leaves it to one that was confirmed since", async () => {
    await makeRoom(3);
    const { email, accountId } = await person();
    const here = await session(email);
    const squatter = await signedUp();
    await askEmailChange(here, { email: squatter.email, password }, door());
    const first = await mailedSecret(email, "change_email");
    await askEmailChange(here, { email: fresh(), password }, door());
    const { id: other } = await accountOf(squatter.email);
    await confirmEmailChange({ token: first }, door(), here);
    expect(await accountOf(squatter.email)).toMatchObject({ id: accountId });
    expect(await platformDb().account.count({ where: { id: other } })).toBe(0);

    const late = await signedUp();
    const moved = await findSession(here.sessionId, new Date());
    if (!moved) throw new Error("the session ended");
    await askEmailChange(moved, { email: late.email, password }, door());
    const second = await mailedSecret(squatter.email, "change_email");
    await confirmed(late.email);
    expect(await refusalOf(confirmEmailChange({ token: second }, door(), moved))).toMatchObject({
      reason: "address_taken",
    });
    expect(await accountOf(late.email)).not.toMatchObject({ id: accountId });
  });
});
