import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  reads,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { inviteLetter } from "./letter.ts";
import { inviteToken } from "./token.ts";
import { trimOne } from "./trim.ts";

const callerOf = createCallerFactory(appRouter);

let organization: TestOrganization;
let owner: TestMember;
let roles: Record<string, string>;

beforeAll(async () => {
  organization = await buildOrganization();
  ({ owner } = organization);
  roles = await rolesOf(owner);
});
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));

async function rolesOf(member: TestMember): Promise<Record<string, string>> {
  return Object.fromEntries((await as(member).roles.list()).map(({ key, id }) => [key, id]));
}

let people = 0;
const address = () => `guest-${++people}@example.test`;

async function invited(by: TestMember, email: string, role = "viewer"): Promise<string> {
  const roleId = (await rolesOf(owner))[role] ?? "";
  const { results } = await as(by).invites.create({ invites: [{ email, roleId }] });
  const id = results[0]?.inviteId;
  if (!id) throw new Error(results[0]?.message ?? "not invited");
  return id;
}

/** Makes an invite look as if it had been sent a while ago. */
async function letTimePass(id: string, data: { sentAt?: Date; expiresAt?: Date }): Promise<void> {
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.invite.update({ where: { id }, data }),
  );
}

describe("many invites at once", () => {
  test("each row says what became of it, and none holds up another", async () => {
    const member = await buildMember(organization, "viewer");
    const known = address();
    await invited(owner, known);
    const fresh = address();
    const emails = [
      fresh,
      fresh.toUpperCase(),
      known,
      member.email,
      "not an address",
      "раypal@example.test",
      "ａda@example.test",
      "",
    ];
    const roleId = roles.viewer ?? "";
    const { results } = await as(owner).invites.create({
      invites: emails.map((email) => ({ email, roleId })),
    });
    expect(results.map(({ outcome }) => outcome)).toEqual([
      "invited",
      "repeated",
      "already_invited",
      "already_member",
      "not_an_address",
      "not_an_address",
      "invited",
      "not_an_address",
    ]);
    expect(results[6]?.email).toBe("ada@example.test");
    expect(results.every(({ outcome, message }) => (outcome === "invited") === (message === null))).toBe(
      true,
    );
  });

  test("at most 200, and 200 pass", async () => {
    const own = await buildOrganization();
    const roleId = (await rolesOf(own.owner)).viewer ?? "";
    const rows = (count: number) => Array.from({ length: count }, () => ({ email: address(), roleId }));
    expect(await refusalOf(as(own.owner).invites.create({ invites: rows(201) }))).toMatchObject({
      reason: "invalid_input",
    });
    expect(await refusalOf(as(own.owner).invites.create({ invites: [] }))).toMatchObject({
      reason: "invalid_input",
    });
    const { results } = await as(own.owner).invites.create({ invites: rows(200) });
    expect(results.filter(({ outcome }) => outcome === "invited")).toHaveLength(200);
    const { rows: jobs } = await ownerPool("main").query<{ mails: number }>(
      `SELECT count(*)::int AS mails FROM astra.outbox WHERE name = 'mail.send-tenant' AND tenant_id = $1
       AND payload->>'kind' = 'invite'`,
      [own.id],
    );
    expect(jobs[0]?.mails).toBe(200);
  });

  test("open invites keep seats: what the plan has no room for is said row by row", async () => {
    const small = await buildOrganization({ plan: "free" });
    const roleId = (await rolesOf(small.owner)).viewer ?? "";
    const invites = Array.from({ length: 6 }, () => ({ email: address(), roleId }));
    const { results } = await as(small.owner).invites.create({ invites });
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 4 }, () => "invited"),
      "no_seat",
      "no_seat",
    ]);
    await as(small.owner).invites.revoke({ id: results[0]?.inviteId ?? "" });
    const again = await as(small.owner).invites.create({ invites: invites.slice(4, 5) });
    expect(again.results[0]?.outcome).toBe("invited");
  });

  test("nobody is mailed again and again: an address gets three a day, a free plan sends 25", async () => {
    const small = await buildOrganization({ plan: "free" });
    const roleId = (await rolesOf(small.owner)).viewer ?? "";
    const email = address();
    const outcome = async (to: string) => {
      const { results } = await as(small.owner).invites.create({ invites: [{ email: to, roleId }] });
      const [result] = results;
      if (result?.inviteId) await as(small.owner).invites.revoke({ id: result.inviteId });
      return result?.outcome;
    };
    for (let i = 0; i < 3; i++) expect(await outcome(email)).toBe("invited");
    expect(await outcome(email)).toBe("too_often");
    for (let i = 3; i < 25; i++) expect(await outcome(address())).toBe("invited");
    expect(await outcome(address())).toBe("too_often");
  });

  test("of 20 invites at once for one last seat exactly one gets it", async () => {
    const small = await buildOrganization({ plan: "free" });
    for (let i = 0; i < 3; i++) await buildMember(small, "viewer");
    const roleId = (await rolesOf(small.owner)).viewer ?? "";
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        as(small.owner).invites.create({ invites: [{ email: address(), roleId }] }),
      ),
    );
    const outcomes = answers.map(({ results }) => results[0]?.outcome);
    expect(outcomes.filter((outcome) => outcome === "invited")).toHaveLength(1);
  });
});

