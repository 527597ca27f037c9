import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { redis } from "../platform/redis.ts";
import { accountDoorFrom } from "../test/accounts.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import type { AccountDoor } from "./account-door.ts";
import { fingerprint } from "./attempt-limits.ts";
import { hashPassword } from "./passwords.ts";
import { signIn } from "./sign-in.ts";
import { takeSignInTurn } from "./sign-in-turns.ts";

afterAll(closeConnections);

const password = "correct horse battery";

async function someone(): Promise<string> {
  return (await buildPerson({ passwordHash: await hashPassword(password) })).email;
}

const gateOf = (scope: "pair" | "account", text: string) => `sign-in-wait:${scope}:${fingerprint(text)}`;
const secondsLeft = (key: string) => redis().ttl(key);

/** What a try with a wrong password is answered. */
async function wrong(email: string, door: AccountDoor): Promise<string> {
  return (await refusalOf(signIn({ email, password: "wrong" }, door))).reason;
}

test("after the free tries each further one makes the next wait twice as long, up to a quarter of an hour", async () => {
  const door = accountDoorFrom();
  const email = await someone();
  for (let tries = 0; tries < 10; tries++) expect(await wrong(email, door)).toBe("wrong_password");
  const gate = gateOf("pair", `${email} ${door.request.ip}`);
  for (const wait of [30, 60, 120, 240, 480, 900, 900]) {
    expect(await wrong(email, door)).toBe("too_many_attempts");
    // Whoever hammers meanwhile makes it no longer.
    expect(await wrong(email, door)).toBe("too_many_attempts");
    const left = await secondsLeft(gate);
    expect(left).toBeLessThanOrEqual(wait);
    expect(left).toBeGreaterThan(wait - 10);
    await redis().del(gate);
    expect(await wrong(email, door)).toBe("wrong_password");
  }
  await redis().del(gate);
  await signIn({ email, password }, door);
  expect(await redis().exists(gate)).toBe(0);
  expect(await wrong(email, door)).toBe("wrong_password");
});

test("an address that nobody has waits as one that somebody has", async () => {
  const answers = async (email: string) => {
    const door = accountDoorFrom();
    const reasons: string[] = [];
    for (let tries = 0; tries < 12; tries++) reasons.push(await wrong(email, door));
    return [reasons, await secondsLeft(gateOf("pair", `${email} ${door.request.ip}`))];
  };
  expect(await answers(`${randomUUID()}@example.test`)).toEqual(await answers(await someone()));
});

test("an account that is tried from everywhere makes strangers wait, and nobody whose network it knows", async () => {
  const email = await someone();
  const home = accountDoorFrom();
  await signIn({ email, password }, home);
  for (let tries = 0; tries < 50; tries++) await takeSignInTurn(accountDoorFrom(), email);
  expect(await refusalOf(signIn({ email, password }, accountDoorFrom()))).toMatchObject({
    reason: "too_many_attempts",
  });
  expect(await secondsLeft(gateOf("account", email))).toBeGreaterThan(20);
  await signIn({ email, password }, home);
});

test("whoever tries many accounts makes others of the network wait, and nobody who has signed in from there", async () => {
  const known = await someone();
  const other = await someone();
  const door = accountDoorFrom();
  await signIn({ email: known, password }, door);
  for (let tries = 0; tries < 200; tries++) await takeSignInTurn(door, `${randomUUID()}@example.test`);
  expect((await refusalOf(signIn({ email: other, password }, door))).reason).toBe("too_many_attempts");
  await signIn({ email: known, password }, door);
  // Each of its tries counts for the network nevertheless, unless it was right.
  const tries = `sign-in-tries:network:${fingerprint(door.request.ip ?? "")}`;
  expect(await redis().get(tries)).toBe("200");
  expect(await wrong(known, door)).toBe("wrong_password");
  expect(await redis().get(tries)).toBe("201");
});

test("many wrong ones at once from one place are stopped as they would be in a row", async () => {
  const door = accountDoorFrom();
  const email = await someone();
  const tries = Array.from({ length: 60 }, () =>
    takeSignInTurn(door, email).then(
      () => true,
      () => false,
    ),
  );
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(10);
});
