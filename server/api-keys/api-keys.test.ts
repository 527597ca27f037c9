import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newKeyText } from "../access/key-text.ts";
import { allPermissions, permissionInfo, type Permission } from "../access/permissions.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  keyRequest,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;
let owner: TestMember;

beforeAll(async () => {
  organization = await buildOrganization();
  ({ owner } = organization);
});
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));
const by = (key: string, clock?: { now(): Date }) => callerOf(keyRequest(key, organization.slug, clock));

const making: Permission[] = ["api_keys.read", "api_keys.write", "projects.read", "projects.write"];

async function memberWith(permissions: Permission[]): Promise<TestMember & { roleId: string }> {
  const { id: roleId } = await as(owner).roles.create({ name: randomUUID(), permissions });
  const member = await buildMember(organization, "viewer");
  await as(owner).members.changeRole({ id: member.memberId, roleId });
  return { ...member, roleId };
}

const key = (
  maker: TestMember,
  given: { scopes?: Permission[]; kind?: "machine"; expiresInDays?: number | null } = {},
) =>
  as(maker).apiKeys.create({
    name: "Continuous integration",
    scopes: given.scopes ?? ["projects.read", "projects.write"],
    expiresInDays: given.expiresInDays === undefined ? 30 : given.expiresInDays,
    ...(given.kind ? { kind: given.kind } : {}),
  });

describe("an API key", () => {
  test("opens what its scopes say, and stands in the log as itself", async () => {
    const made = await key(owner);
    const { id } = await by(made.key).projects.create({ name: "By a key" });
    expect(await refusalOf(by(made.key).tasks.list({}))).toMatchObject({
      code: "FORBIDDEN",
      reason: "missing_permission",
      field: "tasks.read",
    });
    const entry = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
      db.auditEntry.findFirstOrThrow({ where: { action: "projects.create", targetId: id } }),
    );
    expect(entry).toMatchObject({
      actorKind: "api_key",
      actorId: made.id,
      actorName: "Continuous integration",
    });
  });

  test("can be made by whoever may, without a sight of the organization's roles", async () => {
    const { id: roleId } = await as(owner).roles.create({
      name: "Key makers",
      permissions: ["api_keys.read", "api_keys.write", "projects.read"],
    });
    const maker = await buildMember(organization, "viewer");
    await as(owner).members.changeRole({ id: maker.memberId, roleId });
    expect(await refusalOf(as(maker).roles.permissions())).toMatchObject({ reason: "missing_permission" });
    const scopes = await as(maker).apiKeys.scopes();
    expect(scopes.find(({ name }) => name === "projects.write")).toEqual({
      name: "projects.write",
      resource: "projects",
      description: "Create, edit and archive projects",
      scope: "work",
      needs: ["projects.read"],
      mine: false,
    });
    // What only people may hold is not offered, and all that is offered and held can be given.
    expect(scopes.map(({ name }) => name)).not.toContain("members.write");
    const mine = scopes.flatMap(({ name, mine: held }) => (held ? [name] : []));
    expect(mine.toSorted()).toEqual(["api_keys.read", "organization.read", "projects.read"]);
    await as(maker).apiKeys.create({ name: "Own", scopes: mine, expiresInDays: 7 });
  });

  test("is shown once: neither row nor log nor list holds it", async () => {
    const made = await key(owner);
    const secret = made.key.split("_")[3] ?? "";
    const stored = await tenancy().withTenant(organization.id, { readOnly: true }, async (db) => [
      await db.apiKey.findMany(),
      await db.auditEntry.findMany(),
      await db.event.findMany(),
    ]);
    const text = JSON.stringify(stored, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(text).not.toContain(secret.slice(0, 40));
    const { items } = await as(owner).apiKeys.list();
    expect(JSON.stringify(items)).not.toContain(secret.slice(0, 40));
    expect(items.find(({ id }) => id === made.id)).toMatchObject({
      ending: made.key.slice(-4),
      state: "active",
      own: true,
      effective: ["projects.read", "projects.write"],
      acts: { rotate: null, revoke: null },
    });
  });

  test("signs nobody in: what belongs to a person asks for a session", async () => {
    const made = await key(owner);
    expect(await refusalOf(by(made.key).session.me())).toMatchObject({ reason: "not_signed_in" });
    expect(await refusalOf(by(made.key).organization.get())).toMatchObject({ reason: "missing_permission" });
  });

  test("is told apart when malformed, unknown, expired and revoked", async () => {
    const made = await key(owner);
    const reason = async (call: Promise<unknown>) => (await refusalOf(call)).reason;
    expect(await reason(by(made.key.slice(0, -1)).projects.list())).toBe("api_key_malformed");
    expect(await reason(by(newKeyText(organization.id, made.id).text).projects.list())).toBe(
      "api_key_unknown",
    );
    expect(await reason(by(newKeyText(organization.id, randomUUID()).text).projects.list())).toBe(
      "api_key_unknown",
    );
    expect(await reason(by(newKeyText(randomUUID(), made.id).text).projects.list())).toBe("api_key_unknown");
    const late = clockAt("2999-01-01T00:00:00.000Z");
    expect(await reason(by(made.key, late).projects.list())).toBe("api_key_expired");
    await by(made.key).projects.list();
    await as(owner).apiKeys.revoke({ id: made.id });
    expect(await reason(by(made.key).projects.list())).toBe("api_key_revoked");
    expect(await reason(as(owner).apiKeys.revoke({ id: made.id }))).toBe("key_ended");
  });

  test("of another organization is refused with the same words as a stranger", async () => {
    const made = await key(owner);
    const other = await buildOrganization();
    expect(await refusalOf(callerOf(keyRequest(made.key, other.slug)).projects.list())).toMatchObject({
      reason: "no_access",
    });
    expect(await refusalOf(callerOf(keyRequest(made.key, null)).projects.list())).toMatchObject({
      reason: "no_access",
    });
  });

  test("notes when it was last used, at most once a minute", async () => {
    const made = await key(owner);
    const used = async () =>
      (await as(owner).apiKeys.list()).items.find(({ id }) => id === made.id)?.lastUsedAt;
    expect(await used()).toBeNull();
    await by(made.key).projects.list();
    const first = await used();
    expect(first).toBeInstanceOf(Date);
    await by(made.key).projects.list();
    expect(await used()).toEqual(first);
    await by(made.key, { now: () => new Date(Date.now() + 61_000) }).projects.list();
    expect((await used())?.getTime()).toBeGreaterThan(first?.getTime() ?? 0);
  });
});

