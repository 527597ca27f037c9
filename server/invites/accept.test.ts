import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { verifyPassword } from "../identity/passwords.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  clockAt,
  closeConnections,
  requestOf,
  type Person,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { inviteToken } from "./token.ts";

const callerOf = createCallerFactory(appRouter);
const password = "correct horse battery";
let organization: TestOrganization;
let owner: TestMember;

beforeAll(async () => {
  organization = await buildOrganization();
  ({ owner } = organization);
});
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));
const person = (who: Person | null) => callerOf(requestOf(who, null));
const address = () => `${randomUUID()}@example.test`;

async function roleOf(key: string, of = organization): Promise<string> {
  return (await as(of.owner).roles.list()).find((role) => role.key === key)?.id ?? "";
}

/** Invites an address, and answers its link's token. */
async function linkFor(
  email: string,
  { by = owner, role = "viewer", of = organization } = {},
): Promise<string> {
  const roleId = await roleOf(role, of);
  const { results } = await as(by).invites.create({ invites: [{ email, roleId }] });
  return inviteToken(of.id, results[0]?.inviteId ?? "", 1);
}

const idOf = (token: string) => token.split(".")[1] ?? "";

async function memberOf(accountId: string) {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.member.findUnique({
      where: { accountId },
      select: { id: true, status: true, role: { select: { key: true } } },
    }),
  );
}

describe("the page of a link", () => {
  test("shows organization, role and who invited, as often as it is looked at", async () => {
    const email = address();
    const token = await linkFor(email);
    for (let look = 0; look < 3; look++) {
      expect(await person(null).invites.inspect({ token })).toEqual({
        state: "open",
        organization: organization.name,
        role: "Viewer",
        invitedBy: owner.name,
        email,
        expiresAt: expect.any(Date),
        hasAccount: false,
        signedIn: null,
      });
    }
    const known = await buildPerson({ email });
    expect(await person(known).invites.inspect({ token })).toMatchObject({
      hasAccount: true,
      signedIn: { email, matches: true },
    });
  });

  test("tells nothing to a link that is not right, whatever it is", async () => {
    const token = await linkFor(address());
    const [organizationId = "", inviteId = "", secret = ""] = token.split(".");
    const foreign = await buildOrganization();
    const wrong = [
      "",
      "..",
      "x".repeat(200),
      `${organizationId}.${inviteId}`,
      `${organizationId}.${inviteId}.${secret.slice(0, -1)}`,
      `${organizationId}.${inviteId}.${"A".repeat(43)}`,
      `${organizationId}.${randomUUID()}.${secret}`,
      `${foreign.id}.${inviteId}.${secret}`,
      `${randomUUID()}.${inviteId}.${secret}`,
      `${token}.${secret}`,
    ];
    for (const one of wrong)
      expect(await person(null).invites.inspect({ token: one }), one).toEqual({ state: "dead" });
    const call = person(await buildPerson()).invites.accept({ token: wrong[5] ?? "" });
    expect(await refusalOf(call)).toMatchObject({ reason: "link_not_valid" });
  });

  test("says that an invite has run out, was taken back, or was accepted", async () => {
    const token = await linkFor(address());
    const late = callerOf(requestOf(null, null, clockAt("2999-01-01T00:00:00.000Z")));
    expect(await late.invites.inspect({ token })).toMatchObject({ state: "expired" });
    const join = late.invites.join({ token, name: "Late", password });
    expect(await refusalOf(join)).toMatchObject({ reason: "invite_expired" });
    await as(owner).invites.revoke({ id: idOf(token) });
    expect(await person(null).invites.inspect({ token })).toMatchObject({ state: "revoked" });
    const taken = person(null).invites.join({ token, name: "Late", password });
    expect(await refusalOf(taken)).toMatchObject({ reason: "invite_revoked" });
  });
});

test("the page says when whoever invited lost the right to, and counts again when they have it back", async () => {
  const admin = await buildMember(organization, "admin");
  const token = await linkFor(address(), { by: admin, role: "editor" });
  const look = () => person(null).invites.inspect({ token });
  expect(await look()).toMatchObject({ state: "open" });
  await as(owner).members.suspend({ id: admin.memberId });
  expect(await look()).toEqual({ state: "lapsed", organization: organization.name });
  const join = person(null).invites.join({ token, name: "Late", password });
  expect(await refusalOf(join)).toMatchObject({ reason: "inviter_lost_access" });
  await as(owner).members.reactivate({ id: admin.memberId });
  await as(owner).members.changeRole({ id: admin.memberId, roleId: await roleOf("billing") });
  expect(await look()).toMatchObject({ state: "lapsed" });
  await as(owner).members.changeRole({ id: admin.memberId, roleId: await roleOf("admin") });
  expect(await look()).toMatchObject({ state: "open" });
});

