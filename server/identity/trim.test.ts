import { afterAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { accountOf, makeRoom, signedUp } from "../test/accounts.ts";
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

test("an account that nobody confirmed for thirty days goes, with the organization that it founded", async () => {
  await makeRoom(2);
  const [old, confirmed] = [await signedUp(), await signedUp()];
  const young = await buildPerson();
  const [gone, stays] = [await accountOf(old.email), await accountOf(confirmed.email)];
  const long = { createdAt: day(-31) };
  await platformDb().account.update({ where: { id: gone.id }, data: long });
  await platformDb().account.update({
    where: { id: stays.id },
    data: { ...long, emailConfirmedAt: day(-31) },
  });
  await platformDb().account.update({
    where: { id: young.accountId },
    data: { createdAt: day(-29), emailConfirmedAt: null },
  });
  const founded = await platformDb().organization.findFirstOrThrow({ where: { createdById: gone.id } });
  await trimIdentity(day(0));
  expect(await platformDb().account.count({ where: { id: gone.id } })).toBe(0);
  expect(await platformDb().account.count({ where: { id: { in: [stays.id, young.accountId] } } })).toBe(2);
  expect(await platformDb().organization.findUnique({ where: { id: founded.id } })).toMatchObject({
    discardedAt: day(0),
    slug: `discarded-${founded.id}`,
  });
  expect(await platformDb().organization.findFirst({ where: { createdById: stays.id } })).toMatchObject({
    discardedAt: null,
  });
});

test("a sign-up that was taken up again is left alone as long as its link can be used", async () => {
  await makeRoom();
  const { email } = await signedUp();
  const { id } = await accountOf(email);
  await platformDb().account.update({ where: { id }, data: { createdAt: day(-31) } });
  await platformDb().accountToken.updateMany({ where: { accountId: id }, data: { expiresAt: day(1) } });
  await trimIdentity(day(0));
  expect(await platformDb().account.count({ where: { id } })).toBe(1);
});

test("security events go after four hundred days", async () => {
  const kind = "trim.test";
  const at = [-401, -399].map((offset) => ({ kind, at: day(offset) }));
  await platformDb().securityEvent.createMany({ data: at });
  await trimIdentity(day(0));
  const left = await platformDb().securityEvent.findMany({ where: { kind } });
  expect(left.map((event) => event.at)).toEqual([day(-399)]);
});
