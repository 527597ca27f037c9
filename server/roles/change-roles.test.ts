import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPermissions, type Permission } from "../access/permissions.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";

const callerOf = createCallerFactory(appRouter);
let owner: TestMember;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
});
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));

let roles = 0;
const named = (permissions: Permission[]) => ({ name: `Role ${++roles}`, permissions });

/** A member with a role of its own that holds exactly these. */
async function memberWith(permissions: Permission[]): Promise<TestMember & { roleId: string }> {
  const { id: roleId } = await as(owner).roles.create(named(permissions));
  const member = await buildMember(owner.organization, "viewer");
  await tenancy().withTenant(owner.organization.id, { readOnly: false }, (db) =>
    db.member.update({ where: { id: member.memberId }, data: { roleId } }),
  );
  return { ...member, roleId };
}

const editor: Permission[] = ["roles.read", "roles.write", "roles.delete", "projects.read", "tasks.read"];

describe("a role of the organization", () => {
  test("is made, changed, cloned and deleted", async () => {
    const { id, key } = await as(owner).roles.create({
      name: "Flight Control",
      description: "Watches",
      permissions: ["projects.read"],
    });
    expect(key).toBe("flight-control");
    await as(owner).roles.update({ id, permissions: ["projects.read", "tasks.read"] });
    const clone = await as(owner).roles.clone({ id, name: "Ground Control" });
    expect(await as(owner).roles.get({ id: clone.id })).toMatchObject({
      name: "Ground Control",
      description: "Watches",
      permissions: ["organization.read", "projects.read", "tasks.read"],
      builtIn: false,
      acts: { update: null, delete: null, clone: null, assign: null },
    });
    await as(owner).roles.delete({ id });
    expect(await refusalOf(as(owner).roles.get({ id }))).toMatchObject({ reason: "not_found" });
  });

  test("always sees the organization, so that who has it can come in", async () => {
    const member = await memberWith(["projects.read"]);
    const slug = owner.organization.slug;
    expect(await as(member).organization.get()).toMatchObject({ slug });
    await as(owner).roles.update({ id: member.roleId, permissions: ["tasks.read", "projects.read"] });
    expect((await as(owner).roles.get({ id: member.roleId })).permissions).toEqual([
      "organization.read",
      "projects.read",
      "tasks.read",
    ]);
  });

  test("that was saved by somebody else meanwhile is not overwritten", async () => {
    const { id } = await as(owner).roles.create(named(["projects.read"]));
    const { version } = await as(owner).roles.get({ id });
    const saved = await as(owner).roles.update({ id, version, description: "One" });
    expect(saved.version).toBe(version + 1);
    const late = as(owner).roles.update({ id, version, permissions: ["tasks.read", "projects.read"] });
    expect(await refusalOf(late)).toMatchObject({
      code: "CONFLICT",
      reason: "role_changed",
      field: "version",
    });
    expect(await as(owner).roles.get({ id })).toMatchObject({
      description: "One",
      version: version + 1,
      permissions: ["organization.read", "projects.read"],
    });
    // What changes nothing is no new version.
    await as(owner).roles.update({ id, version: version + 1, description: "One" });
    expect((await as(owner).roles.get({ id })).version).toBe(version + 1);
    // Of many at once, all of whom saw the same, one saves.
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, (_, number) =>
        as(owner).roles.update({ id, version: version + 1, description: `Try ${number}` }),
      ),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("has a name of its own, however it is written", async () => {
    await as(owner).roles.create({ name: "Night  Watch", permissions: ["projects.read"] });
    const alike = ["night watch", "NIGHT WATCH", "Ｎight Watch", "Owner", "ADMIN"];
    // Cyrillic and Greek letters, and digits, that nobody tells from the Latin ones.
    const deceiving = ["Оwner", "Аdmin", "Αdmin", "0wner", "Ed1tor", "Nіght Wаtсh", "Night-Watch"];
    for (const name of [...alike, ...deceiving]) {
      expect(await refusalOf(as(owner).roles.create({ name, permissions: ["projects.read"] }))).toMatchObject(
        {
          reason: "role_name_taken",
          field: "name",
        },
      );
    }
  });

  test("is refused with names that no permission has", async () => {
    const permissions = ["projects.read", "projects.fly"];
    expect(await refusalOf(as(owner).roles.create({ name: "Birds", permissions }))).toMatchObject({
      reason: "unknown_permission",
      field: "permissions",
    });
  });

  test("that somebody has is not deleted, and says who", async () => {
    const member = await memberWith(["projects.read"]);
    const refused = await as(owner)
      .roles.delete({ id: member.roleId })
      .catch((error: Error) => error.message);
    expect(refused).toContain(member.name);
    expect(await refusalOf(as(owner).roles.delete({ id: member.roleId }))).toMatchObject({
      reason: "role_in_use",
    });
    await tenancy().withTenant(owner.organization.id, { readOnly: false }, (db) =>
      db.member.update({ where: { id: member.memberId }, data: { status: "removed" } }),
    );
    expect(await as(owner).roles.delete({ id: member.roleId })).toEqual({ id: member.roleId });
  });
});

describe("built-in roles", () => {
  test("are changed and deleted by nobody, not even by SQL in a verb", async () => {
    for (const { id, builtIn } of await as(owner).roles.list()) {
      if (!builtIn) continue;
      expect(await refusalOf(as(owner).roles.update({ id, name: "Mine" }))).toMatchObject({
        reason: "role_built_in",
      });
      expect(await refusalOf(as(owner).roles.delete({ id }))).toMatchObject({ reason: "role_built_in" });
    }
    const typed = [
      "UPDATE roles SET permissions = '{organization.delete}' WHERE key = 'viewer'",
      "UPDATE roles SET built_in = false WHERE key = 'viewer'",
      "DELETE FROM roles WHERE key = 'billing'",
      "INSERT INTO roles (id, key, name, built_in) VALUES (gen_random_uuid(), 'x', 'X', true)",
    ];
    for (const sql of typed) {
      const act = tenancy().withTenant(owner.organization.id, { readOnly: false }, (db) =>
        db.$executeRawUnsafe(sql),
      );
      await expect(act, sql).rejects.toThrow(/built-in roles cannot be changed/);
    }
  });
});

describe("nobody makes more of themselves", () => {
  test("by creating, cloning or editing towards what they lack", async () => {
    const member = await memberWith(editor);
    const wanted = [...editor, "audit_log.read"];
    const beyond = { reason: "exceeds_own_permissions", field: "permissions" };
    expect(await refusalOf(as(member).roles.create({ name: "More", permissions: wanted }))).toMatchObject(
      beyond,
    );
    const list = await as(member).roles.list();
    const admin = list.find(({ key }) => key === "admin")?.id ?? "";
    expect(await refusalOf(as(member).roles.clone({ id: admin, name: "More" }))).toMatchObject(beyond);
    const { id } = await as(member).roles.create(named(["projects.read"]));
    expect(await refusalOf(as(member).roles.update({ id, permissions: wanted }))).toMatchObject(beyond);
    expect(list.find(({ key }) => key === "admin")?.acts.assign).toMatch(/does not permit/);
  });

  test("by changing the role that they have", async () => {
    const member = await memberWith(editor);
    const { roleId: id } = member;
    expect(await refusalOf(as(member).roles.update({ id, permissions: ["roles.read"] }))).toMatchObject({
      reason: "own_role",
    });
    expect(await refusalOf(as(member).roles.update({ id, permissions: [...allPermissions] }))).toMatchObject({
      reason: "exceeds_own_permissions",
    });
  });

  test("and nobody takes from those who hold more", async () => {
    const member = await memberWith(editor);
    const high = await memberWith([...editor, "audit_log.read"]);
    const { roleId: id } = high;
    const beyond = { reason: "exceeds_own_permissions" };
    expect(await refusalOf(as(member).roles.update({ id, permissions: ["roles.read"] }))).toMatchObject(
      beyond,
    );
    expect(await refusalOf(as(member).roles.update({ id, name: "Low" }))).toMatchObject(beyond);
    expect(await refusalOf(as(member).roles.delete({ id }))).toMatchObject(beyond);
  });

  test("in a race with losing the right: the second waits, and is asked again", async () => {
    const member = await memberWith([...editor, "tasks.write"]);
    const target = await as(owner).roles.create(named(["projects.read"]));
    for (let round = 0; round < 20; round++) {
      const { roleId: id } = member;
      const [, raised] = await Promise.allSettled([
        as(owner).roles.update({ id, permissions: editor }),
        as(member).roles.update({
          id: target.id,
          permissions: ["projects.read", "tasks.read", "tasks.write"],
        }),
      ]);
      const order = await tenancy().withTenant(owner.organization.id, { readOnly: true }, (db) =>
        db.auditEntry.findMany({
          where: { action: "roles.update", targetId: { in: [id, target.id] } },
          orderBy: { xid: "desc" },
          take: 2,
          select: { targetId: true },
        }),
      );
      // Where both went through, the one who gave did so before losing the right.
      const sound =
        raised.status === "fulfilled" ? order[0]?.targetId === id : raised.reason.code === "FORBIDDEN";
      expect(sound).toBe(true);
      await as(owner).roles.update({ id, permissions: [...editor, "tasks.write"] });
      await as(owner).roles.update({ id: target.id, permissions: ["projects.read"] });
    }
  });
});

test("a changed role is felt with the next request", async () => {
  const member = await memberWith(["projects.read", "projects.write"]);
  const create = () => as(member).projects.create({ name: "Apollo" });
  await create();
  await as(owner).roles.update({ id: member.roleId, permissions: ["projects.read"] });
  expect(await refusalOf(create())).toMatchObject({ reason: "missing_permission", field: "projects.write" });
  await as(owner).roles.update({ id: member.roleId, permissions: ["projects.read", "projects.write"] });
  await create();
});

test("what somebody can do is told with where it comes from", async () => {
  const member = await memberWith(["projects.read", "projects.write"]);
  const view = await as(owner).members.access({ id: member.memberId });
  expect(view.blocked).toBeNull();
  expect(view.permissions.map(({ name }) => name)).toEqual(allPermissions);
  expect(view.permissions.find(({ name }) => name === "projects.write")).toMatchObject({
    granted: true,
    from: [{ kind: "role", id: member.roleId }],
  });
  expect(view.permissions.find(({ name }) => name === "tasks.read")).toMatchObject({
    granted: false,
    from: [],
  });
});