describe("accepting", () => {
  test("makes a member of an account that exists, once", async () => {
    const guest = await buildPerson({ name: "Grace" });
    const token = await linkFor(guest.email, { role: "editor" });
    expect(await person(guest).invites.accept({ token })).toEqual({
      slug: organization.slug,
      email: guest.email,
    });
    expect(await memberOf(guest.accountId)).toMatchObject({ status: "active", role: { key: "editor" } });
    const me = await person(guest).session.me();
    expect(me.organizations.map(({ id }) => id)).toContain(organization.id);
    await callerOf(requestOf(guest, organization.slug)).projects.create({ name: "From the guest" });
    expect(await refusalOf(person(guest).invites.accept({ token }))).toMatchObject({
      reason: "invite_accepted",
    });
    expect(await person(guest).invites.inspect({ token })).toMatchObject({ state: "accepted" });
  });

  test("makes account and member of somebody new, with the address proven", async () => {
    const email = address();
    const token = await linkFor(email.toUpperCase());
    const joined = await person(null).invites.join({ token, name: "Nora New", password });
    expect(joined).toEqual({ slug: organization.slug, email });
    const account = await platformDb().account.findUniqueOrThrow({ where: { email } });
    expect(account.emailConfirmedAt).toBeInstanceOf(Date);
    expect(await verifyPassword(account.passwordHash, password)).toBe(true);
    expect(await memberOf(account.id)).toMatchObject({ status: "active" });
  });

  test("under another address is refused with both addresses named", async () => {
    const email = address();
    const token = await linkFor(email);
    const other = await buildPerson();
    const call = person(other).invites.accept({ token });
    await expect(call).rejects.toThrow(
      `This invite is for ${email}, and you are signed in as ${other.email}.`,
    );
    expect(await refusalOf(person(other).invites.accept({ token }))).toMatchObject({
      reason: "other_address",
    });
    expect(await memberOf(other.accountId)).toBeNull();
  });

  test("without signing in is refused where the address has an account that was proven", async () => {
    const guest = await buildPerson();
    const token = await linkFor(guest.email);
    const join = person(null).invites.join({ token, name: "Thief", password });
    expect(await refusalOf(join)).toMatchObject({ reason: "account_exists" });
  });

  test("takes over an account that nobody proved, and ends its sessions", async () => {
    const email = address();
    const squatter = await platformDb().account.create({
      data: { email, name: "Squatter", passwordHash: "x" },
    });
    const expiresAt = new Date("2999-01-01");
    const session = await platformDb().session.create({ data: { accountId: squatter.id, expiresAt } });
    const token = await linkFor(email);
    await person(null).invites.join({ token, name: "Real One", password });
    const account = await platformDb().account.findUniqueOrThrow({ where: { email } });
    expect(account).toMatchObject({ id: squatter.id, name: "Real One", emailConfirmedAt: expect.any(Date) });
    expect(
      (await platformDb().session.findUniqueOrThrow({ where: { id: session.id } })).revokedAt,
    ).not.toBeNull();
  });

  test("of one link ten times at once makes one member", async () => {
    const guest = await buildPerson();
    const token = await linkFor(guest.email);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => person(guest).invites.accept({ token })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const email = address();
    const link = await linkFor(email);
    const joins = await Promise.allSettled(
      Array.from({ length: 5 }, () => person(null).invites.join({ token: link, name: "Five", password })),
    );
    expect(joins.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("brings back who was removed, and nobody who is suspended", async () => {
    const member = await buildMember(organization, "editor");
    await as(owner).members.remove({ id: member.memberId });
    const token = await linkFor(member.email);
    await person(member).invites.accept({ token });
    expect(await memberOf(member.accountId)).toMatchObject({ status: "active", role: { key: "viewer" } });
    const barred = await buildMember(organization, "viewer");
    const early = await linkFor(address());
    // Invited under an address that the suspended account took only later.
    const email = (await person(null).invites.inspect({ token: early })) as { email: string };
    await platformDb().account.update({
      where: { id: barred.accountId },
      data: email.email ? { email: email.email } : {},
    });
    await as(owner).members.suspend({ id: barred.memberId });
    const call = person({ ...barred, email: email.email }).invites.accept({ token: early });
    expect(await refusalOf(call)).toMatchObject({ reason: "member_suspended" });
  });

  test("of an older sending's link is refused", async () => {
    const guest = await buildPerson();
    const token = await linkFor(guest.email);
    await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
      db.invite.update({ where: { id: idOf(token) }, data: { sentAt: new Date(0) } }),
    );
    await as(owner).invites.resend({ id: idOf(token) });
    expect(await refusalOf(person(guest).invites.accept({ token }))).toMatchObject({
      reason: "link_not_valid",
    });
    await person(guest).invites.accept({ token: inviteToken(organization.id, idOf(token), 2) });
  });

  test("does not get a seat that the plan no longer has", async () => {
    const small = await buildOrganization({ plan: "pro" });
    for (let i = 0; i < 5; i++) await buildMember(small, "viewer");
    const guest = await buildPerson();
    const token = await linkFor(guest.email, { by: small.owner, of: small });
    await platformDb().organization.update({ where: { id: small.id }, data: { plan: "free" } });
    expect(await refusalOf(person(guest).invites.accept({ token }))).toMatchObject({
      reason: "limit_reached",
    });
    await platformDb().organization.update({ where: { id: small.id }, data: { plan: "pro" } });
    await person(guest).invites.accept({ token });
  });

  test("makes no account where there is no seat", async () => {
    const small = await buildOrganization({ plan: "pro" });
    for (let i = 0; i < 5; i++) await buildMember(small, "viewer");
    const email = address();
    const token = await linkFor(email, { by: small.owner, of: small });
    await platformDb().organization.update({ where: { id: small.id }, data: { plan: "free" } });
    const join = person(null).invites.join({ token, name: "Late", password });
    expect(await refusalOf(join)).toMatchObject({ reason: "limit_reached" });
    expect(await platformDb().account.findUnique({ where: { email } })).toBeNull();
    await platformDb().organization.update({ where: { id: small.id }, data: { plan: "pro" } });
    await setTenantState(small.id, "read_only");
    const later = person(null).invites.join({ token, name: "Late", password });
    expect(await refusalOf(later)).toMatchObject({ reason: "organization_read_only" });
    expect(await platformDb().account.findUnique({ where: { email } })).toBeNull();
  });

  test("a link that was made up tells nothing of an organization, be it suspended", async () => {
    const closed = await buildOrganization();
    const token = await linkFor(address(), { by: closed.owner, of: closed });
    const [organizationId = "", inviteId = ""] = token.split(".");
    await setTenantState(closed.id, "suspended");
    const madeUp = `${organizationId}.${inviteId}.${"A".repeat(43)}`;
    expect(await person(null).invites.inspect({ token: madeUp })).toEqual({ state: "dead" });
    expect(await refusalOf(person(null).invites.inspect({ token }))).toMatchObject({
      reason: "organization_suspended",
    });
  });
});

describe("what was given is what its giver may give now", () => {
  const lost = { reason: "inviter_lost_access" };

  test("a giver who was suspended, removed or put down has given nothing", async () => {
    for (const fall of ["suspend", "remove", "changeRole"] as const) {
      const admin = await buildMember(organization, "admin");
      const guest = await buildPerson();
      const token = await linkFor(guest.email, { by: admin, role: "editor" });
      const id = admin.memberId;
      if (fall === "changeRole") await as(owner).members.changeRole({ id, roleId: await roleOf("viewer") });
      else await as(owner).members[fall]({ id });
      expect(await refusalOf(person(guest).invites.accept({ token })), fall).toMatchObject(lost);
      // Somebody who may takes it upon themselves.
      await as(owner).invites.update({ id: idOf(token), roleId: await roleOf("viewer") });
      await person(guest).invites.accept({ token });
      expect(await memberOf(guest.accountId)).toMatchObject({ role: { key: "viewer" } });
    }
  });

  test("a role that grew beyond its giver after the invite is not handed out", async () => {
    const { id: roleId } = await as(owner).roles.create({
      name: `Grows ${randomUUID()}`,
      permissions: ["projects.read"],
    });
    const admin = await buildMember(organization, "admin");
    const guest = await buildPerson();
    const { results } = await as(admin).invites.create({ invites: [{ email: guest.email, roleId }] });
    const token = inviteToken(organization.id, results[0]?.inviteId ?? "", 1);
    await as(owner).roles.update({ id: roleId, permissions: ["organization.read", "organization.delete"] });
    expect(await refusalOf(person(guest).invites.accept({ token }))).toMatchObject(lost);
  });

  test("in a race of acceptance and the giver's fall no order lets more through", async () => {
    for (let round = 0; round < 20; round++) {
      const admin = await buildMember(organization, "admin");
      const guest = await buildPerson();
      const token = await linkFor(guest.email, { by: admin, role: "admin" });
      const [accepted, fell] = await Promise.allSettled([
        person(guest).invites.accept({ token }),
        as(owner).members.suspend({ id: admin.memberId }),
      ]);
      expect(fell.status).toBe("fulfilled");
      const entries = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
        db.auditEntry.findMany({
          where: { action: { in: ["invites.accept", "members.suspend"] } },
          orderBy: { xid: "desc" },
          take: 2,
          select: { action: true },
        }),
      );
      const sound =
        accepted.status === "fulfilled"
          ? entries
              .map(({ action }) => action)
              .toSorted()
              .join() === "invites.accept,members.suspend"
          : accepted.reason.cause?.reason === "inviter_lost_access";
      expect(sound).toBe(true);
    }
  });
});
