import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { closeConnections } from "../test/factories.ts";
import { recordRefusedEntry } from "./security-log.ts";

afterAll(closeConnections);

test("whoever knocks without end leaves a bounded number of rows", async () => {
  const kind = `knock-${randomUUID()}`;
  const request = { id: randomUUID(), ip: "192.0.2.1", userAgent: null };
  const who = randomUUID();
  for (let knock = 0; knock < 100; knock++) await recordRefusedEntry(who, { kind, request });
  expect(await platformDb().securityEvent.count({ where: { kind } })).toBe(20);
  await recordRefusedEntry(randomUUID(), { kind, request });
  expect(await platformDb().securityEvent.count({ where: { kind } })).toBe(21);
});
