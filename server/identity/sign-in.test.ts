import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { closeRedis } from "../platform/redis.ts";
import { accountDoorFrom, accountOf, newSignUp, signedUp } from "../test/accounts.ts";
import { buildPerson, clockAt, closeConnections } from "../test/factories.ts";
import { hashPassword } from "./passwords.ts";
import { findSession, revokeSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

afterAll(closeConnections);

const password = "correct horse battery";

async function someone() {
  return buildPerson({ name: "Grace", passwordHash: await hashPassword(password) });
}

async function refusalOf(email: string): Promise<unknown> {
  return signIn({ email, password: "wrong" }, accountDoorFrom()).catch((error: unknown) => error);
}

describe("signIn", () => {
  test("begins a session that holds who, from where and until when", async () => {
    const { email, accountId } = await someone();
    const door = accountDoorFrom({ clock: clockAt("2030-01-01T00:00:00Z"), ip: "203.0.113.7" });
    const { sessionId, emailConfirmed } = await signIn({ email, password }, door);
    expect(emailConfirmed).toBe(true);
    const row = await platformDb().session.findUniqueOrThrow({ where: { id: sessionId } });
    expect(row).toMatchObject({ accountId, ip: "203.0.113.7", userAgent: "vitest", revokedAt: null });
    expect(row.expiresAt).toEqual(new Date("2030-01-15T00:00:00Z"));
  });

  test("refuses a wrong password and an unknown address with the same words", async () => {
    const { email } = await someone();
    const wrong = await refusalOf(email);
    expect(wrong).toMatchObject({ code: "UNAUTHENTICATED", reason: "wrong_password" });
    expect(await refusalOf(newSignUp().email)).toEqual(wrong);
  });

  test("lets nobody in to an account without a password", async () => {
    const { email } = await buildPerson();
    await expect(signIn({ email, password: "" }, accountDoorFrom())).rejects.toMatchObject({
      reason: "wrong_password",
    });
  });

  test("lets an unconfirmed account in, and says so", async () => {
    const { email } = await signedUp({ password });
    expect(await signIn({ email, password }, accountDoorFrom())).toMatchObject({ emailConfirmed: false });
  });

  test("refuses the eleventh wrong password from one place, even if it were right, but not from another place", async () => {
    const { email } = await someone();
    const there = accountDoorFrom();
    for (let tries = 0; tries < 10; tries++) {
      await expect(signIn({ email, password: "wrong" }, there)).rejects.toMatchObject({
        reason: "wrong_password",
      });
    }
    await expect(signIn({ email, password }, there)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    await expect(signIn({ email, password }, accountDoorFrom())).resolves.toBeTruthy();
  });

  test("refuses more than fifty wrong passwords for one account, wherever they come from", async () => {
    const { email } = await someone();
    const wrong = async () => signIn({ email, password: "wrong" }, accountDoorFrom());
    const outcomes = await Promise.allSettled(Array.from({ length: 51 }, wrong));
    const reasons = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.reason : ""));
    expect(reasons.filter((reason) => reason === "too_many_attempts")).toHaveLength(1);
  });

  test("counts households of IPv6 as one", async () => {
    const { email } = await someone();
    for (let tries = 0; tries < 10; tries++) {
      const door = accountDoorFrom({ ip: `2001:db8:1:2::${tries + 1}` });
      await expect(signIn({ email, password: "wrong" }, door)).rejects.toMatchObject({
        reason: "wrong_password",
      });
    }
    await expect(
      signIn({ email, password }, accountDoorFrom({ ip: "2001:db8:1:2:ffff::1" })),
    ).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  test("forgets the tries of a person who got it right", async () => {
    const { email } = await someone();
    const there = accountDoorFrom();
    for (let round = 0; round < 3; round++) {
      for (let tries = 0; tries < 8; tries++) {
        await signIn({ email, password: "wrong" }, there).catch(() => null);
      }
      await expect(signIn({ email, password }, there)).resolves.toMatchObject({ emailConfirmed: true });
    }
  });

  test("keeps fifty sessions an account and ends the oldest", async () => {
    const { email, accountId } = await someone();
    const { sessionId: oldest } = await signIn({ email, password }, accountDoorFrom());
    const expiresAt = new Date(Date.now() + 86_400_000);
    await platformDb().session.createMany({
      data: Array.from({ length: 49 }, () => ({ accountId, expiresAt })),
    });
    await signIn({ email, password }, accountDoorFrom());
    expect(await platformDb().session.count({ where: { accountId, revokedAt: null } })).toBe(50);
    expect(await findSession(oldest, new Date())).toBeNull();
  });
});

describe("findSession", () => {
  test("answers who is signed in", async () => {
    const person = await someone();
    const { sessionId } = await signIn({ email: person.email, password }, accountDoorFrom());
    expect(await findSession(sessionId, new Date())).toEqual({ ...person, sessionId, emailConfirmed: true });
  });

  test("answers null for a revoked session at once, for an expired one, and for a gone account", async () => {
    const { email, accountId } = await someone();
    const begin = async () => (await signIn({ email, password }, accountDoorFrom())).sessionId;
    const revoked = await begin();
    await revokeSession(revoked, accountDoorFrom());
    expect(await findSession(revoked, new Date())).toBeNull();
    const expiring = await begin();
    expect(await findSession(expiring, new Date(Date.now() + 14 * 86_400_000 + 1_000))).toBeNull();
    const orphan = await begin();
    await platformDb().account.delete({ where: { id: accountId } });
    expect(await findSession(orphan, new Date())).toBeNull();
  });

  test.each([null, undefined, "", "x", 7, {}, "' OR true --", "00000000-0000-7000-8000-000000000000"])(
    "answers null for %j",
    async (sessionId) => {
      expect(await findSession(sessionId, new Date())).toBeNull();
    },
  );

  test("notes when it was last seen, once a minute at most", async () => {
    const { email } = await someone();
    const { sessionId } = await signIn({ email, password }, accountDoorFrom());
    const seen = async () =>
      (await platformDb().session.findUniqueOrThrow({ where: { id: sessionId } })).lastSeenAt.getTime();
    const begun = await seen();
    await findSession(sessionId, new Date(begun + 59_000));
    expect(await seen()).toBe(begun);
    await findSession(sessionId, new Date(begun + 61_000));
    expect(await seen()).toBe(begun + 61_000);
  });

  test("sees a confirmation right away", async () => {
    const { email } = await signedUp({ password });
    const { sessionId } = await signIn({ email, password }, accountDoorFrom());
    expect(await findSession(sessionId, new Date())).toMatchObject({ emailConfirmed: false });
    const { id } = await accountOf(email);
    await platformDb().account.update({ where: { id }, data: { emailConfirmedAt: new Date() } });
    expect(await findSession(sessionId, new Date())).toMatchObject({ emailConfirmed: true });
  });
});

describe("without Redis", () => {
  beforeAll(closeRedis);

  test("attempts are counted by the process itself", async () => {
    const { email } = await someone();
    const there = accountDoorFrom();
    for (let tries = 0; tries < 10; tries++) {
      await expect(signIn({ email, password: "wrong" }, there)).rejects.toMatchObject({
        reason: "wrong_password",
      });
    }
    await expect(signIn({ email, password }, there)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });
});