describe("no key is more than its maker", () => {
  test("scopes beyond the maker's own are refused, and named", async () => {
    const member = await memberWith(making);
    const wanted: Permission[] = ["projects.read", "audit_log.read"];
    const call = key(member, { scopes: wanted });
    expect(await refusalOf(call)).toMatchObject({ reason: "exceeds_own_permissions", field: "scopes" });
    await expect(key(member, { scopes: wanted })).rejects.toThrow("audit_log.read");
  });

  test("what only people may is no scope, not even for an owner", async () => {
    const personal = allPermissions.filter((name) => permissionInfo(name).peopleOnly);
    expect(personal.length).toBeGreaterThan(5);
    for (const name of personal) {
      const scopes: Permission[] = [
        ...new Set([...allPermissions.filter((one) => one.endsWith(".read")), name]),
      ];
      const reasons = ["scope_people_only", "missing_dependency"];
      expect(reasons).toContain((await refusalOf(key(owner, { scopes }))).reason);
    }
    expect(await refusalOf(key(owner, { scopes: ["projects.fly"] as never }))).toMatchObject({
      reason: "unknown_permission",
    });
  });

  test("what the maker loses the key loses with its next call, and gets back with them", async () => {
    const member = await memberWith(making);
    const made = await key(member);
    const create = () => by(made.key).projects.create({ name: "Again" });
    await create();
    await as(owner).roles.update({ id: member.roleId, permissions: ["api_keys.read", "projects.read"] });
    expect(await refusalOf(create())).toMatchObject({ reason: "missing_permission" });
    await by(made.key).projects.list();
    await as(owner).roles.update({ id: member.roleId, permissions: making });
    await create();
    await as(owner).members.suspend({ id: member.memberId });
    expect(await refusalOf(create())).toMatchObject({ code: "UNAUTHORIZED", reason: "api_key_idle" });
    await as(owner).members.reactivate({ id: member.memberId });
    await create();
    await as(owner).members.remove({ id: member.memberId });
    expect(await refusalOf(create())).toMatchObject({ reason: "api_key_revoked" });
  });

  test("a machine's key belongs to the organization: it stays when its maker goes", async () => {
    const admin = await buildMember(organization, "admin");
    const made = await key(admin, { kind: "machine" });
    await as(owner).members.remove({ id: admin.memberId });
    await by(made.key).projects.create({ name: "Still here" });
    const member = await memberWith(making);
    expect(await refusalOf(key(member, { kind: "machine" }))).toMatchObject({
      reason: "missing_permission",
      field: "kind",
    });
    await as(owner).apiKeys.revoke({ id: made.id });
    expect(await refusalOf(by(made.key).projects.list())).toMatchObject({ reason: "api_key_revoked" });
  });

  test("others' keys are revoked by permission only, and rotated by nobody else", async () => {
    const [one, other] = [await memberWith(making), await memberWith(making)];
    const made = await key(one);
    expect(await refusalOf(as(other).apiKeys.revoke({ id: made.id }))).toMatchObject({
      reason: "not_own_key",
    });
    expect(await refusalOf(as(owner).apiKeys.rotate({ id: made.id }))).toMatchObject({
      reason: "not_own_key",
    });
    await as(one).apiKeys.revoke({ id: made.id });
  });
});

