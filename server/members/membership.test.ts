import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { accountDoorFrom } from "../test/accounts.ts";
import { forgetMember } from "./leave.ts";

const callerOf = createCallerFactory(appRouter);
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));

async function roleId(organization: TestOrganization, key: string): Promise<string> {
  const roles = await as(organization.owner).roles.list();
  const role = roles.find((one) => one.key === key);
  if (!role) throw new Error(`no role ${key}`);
  return role.id;
}

function stateOf({ organization, memberId }: TestMember) {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.member.findUniqueOrThrow({
      where: { id: memberId },
      select: { status: true, version: true, role: { select: { key: true } } },
    }),
  );
}

function activeOwners(organization: TestOrganization): Promise<number> {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.member.count({ where: { status: "active", role: { key: "owner" } } }),
  );
}

describe("a member", () => {
  test("gets another role, and works with it from the next request on", async () => {
    const organization = await buildOrganization();
    const member = await buildMember(organization, "viewer");
    const create = () => as(member).projects.create({ name: "Apollo" });
    expect(await refusalOf(create())).toMatchObject({ reason: "missing_permission" });
    const editor = await roleId(organization, "editor");
    await as(organization.owner).members.changeRole({ id: member.memberId, roleId: editor });
    await create();
    const viewer = await roleId(organization, "viewer");
    await as(organization.owner).members.changeRole({ id: member.memberId, roleId: viewer });
    expect(await refusalOf(create())).toMatchObject({ reason: "missing_permission" });
  });

  test("that is suspended is out at once, and in again once reactivated", async () => {
    const organization = await buildOrganization();
    const member = await buildMember(organization, "editor");
    const { owner } = organization;
    const id = member.memberId;
    await as(member).projects.list();
    await as(owner).members.suspend({ id });
    expect(await refusalOf(as(member).projects.list())).toMatchObject({ reason: "no_access" });
    expect(await refusalOf(as(owner).members.suspend({ id }))).toMatchObject({ reason: "already_suspended" });
    expect((await as(owner).members.access({ id })).permissions.some(({ granted }) => granted)).toBe(false);
    await as(owner).members.reactivate({ id });
    await as(member).projects.list();
    expect(await refusalOf(as(owner).members.reactivate({ id }))).toMatchObject({ reason: "already_active" });
  });

  test("that is removed is out at once, in the directory as well, and cannot be found", async () => {
    const organization = await buildOrganization();
    const member = await buildMember(organization, "editor");
    const id = member.memberId;
    await as(member).projects.list();
    await as(organization.owner).members.remove({ id });
    expect(await refusalOf(as(member).projects.list())).toMatchObject({ reason: "no_access" });
    expect(await refusalOf(as(organization.owner).members.remove({ id }))).toMatchObject({
      reason: "not_found",
    });
    const { accountId } = member;
    const shown = await platformDb().membership.findFirstOrThrow({
      where: { organizationId: organization.id, accountId },
    });
    expect(shown.status).toBe("removed");
    const jobs = await platformDb().membership.count({ where: { accountId, status: "active" } });
    expect(jobs).toBe(0);
  });

  test("leaves by themselves, whatever their role permits; the only owner does not", async () => {
    const organization = await buildOrganization();
    const { id: organizationId, owner } = organization;
    const viewer = await buildMember(organization, "viewer");
    await as(viewer).organizations.leave({ organizationId });
    expect((await stateOf(viewer)).status).toBe("removed");
    expect(await refusalOf(as(owner).organizations.leave({ organizationId }))).toMatchObject({
      reason: "last_owner",
    });
    const stranger = callerOf(requestOf(await buildPerson(), null));
    expect(await refusalOf(stranger.organizations.leave({ organizationId }))).toMatchObject({
      reason: "no_access",
    });
    // One answer for every organization that is not theirs: none, one in use, one that is closed.
    await setTenantState(organizationId, "suspended");
    for (const id of [organizationId, randomUUID()]) {
      expect(await refusalOf(stranger.organizations.leave({ organizationId: id }))).toMatchObject({
        reason: "no_access",
      });
    }
    expect(await refusalOf(as(owner).organizations.leave({ organizationId }))).toMatchObject({
      reason: "organization_suspended",
    });
  });

  test("whose account is deleted leaves as well, but not the only owner's", async () => {
    const organization = await buildOrganization();
    const viewer = await buildMember(organization, "viewer");
    const forget = ({ accountId }: TestMember) =>
      forgetMember(organization, { accountId, ...accountDoorFrom() });
    await forget(viewer);
    await forget(viewer);
    expect((await stateOf(viewer)).status).toBe("removed");
    const last = forget(organization.owner);
    expect(await refusalOf(last)).toMatchObject({ reason: "last_owner" });
  });

  test("takes their own API keys with them for good", async () => {
    const organization = await buildOrganization();
    const member = await buildMember(organization, "editor");
    const secretHash = Buffer.alloc(32);
    await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
      db.apiKey.createMany({
        data: ["personal", "machine"].map((kind) => ({
          name: kind,
          kind,
          secretHash,
          ending: "abcd",
          scopes: [],
          createdById: member.memberId,
        })),
      }),
    );
    await as(organization.owner).members.remove({ id: member.memberId });
    const keys = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
      db.apiKey.findMany({ orderBy: { kind: "asc" }, select: { kind: true, revokedAt: true } }),
    );
    expect(keys).toEqual([
      { kind: "machine", revokedAt: null },
      { kind: "personal", revokedAt: expect.any(Date) },
    ]);
  });
});

