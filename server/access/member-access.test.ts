import net from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { cacheLookups } from "../platform/metrics.ts";
import { closeRedis, redis } from "../platform/redis.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { memberAccess } from "./member-access.ts";
import type { Permission } from "./permissions.ts";

/** The way to Redis, which can be cut. Set before the environment is read. */
const straight = new URL(process.env["REDIS_URL"] ?? "");
const sockets = new Set<net.Socket>();
let cut = false;
const proxy = net.createServer((near) => {
  if (cut) return near.destroy();
  const far = net.connect(Number(straight.port), straight.hostname);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(one);
    one.on("error", () => other.destroy()).on("close", () => other.destroy());
    one.pipe(other);
  }
});
await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
const { port } = proxy.address() as net.AddressInfo;
process.env["REDIS_URL"] = `redis://127.0.0.1:${port}${straight.pathname}`;

const callerOf = createCallerFactory(appRouter);
let owner: TestMember;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
});
afterAll(async () => {
  await closeConnections();
  proxy.close();
  for (const socket of sockets) socket.destroy();
});

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));
const permsKey = (role: string) => `tenant:${owner.organization.id}:perms:${role}`;

let roles = 0;
async function memberWith(permissions: Permission[]) {
  const { id: roleId, key } = await as(owner).roles.create({ name: `Role ${++roles}`, permissions });
  const member = await buildMember(owner.organization, "viewer");
  await tenancy().withTenant(owner.organization.id, { readOnly: false }, (db) =>
    db.member.update({ where: { id: member.memberId }, data: { roleId } }),
  );
  return { ...member, roleId, key };
}

async function counted(cache: string, answer: string): Promise<number> {
  const { values } = await cacheLookups.get();
  return values.find(({ labels }) => labels.cache === cache && labels.answer === answer)?.value ?? 0;
}

test("a role's permissions stand in Redis under their key, with the version they were read at", async () => {
  const member = await memberWith(["projects.read"]);
  await as(member).projects.list();
  const text = await redis().get(permsKey(member.key));
  expect(JSON.parse(text ?? "null")).toEqual({
    epoch: 1,
    accessVersion: expect.any(Number),
    permissions: ["organization.read", "projects.read"],
  });
  expect(await redis().ttl(permsKey(member.key))).toBeGreaterThan(0);
});

test("a change of one role drops its key and no other", async () => {
  const one = await memberWith(["projects.read"]);
  const other = await memberWith(["projects.read"]);
  await as(one).projects.list();
  await as(other).projects.list();
  await as(owner).roles.update({ id: one.roleId, permissions: ["tasks.read", "projects.read"] });
  await expect.poll(() => redis().exists(permsKey(one.key))).toBe(0);
  expect(await redis().exists(permsKey(other.key))).toBe(1);
});

test("look-ups are counted by who answered", async () => {
  const member = await memberWith(["projects.read"]);
  const before = [await counted("perms", "process"), await counted("perms", "miss")];
  await memberAccess(owner.organization.id, member.accountId);
  for (let i = 0; i < 10; i++) await memberAccess(owner.organization.id, member.accountId);
  expect((await counted("perms", "process")) - (before[0] ?? 0)).toBe(10);
  expect((await counted("member", "miss")) > 0).toBe(true);
});

test("what another process left in Redis is used, and refused by the guard once it is old", async () => {
  const member = await memberWith(["projects.read", "projects.write"]);
  const { id } = owner.organization;
  const fresh = await memberAccess(id, member.accountId);
  // Another process still has, and puts back, what was so before the change.
  const stale = await redis().get(permsKey(member.key));
  const standing = await redis().get(`tenant:${id}:member:${member.accountId}`);
  await as(owner).roles.update({ id: member.roleId, permissions: ["projects.read"] });
  await redis().set(permsKey(member.key), stale ?? "");
  await redis().set(`tenant:${id}:member:${member.accountId}`, standing ?? "");
  expect((await memberAccess(id, member.accountId)).accessVersion).toBe(fresh.accessVersion);
  expect(await refusalOf(as(member).projects.create({ name: "Old" }))).toMatchObject({
    reason: "missing_permission",
  });
});

test("nonsense in Redis is passed over", async () => {
  const member = await memberWith(["projects.read"]);
  const key = `tenant:${owner.organization.id}:member:${member.accountId}`;
  for (const text of ["", "{", "null", '{"accessVersion":1}']) {
    await redis().set(key, text);
    await expect(memberAccess(owner.organization.id, member.accountId)).resolves.toMatchObject({
      roleKey: member.key,
    });
  }
});

test("with Redis cut off a permission that is revoked is gone with the next request", async () => {
  const member = await memberWith(["projects.read", "projects.write"]);
  const create = () => as(member).projects.create({ name: "Apollo" });
  await create();
  cut = true;
  for (const socket of sockets) socket.destroy();
  try {
    await create();
    await as(owner).roles.update({ id: member.roleId, permissions: ["projects.read"] });
    expect(await refusalOf(create())).toMatchObject({
      reason: "missing_permission",
      field: "projects.write",
    });
    await as(owner).roles.update({ id: member.roleId, permissions: ["projects.read", "projects.write"] });
    await create();
    // It never waits long for what is not there.
    const start = performance.now();
    for (let i = 0; i < 20; i++) await memberAccess(owner.organization.id, member.accountId, { fresh: true });
    expect(performance.now() - start).toBeLessThan(3_000);
  } finally {
    cut = false;
    await closeRedis();
  }
});
