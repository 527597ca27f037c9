import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createRequestContext } from "../api/request-context.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { systemClock } from "../platform/clock.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import { syncMember } from "../organizations/projection.ts";
import { accountDoorFrom, accountOf, signedUp } from "../test/accounts.ts";
import {
  buildKey,
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  keyRequest,
  type Person,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { hashPassword } from "./passwords.ts";
import { findSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

const callerOf = createCallerFactory(appRouter);
afterAll(closeConnections);

const password = "correct horse battery";

async function someone(name = "Grace Hopper"): Promise<Person> {
  return buildPerson({ name, passwordHash: await hashPassword(password) });
}

/** A browser in which somebody has signed in, as the next request sees it. */
async function browserOf({ email }: { email: string }) {
  const { sessionId } = await signIn({ email, password }, accountDoorFrom());
  const asked = () =>
    callerOf(
      createRequestContext({
        request: { id: randomUUID(), ip: "192.0.2.9", userAgent: "vitest" },
        log: log("test"),
        organizationSlug: null,
        findSession: () => findSession(sessionId, systemClock.now()),
      }),
    );
  return {
    session: {
      me: () => asked().session.me(),
      delete: (given = password) => asked().session.deleteAccount({ password: given }),
    },
  };
}

function memberRow(organizationId: string, memberId: string) {
  return tenancy().withTenant(organizationId, { readOnly: true }, async (db) => ({
    member: await db.member.findUniqueOrThrow({
      where: { id: memberId },
      select: { name: true, email: true, status: true },
    }),
    words: await db.searchToken.count({ where: { targetId: memberId } }),
    entries: await db.auditEntry.findMany({
      where: { action: "members.leave" },
      select: { actorKind: true, actorId: true, ip: true },
    }),
  }));
}

test("whoever knows the password deletes their account: memberships, sessions and keys end, and no row knows them", async () => {
  const person = await someone();
  const first = await buildOrganization();
  const second = await buildOrganization();
  const member = await buildMember(first, "editor", { person });
  await buildMember(second, "viewer", { person, status: "suspended" });
  const { key } = await buildKey(first, ["projects.read"], { createdById: member.memberId });
  const list = () => callerOf(keyRequest(key, first.slug)).projects.list();
  await list();
  const [here, there] = [await browserOf(person), await browserOf(person)];

  expect(await refusalOf(here.session.delete("wrong"))).toMatchObject({
    reason: "wrong_password",
    field: "password",
  });
  expect(await here.session.delete()).toEqual({ left: 2 });

  for (const browser of [here, there]) {
    expect(await refusalOf(browser.session.me())).toMatchObject({ code: "UNAUTHORIZED" });
  }
  expect(await refusalOf(list())).toMatchObject({ reason: "api_key_revoked" });
  expect(await platformDb().account.findUnique({ where: { email: person.email } })).toBeNull();
  expect(await platformDb().session.count({ where: { accountId: person.accountId } })).toBe(0);
  expect(await platformDb().membership.count({ where: { accountId: person.accountId } })).toBe(0);
  const left = await memberRow(first.id, member.memberId);
  expect(left).toEqual({
    member: {
      name: "Deleted account",
      email: `${member.memberId}@deleted.invalid`,
      status: "removed",
    },
    words: 0,
    entries: [{ actorKind: "member", actorId: member.memberId, ip: "192.0.2.9" }],
  });
  // What follows by a job finds nobody any more, and does no harm.
  await syncMember(first.id, member.memberId);
  const event = { kind: "account.delete", accountId: person.accountId };
  expect(await platformDb().securityEvent.count({ where: event })).toBe(1);
  await expect(signIn({ email: person.email, password }, accountDoorFrom())).rejects.toMatchObject({
    reason: "wrong_password",
  });
});

test("the only owner of an organization cannot delete their account, and hears of which; nothing is done", async () => {
  const person = await someone();
  const [one, two] = [
    await buildOrganization({ owner: person, name: "Acme" }),
    await buildOrganization({ owner: person, name: "Globex" }),
  ];
  const shared = await buildOrganization({ owner: person, name: "Shared" });
  await buildMember(shared, "owner");
  const other = await buildOrganization();
  const member = await buildMember(other, "viewer", { person });
  const browser = await browserOf(person);
  const refused = browser.session.delete();
  expect(await refusalOf(refused)).toMatchObject({ code: "CONFLICT", reason: "last_owner" });
  await expect(refused).rejects.toThrow("only owner of");
  const message = await refused.catch((error: Error) => error.message);
  expect(message).toContain(one.name);
  expect(message).toContain(two.name);
  expect(message).not.toContain("Shared");
  expect((await memberRow(other.id, member.memberId)).member.status).toBe("active");
  await browser.session.me();
});

test("a former member's name goes as well, and a closed organization that they left holds nobody up", async () => {
  const person = await someone();
  const [left, closed] = [await buildOrganization(), await buildOrganization()];
  const former = await buildMember(left, "viewer", { person, status: "removed" });
  await buildMember(closed, "viewer", { person, status: "removed" });
  await setTenantState(closed.id, "suspended");
  const browser = await browserOf(person);
  expect(await browser.session.delete()).toEqual({ left: 0 });
  expect((await memberRow(left.id, former.memberId)).member.name).toBe("Deleted account");
});

test("a suspended organization says why it cannot be left just now", async () => {
  const person = await someone();
  const organization = await buildOrganization({ name: "Initech" });
  await buildMember(organization, "viewer", { person });
  const browser = await browserOf(person);
  await setTenantState(organization.id, "suspended");
  const refused = browser.session.delete();
  expect(await refusalOf(refused)).toMatchObject({ reason: "organization_suspended" });
  await expect(refused).rejects.toThrow("You cannot leave Initech at present.");
});

test("an account whose address nobody confirmed goes with what it founded", async () => {
  const { email } = await signedUp({ password });
  const { id } = await accountOf(email);
  const browser = await browserOf({ email });
  await browser.session.delete();
  expect(await platformDb().account.findUnique({ where: { id } })).toBeNull();
  expect(await platformDb().organization.count({ where: { createdById: id } })).toBe(0);
});