describe("time", () => {
  test("a key is rotated with an overlap, in which both work", async () => {
    const made = await key(owner);
    await by(made.key).projects.list();
    const next = await as(owner).apiKeys.rotate({ id: made.id, overlapHours: 24 });
    expect(next.key).not.toBe(made.key);
    await by(made.key).projects.list();
    await by(next.key).projects.list();
    const tomorrow = { now: () => new Date(Date.now() + 25 * 3_600_000) };
    expect(await refusalOf(by(made.key, tomorrow).projects.list())).toMatchObject({
      reason: "api_key_expired",
    });
    await by(next.key, tomorrow).projects.list();
    expect(await refusalOf(as(owner).apiKeys.rotate({ id: made.id }))).toMatchObject({
      reason: "key_rotated",
    });
  });

  test("rotations in a row do not add keys up: the one before the last ends at once", async () => {
    const first = await key(owner);
    const second = await as(owner).apiKeys.rotate({ id: first.id, overlapHours: 168 });
    const third = await as(owner).apiKeys.rotate({ id: second.id, overlapHours: 168 });
    expect(await refusalOf(by(first.key).projects.list())).toMatchObject({ reason: "api_key_expired" });
    await by(second.key).projects.list();
    await by(third.key).projects.list();
  });

  test("without an overlap the old one ends at once, though every process remembers it", async () => {
    const made = await key(owner, { expiresInDays: null });
    await by(made.key).projects.list();
    const next = await as(owner).apiKeys.rotate({ id: made.id, overlapHours: 0 });
    expect(await refusalOf(by(made.key).projects.list())).toMatchObject({ reason: "api_key_expired" });
    await by(next.key).projects.list();
    expect(next.expiresAt).toBeNull();
  });

  test("the organization says how long keys live, and new ones keep to it", async () => {
    const forever = await key(owner, { expiresInDays: null });
    await as(owner).apiKeys.updateSettings({ keyDaysMax: 60 });
    try {
      expect(await as(owner).apiKeys.settings()).toEqual({ keyDaysMax: 60, presets: [7, 30] });
      for (const expiresInDays of [61, 365, null]) {
        expect(await refusalOf(key(owner, { expiresInDays }))).toMatchObject({
          reason: "expiry_too_long",
          field: "expiresInDays",
        });
      }
      await key(owner, { expiresInDays: 60 });
      const next = await as(owner).apiKeys.rotate({ id: forever.id });
      expect((next.expiresAt?.getTime() ?? 0) - Date.now()).toBeLessThan(60.1 * 86_400_000);
    } finally {
      await as(owner).apiKeys.updateSettings({ keyDaysMax: null });
    }
  });

  test("of 20 keys made at once for the last place exactly one passes", async () => {
    const small = await buildOrganization({ plan: "free" });
    for (let i = 0; i < 2; i++) await key(small.owner);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => key(small.owner)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
