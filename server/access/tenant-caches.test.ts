import { afterAll, beforeEach, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { eraseOrganization } from "../organizations/erase.ts";
import { cacheLookups } from "../platform/metrics.ts";
import { redis } from "../platform/redis.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  useUpReadyTenants,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { setTenantState } from "../test/tenant-state.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;

beforeEach(async () => {
  organization = await buildOrganization({ plan: "pro" });
});
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));
const names = async () => (await as(organization.owner).members.list()).items.map(({ name }) => name);
const key = (part: string) => `tenant:${organization.id}:${part}`;

async function answered(cache: string): Promise<Record<string, number>> {
  const { values } = await cacheLookups.get();
  const own = values.filter(({ labels }) => labels.cache === cache);
  return Object.fromEntries(own.map(({ labels, value }) => [String(labels.answer), value]));
}

/** Changes a member's row as nobody may: past the verbs, and past the version that they raise. */
async function renameBehindTheScenes(name: string): Promise<void> {
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.member.update({ where: { id: organization.owner.memberId }, data: { name } }),
  );
}

test("the list that everybody begins with is remembered, and counted; any other is read", async () => {
  expect(await names()).toEqual(["Olivia Owner"]);
  await renameBehindTheScenes("Hidden");
  const before = await answered("members");
  expect(await names()).toEqual(["Olivia Owner"]);
  expect(((await answered("members"))["process"] ?? 0) - (before["process"] ?? 0)).toBe(1);
  const { items } = await as(organization.owner).members.list({ status: "active" });
  expect(items.map(({ name }) => name)).toEqual(["Hidden"]);
  expect(await redis().ttl(key("members"))).toBeGreaterThan(0);
});

test("whatever changes a member changes the list at once: joining, roles, suspension, names, leaving", async () => {
  const { owner } = organization;
  const list = async () =>
    (await as(owner).members.list()).items.map((row) => `${row.roleKey} ${row.status}`);
  await list();
  const member = await buildMember(organization, "viewer");
  const { memberId: id } = member;
  const roles = await as(owner).roles.list();
  const roleId = roles.find((role) => role.key === "editor")?.id ?? "";
  await as(owner).members.changeRole({ id, roleId });
  expect(await list()).toEqual(["owner active", "editor active"]);
  await as(owner).members.suspend({ id });
  expect(await list()).toEqual(["owner active", "editor suspended"]);
  await as(owner).members.reactivate({ id });
  await as(owner).members.remove({ id });
  expect(await list()).toEqual(["owner active"]);
});

test("an old list that another process puts back is not believed, nor one of another epoch", async () => {
  const { owner } = organization;
  const member = await buildMember(organization, "viewer");
  await names();
  const stale = await redis().get(key("members"));
  await as(owner).members.suspend({ id: member.memberId });
  await redis().set(key("members"), stale ?? "");
  const { items } = await as(owner).members.list();
  expect(items.find(({ id }) => id === member.memberId)?.status).toBe("suspended");
  await names();
  await renameBehindTheScenes("Restored");
  await setTenantState(organization.id, "active");
  expect(await names()).toContain("Restored");
});

test("the configuration is remembered until a setting or the plan changes", async () => {
  const { owner } = organization;
  const settings = async () => (await as(owner).apiKeys.settings()).keyDaysMax;
  expect(await settings()).toBeNull();
  const before = await answered("config");
  expect(await settings()).toBeNull();
  expect(((await answered("config"))["process"] ?? 0) - (before["process"] ?? 0)).toBe(1);
  expect(JSON.parse((await redis().get(key("config"))) ?? "null")).toMatchObject({
    plan: "pro",
    limits: { seats: 100 },
    settings: { keyDaysMax: null },
  });
  await as(owner).apiKeys.updateSettings({ keyDaysMax: 30 });
  expect(await settings()).toBe(30);
  await redis().set(key("config"), "{}");
  expect(await settings()).toBe(30);
});

test("erasing an organization drops what is cached of it, and nothing of another", async () => {
  await useUpReadyTenants();
  organization = await buildOrganization({ plan: "pro" });
  const other = await buildOrganization();
  await as(other.owner).members.list();
  await as(organization.owner).members.list();
  await as(organization.owner).apiKeys.settings();
  const kept = `tenant:${other.id}:members`;
  const parts = ["members", "config", "perms:owner", `member:${organization.owner.accountId}`];
  await expect.poll(() => redis().exists(...parts.map(key))).toBe(parts.length);
  await expect.poll(() => redis().exists(kept)).toBe(1);
  await as(organization.owner).organization.scheduleDeletion({ confirm: organization.slug });
  // Not due yet: nothing is dropped.
  expect(await refusalOf(eraseOrganization(organization.id))).toMatchObject({ reason: "not_due" });
  expect(await redis().exists(key("perms:owner"))).toBe(1);
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.profile.update({ where: { id: 1 }, data: { deletionAt: new Date(0) } }),
  );
  await eraseOrganization(organization.id);
  expect(await redis().exists(...parts.map(key), key("keys"))).toBe(0);
  expect(await redis().exists(kept)).toBe(1);
});
