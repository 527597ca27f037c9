import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { endSend, endTurn, takeSend, takeTurn } from "./slots.ts";

test("an organization has 1,000 requests at once, and another one its own", async () => {
  const [large, small] = [randomUUID(), randomUUID()];
  // Alone it may use the whole process.
  for (let taken = 0; taken < 1_000; taken++) expect(takeSend(large)).toBe(true);
  expect(takeSend(large)).toBe(false);
  expect(takeSend(small)).toBe(true);
  endSend(large);
  expect(takeSend(large)).toBe(true);
  for (let taken = 0; taken < 1_000; taken++) endSend(large);
  endSend(small);
});

test("an organization has 64 turns in a process; one more waits for one of them to end, and not for long", async () => {
  const organization = randomUUID();
  for (let taken = 0; taken < 64; taken++) expect(await takeTurn(organization)).toBe(true);
  const waiting = takeTurn(organization);
  endTurn(organization);
  expect(await waiting).toBe(true);
  const from = performance.now();
  expect(await takeTurn(organization)).toBe(false);
  expect(performance.now() - from).toBeGreaterThan(200);
  // Another organization does not notice.
  const other = randomUUID();
  expect(await takeTurn(other)).toBe(true);
  endTurn(other);
  for (let taken = 0; taken < 64; taken++) endTurn(organization);
  expect(await takeTurn(organization)).toBe(true);
  endTurn(organization);
});

test("of many that wait for a turn the rest is sent away at once", async () => {
  const organization = randomUUID();
  for (let taken = 0; taken < 64; taken++) await takeTurn(organization);
  const waiting = Array.from({ length: 64 }, () => takeTurn(organization));
  const from = performance.now();
  expect(await takeTurn(organization)).toBe(false);
  expect(performance.now() - from).toBeLessThan(100);
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 64 }, () => false));
  for (let taken = 0; taken < 64; taken++) endTurn(organization);
});

test("in a busy process whoever begins much waits while somebody else is there, and who begins little does not", async () => {
  const [earlier, large, small] = [randomUUID(), randomUUID(), randomUUID()];
  for (const organization of [large, small]) {
    await takeTurn(organization);
    endTurn(organization);
  }
  // How busy the process is counts from when it was last looked at: from now on, not from before others waited here.
  const looked = Array.from({ length: 21 }, () => takeSend(earlier)).filter(Boolean).length;
  for (let ended = 0; ended < looked; ended++) endSend(earlier);
  const until = performance.now() + 60;
  while (performance.now() < until);
  const begun = Array.from({ length: 200 }, () => takeSend(large)).filter(Boolean).length;
  expect(begun).toBe(20);
  expect(takeSend(small)).toBe(true);
  for (let ended = 0; ended < begun; ended++) endSend(large);
  endSend(small);
});