describe("nobody", () => {
  test("gives a role that holds more than they do", async () => {
    const organization = await buildOrganization();
    const admin = await buildMember(organization, "admin");
    const viewer = await buildMember(organization, "viewer");
    const owner = await roleId(organization, "owner");
    const call = as(admin).members.changeRole({ id: viewer.memberId, roleId: owner });
    expect(await refusalOf(call)).toMatchObject({ reason: "exceeds_own_permissions", field: "roleId" });
    expect((await stateOf(viewer)).role.key).toBe("viewer");
  });

  test("acts upon somebody who may do more, nor upon themselves", async () => {
    const organization = await buildOrganization();
    const admin = await buildMember(organization, "admin");
    const viewer = await roleId(organization, "viewer");
    const { changeRole, suspend, remove, transferOwnership } = as(admin).members;
    const owner = { id: organization.owner.memberId };
    for (const call of [changeRole({ ...owner, roleId: viewer }), suspend(owner), remove(owner)]) {
      expect(await refusalOf(call)).toMatchObject({ reason: "outranked" });
    }
    const self = { id: admin.memberId };
    for (const call of [changeRole({ ...self, roleId: viewer }), suspend(self), remove(self)]) {
      expect(await refusalOf(call)).toMatchObject({ reason: "own_membership" });
    }
    expect(await refusalOf(transferOwnership(self))).toMatchObject({ reason: "missing_permission" });
    expect(await activeOwners(organization)).toBe(1);
  });

  test("gives a role of another organization", async () => {
    const organization = await buildOrganization();
    const member = await buildMember(organization, "viewer");
    const foreign = await roleId(await buildOrganization(), "editor");
    const call = as(organization.owner).members.changeRole({ id: member.memberId, roleId: foreign });
    expect(await refusalOf(call)).toMatchObject({ reason: "not_found" });
  });
});

describe("ownership", () => {
  test("is handed over: one becomes owner, the other admin", async () => {
    const organization = await buildOrganization();
    const heir = await buildMember(organization, "viewer");
    await as(organization.owner).members.transferOwnership({ id: heir.memberId });
    expect((await stateOf(heir)).role.key).toBe("owner");
    expect((await stateOf(organization.owner)).role.key).toBe("admin");
    // Both doors know at once.
    expect(await refusalOf(as(organization.owner).members.suspend({ id: heir.memberId }))).toMatchObject({
      reason: "outranked",
    });
    await as(heir).members.suspend({ id: organization.owner.memberId });
    expect(
      await refusalOf(as(heir).members.transferOwnership({ id: organization.owner.memberId })),
    ).toMatchObject({
      reason: "member_suspended",
    });
  });

  test("a suspended owner does not count as one", async () => {
    const organization = await buildOrganization();
    const second = await buildMember(organization, "owner");
    const { owner, id: organizationId } = organization;
    await as(owner).members.suspend({ id: second.memberId });
    expect(await refusalOf(as(owner).organizations.leave({ organizationId }))).toMatchObject({
      reason: "last_owner",
    });
    await as(owner).members.reactivate({ id: second.memberId });
    await as(owner).organizations.leave({ organizationId });
    expect(await activeOwners(organization)).toBe(1);
  });

  test(
    "survives 200 times two owners who put each other down at the same time",
    { timeout: 120_000 },
    async () => {
      const organization = await buildOrganization();
      const pair = [organization.owner, await buildMember(organization, "owner")] as const;
      const [ownerRole, viewerRole] = [
        await roleId(organization, "owner"),
        await roleId(organization, "viewer"),
      ];
      const acts = ["changeRole", "suspend", "remove", "leave"] as const;
      const put = (by: TestMember, { memberId: id }: TestMember, act: (typeof acts)[number]) => {
        const { members, organizations } = as(by);
        if (act === "changeRole") return members.changeRole({ id, roleId: viewerRole });
        return act === "leave"
          ? organizations.leave({ organizationId: organization.id })
          : members[act]({ id });
      };
      let refused = 0;
      for (let round = 0; round < 200; round++) {
        const act = acts[round % acts.length] ?? "changeRole";
        const [one, other] = pair;
        const results = await Promise.allSettled([put(one, other, act), put(other, one, act)]);
        refused += results.filter(({ status }) => status === "rejected").length;
        expect(
          results.some(({ status }) => status === "fulfilled"),
          act,
        ).toBe(true);
        expect(await activeOwners(organization), `round ${round}: ${act}`).toBeGreaterThanOrEqual(1);
        await tenancy().withTenant(organization.id, { readOnly: false }, async (db) => {
          const ids = pair.map(({ memberId }) => memberId);
          await db.member.updateMany({
            where: { id: { in: ids } },
            data: { status: "active", roleId: ownerRole, version: { increment: 1 } },
          });
          await db.$executeRaw`UPDATE tenant_guard SET access_version = access_version + 1`;
        });
        await platformDb().membership.updateMany({
          where: { organizationId: organization.id },
          data: { status: "active" },
        });
      }
      // Each round one of the two is refused: the second no longer may, or is the last.
      expect(refused).toBe(200);
    },
  );
});
