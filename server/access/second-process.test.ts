import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import type { Tried } from "../bench/access-second.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { tenancy } from "../tenancy/kernel.ts";

const callerOf = createCallerFactory(appRouter);
let second: ChildProcess;
let organization: TestOrganization;

beforeAll(async () => {
  organization = await buildOrganization();
  second = fork(path.join(import.meta.dirname, "../bench/access-second.ts"), { execArgv: [] });
  await once(second, "message");
});
afterAll(async () => {
  const ended = once(second, "exit");
  second.kill();
  await ended;
  await closeConnections();
});

const asOwner = () => callerOf(requestOf(organization.owner, organization.slug));

/** What the other process is told when it acts as a member, with whatever it remembers of them. */
async function triedThere(member: TestMember): Promise<string> {
  second.send({
    session: { ...member, sessionId: randomUUID(), emailConfirmed: true },
    slug: member.organization.slug,
  });
  const [tried] = (await once(second, "message")) as [Tried];
  return tried.reason;
}

test("a role that was changed, a member who was put down, suspended or removed: another process knows at once", async () => {
  const member = await buildMember(organization, "viewer");
  const { memberId: id } = member;
  const permissions = ["projects.read", "projects.write"];
  const { id: roleId } = await asOwner().roles.create({ name: "Archivists", permissions });
  await asOwner().members.changeRole({ id, roleId });
  expect(await triedThere(member)).toBe("not_found");
  await asOwner().roles.update({ id: roleId, permissions: ["projects.read"] });
  expect(await triedThere(member)).toBe("missing_permission");
  await asOwner().roles.update({ id: roleId, permissions });
  expect(await triedThere(member)).toBe("not_found");
  const viewer = (await asOwner().roles.list()).find(({ key }) => key === "viewer")?.id ?? "";
  await asOwner().members.changeRole({ id, roleId: viewer });
  expect(await triedThere(member)).toBe("missing_permission");
  await asOwner().members.changeRole({ id, roleId });
  expect(await triedThere(member)).toBe("not_found");
  await asOwner().members.suspend({ id });
  expect(await triedThere(member)).toBe("no_access");
  await asOwner().members.reactivate({ id });
  expect(await triedThere(member)).toBe("not_found");
  await asOwner().members.remove({ id });
  expect(await triedThere(member)).toBe("no_access");
});

test("a suspended organization is shut in another process with the next request of an open session", async () => {
  const own = await buildOrganization();
  const member = await buildMember(own, "editor");
  expect(await triedThere(member)).toBe("not_found");
  await setTenantState(own.id, "suspended");
  expect(await triedThere(member)).toBe("organization_suspended");
  // Open again within moments: nobody waits until a belief runs out.
  await setTenantState(own.id, "read_only");
  const soon = { timeout: 3_000, interval: 200 };
  await expect.poll(() => triedThere(member), soon).toBe("organization_read_only");
  await setTenantState(own.id, "active");
  await expect.poll(() => triedThere(member), soon).toBe("not_found");
});

test("what is remembered of a life before counts for nothing: a copy that was restored counts its versions anew", async () => {
  const own = await buildOrganization();
  const member = await buildMember(own, "editor");
  expect(await triedThere(member)).toBe("not_found");
  // As after a restore: another epoch, the same version, and somebody who may less.
  await tenancy().withTenant(own.id, { readOnly: false }, (db) =>
    db.member.update({ where: { id: member.memberId }, data: { role: { connect: { key: "viewer" } } } }),
  );
  await setTenantState(own.id, "active");
  expect(await triedThere(member)).toBe("missing_permission");
});