describe("an invite", () => {
  test("is for a role that its giver holds whole", async () => {
    const admin = await buildMember(organization, "admin");
    const call = as(admin).invites.create({ invites: [{ email: address(), roleId: roles.owner ?? "" }] });
    expect(await refusalOf(call)).toMatchObject({ reason: "exceeds_own_permissions", field: "roleId" });
    const foreign = (await rolesOf((await buildOrganization()).owner)).viewer ?? "";
    const other = as(owner).invites.create({ invites: [{ email: address(), roleId: foreign }] });
    expect(await refusalOf(other)).toMatchObject({ reason: "not_found" });
  });

  test("that holds more than somebody may is changed, sent and taken back by others only", async () => {
    const admin = await buildMember(organization, "admin");
    const id = await invited(owner, address(), "owner");
    await letTimePass(id, { sentAt: new Date(0) });
    const { invites } = as(admin);
    const calls = [
      invites.resend({ id }),
      invites.revoke({ id }),
      invites.update({ id, roleId: roles.viewer ?? "" }),
    ];
    for (const call of calls) {
      expect(await refusalOf(call)).toMatchObject({ reason: "exceeds_own_permissions" });
    }
    const own = await invited(admin, address(), "viewer");
    expect(await refusalOf(invites.update({ id: own, roleId: roles.owner ?? "" }))).toMatchObject({
      reason: "exceeds_own_permissions",
      field: "roleId",
    });
  });

  test("is sent again after a minute, for seven more days", async () => {
    const id = await invited(owner, address());
    expect(await refusalOf(as(owner).invites.resend({ id }))).toMatchObject({ reason: "sent_just_now" });
    await letTimePass(id, {
      sentAt: new Date(Date.now() - 120_000),
      expiresAt: new Date(Date.now() + 1_000),
    });
    const { expiresAt } = await as(owner).invites.resend({ id });
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    await letTimePass(id, { sentAt: new Date(Date.now() - 61_000) });
    await expect(as(owner).invites.resend({ id })).rejects.toThrow("There must be 2 minutes between");
  });

  test("is sent three times a day at most, whichever way it is sent", async () => {
    const email = address();
    const id = await invited(owner, email);
    const resend = async () => {
      await letTimePass(id, { sentAt: new Date(Date.now() - 3_600_000) });
      return as(owner).invites.resend({ id });
    };
    await resend();
    await resend();
    expect(await refusalOf(resend())).toMatchObject({ reason: "invited_too_often" });
    await as(owner).invites.revoke({ id });
    const roleId = roles.viewer ?? "";
    const { results } = await as(owner).invites.create({ invites: [{ email, roleId }] });
    expect(results[0]?.outcome).toBe("too_often");
  });

  test("counts against the organization's day each time that it is sent", async () => {
    const small = await buildOrganization({ plan: "free" });
    const roleId = (await rolesOf(small.owner)).viewer ?? "";
    const { results } = await as(small.owner).invites.create({ invites: [{ email: address(), roleId }] });
    const id = results[0]?.inviteId ?? "";
    const now = new Date();
    // As if others had been mailed and taken back all day.
    await tenancy().withTenant(small.id, { readOnly: false }, (db) =>
      db.invite.createMany({
        data: Array.from({ length: 24 }, () => ({
          email: address(),
          status: "revoked",
          tokenHash: Buffer.alloc(32),
          sentTimes: [now],
          expiresAt: now,
          closedAt: now,
        })),
      }),
    );
    await tenancy().withTenant(small.id, { readOnly: false }, (db) =>
      db.invite.update({ where: { id }, data: { sentAt: new Date(Date.now() - 3_600_000) } }),
    );
    expect(await refusalOf(as(small.owner).invites.resend({ id }))).toMatchObject({
      reason: "invited_too_often",
    });
  });

  test("that ended 90 days ago is removed, and no other", async () => {
    const own = await buildOrganization();
    const day = (days: number) => new Date(Date.now() - days * 86_400_000);
    const made = async (data: { status: string; sentAt: Date; expiresAt: Date; closedAt?: Date }) =>
      tenancy().withTenant(own.id, { readOnly: false }, async (db) => {
        const row = { email: address(), tokenHash: Buffer.alloc(32), role: { connect: { key: "viewer" } } };
        return (await db.invite.create({ data: { ...row, ...data }, select: { id: true } })).id;
      });
    const kept = [
      await made({ status: "pending", sentAt: day(3), expiresAt: day(-4) }),
      await made({ status: "accepted", sentAt: day(100), expiresAt: day(93), closedAt: day(89) }),
      await made({ status: "expired", sentAt: day(95), expiresAt: day(88), closedAt: day(88) }),
    ];
    await made({ status: "accepted", sentAt: day(97), expiresAt: day(90), closedAt: day(91) });
    await made({ status: "pending", sentAt: day(98), expiresAt: day(91) });
    await trimOne(systemDoor(own, { id: "trim", ip: null, userAgent: null }));
    const left = await tenancy().withTenant(own.id, { readOnly: true }, (db) =>
      db.invite.findMany({ select: { id: true } }),
    );
    expect(left.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
  });

  test("whose time is over gives its address free, and can be sent anew only while nobody else has it", async () => {
    const email = address();
    const old = await invited(owner, email);
    await letTimePass(old, { sentAt: new Date(0), expiresAt: new Date(1) });
    const fresh = await invited(owner, email);
    expect(fresh).not.toBe(old);
    expect(await refusalOf(as(owner).invites.resend({ id: old }))).toMatchObject({ reason: "invite_closed" });
    await as(owner).invites.revoke({ id: fresh });
    await as(owner).invites.resend({ id: old });
  });

  test("that was taken back stays so", async () => {
    const id = await invited(owner, address());
    await as(owner).invites.revoke({ id });
    const { revoke, resend } = as(owner).invites;
    for (const call of [revoke, resend]) {
      expect(await refusalOf(call({ id }))).toMatchObject({ reason: "invite_closed" });
    }
  });

  test("stands in the list with what may be done about it", async () => {
    const own = await buildOrganization();
    const email = address();
    const roleId = (await rolesOf(own.owner)).admin ?? "";
    await as(own.owner).invites.create({ invites: [{ email, roleId }] });
    const acts = { resend: null, revoke: null, changeRole: null };
    const page = await as(own.owner).invites.list();
    expect(page).toMatchObject({
      total: 1,
      items: [{ email, roleName: "Admin", status: "pending", grantedBy: own.owner.name, acts }],
    });
    const viewer = await buildMember(own, "viewer");
    const seen = await as(viewer).invites.list();
    expect(seen.items[0]?.acts.revoke).toBe("Your role does not permit this.");
    expect((await as(own.owner).invites.list({ status: "revoked" })).items).toEqual([]);
  });

  test("keeps the role that it is for from being deleted", async () => {
    const { id } = await as(owner).roles.create({ name: "Guests", permissions: ["projects.read"] });
    const email = address();
    await as(owner).invites.create({ invites: [{ email, roleId: id }] });
    const refused = as(owner).roles.delete({ id });
    await expect(refused).rejects.toThrow(`${email} (invited)`);
  });

  test("comes by mail with a link that is stored nowhere", async () => {
    const email = address();
    const id = await invited(owner, email);
    const letter = await reads(owner, inviteLetter, id);
    const token = inviteToken(organization.id, id, 1);
    expect(letter).toMatchObject({
      to: { address: email },
      content: { action: { path: `/invite/${token}` }, title: `Join ${organization.name}` },
    });
    const stored = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
      db.invite.findUniqueOrThrow({ where: { id } }),
    );
    const secret = token.split(".")[2] ?? "";
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(Buffer.from(stored.tokenHash).toString("base64url")).not.toBe(secret);
    await as(owner).invites.revoke({ id });
    expect(await reads(owner, inviteLetter, id)).toBeNull();
  });
});
