import { afterAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { trimIdentity } from "./trim.ts";

afterAll(closeConnections);

const day = (offset: number) => new Date(Date.UTC(2030, 0, 1 + offset));

test("trimIdentity removes what ended more than thirty days ago, and nothing that is younger", async () => {
  const { accountId } = await buildPerson();
  const sessions = [
    { ip: "expired long ago", expiresAt: day(-31) },
    { ip: "expired", expiresAt: day(-29) },
    { ip: "revoked long ago", expiresAt: day(5), revokedAt: day(-31) },
    { ip: "revoked", expiresAt: day(5), revokedAt: day(-1) },
    { ip: "in use", expiresAt: day(5) },
  ];
  await platformDb().session.createMany({ data: sessions.map((session) => ({ accountId, ...session })) });
  const purpose = "reset_password";
  await platformDb().accountToken.createMany({
    data: [-31, -29, 1].map((offset) => ({ accountId, purpose, expiresAt: day(offset) })),
  });
  await trimIdentity(day(0));
  const left = await platformDb().session.findMany({ where: { accountId }, orderBy: { ip: "asc" } });
  expect(left.map((session) => session.ip)).toEqual(["expired", "in use", "revoked"]);
  expect(await platformDb().accountToken.count({ where: { accountId } })).toBe(2);
});
