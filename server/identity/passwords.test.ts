import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./passwords.ts";

test("hashPassword uses argon2id with 19 MiB, 2 passes, 1 lane and a salt of its own", async () => {
  const [one, two] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
});

test("verifyPassword knows a password in both of its Unicode forms, and no other", async () => {
  const stored = await hashPassword("crème brûlée");
  expect(await verifyPassword(stored, "crème brûlée".normalize("NFD"))).toBe(true);
  expect(await verifyPassword(stored, "creme brulee")).toBe(false);
});

async function timeOf(hash: string | null) {
  const start = performance.now();
  for (let round = 0; round < 5; round++) expect(await verifyPassword(hash, "wrong")).toBe(false);
  return performance.now() - start;
}

test("verifyPassword without a hash says no, after the same work", async () => {
  const stored = await hashPassword("correct horse");
  await verifyPassword(null, "warm-up");
  const known = await timeOf(stored);
  const unknown = await timeOf(null);
  // Skipping the work would be hundreds of times faster; the bound leaves room for a busy machine.
  expect(unknown).toBeGreaterThan(known / 5);
});

test("hashPassword refuses when more wait than it will ever let wait", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 110 }, async () => hashPassword("correct horse")),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(20);
  expect(refused[0]?.reason).toMatchObject({ code: "UNAVAILABLE", reason: "busy" });
});
