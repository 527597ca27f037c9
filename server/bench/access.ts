// What a permission check costs, and how soon a permission that was taken away is gone in another process.
import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { isMember } from "../access/directory.ts";
import { memberAccess } from "../access/member-access.ts";
import type { Permission } from "../access/permissions.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import type { Try, Tried } from "./access-second.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { median, quantile } from "./measure.ts";

const checks = 200_000;
const changes = 300;
const callerOf = createCallerFactory(appRouter);

export const bench: Bench = {
  async run(report) {
    const { owner, ...organization } = await buildOrganization({ plan: "enterprise" });
    const member = await buildMember(organization, "editor");
    await measureChecks(report, member);
    await measureInvalidation(report, owner, member);
    await closeConnections();
  },
};

async function measureChecks(report: Report, { organization, accountId }: TestMember): Promise<void> {
  progress(`Warm checks: ${checks} …`);
  const times: number[] = [];
  for (let check = 0; check < checks; check++) {
    const from = performance.now();
    const known = await isMember(organization.id, accountId);
    const { permissions } = await memberAccess(organization.id, accountId);
    if (!known || !permissions.has("projects.write")) throw new Error("the check came out wrong");
    times.push(performance.now() - from);
  }
  report({
    name: "access.check.l1",
    details: { p50: median(times) },
    value: quantile(times, 0.99),
    unit: "ms",
    goal: 0.05,
    n: checks,
  });
}

async function measureInvalidation(report: Report, owner: TestMember, member: TestMember): Promise<void> {
  const { slug } = owner.organization;
  const asOwner = () => callerOf(requestOf(owner, slug));
  const reading: Permission[] = ["projects.read"];
  const writing: Permission[] = ["projects.read", "projects.write"];
  const { id: roleId } = await asOwner().roles.create({ name: "Measured", permissions: writing });
  await asOwner().members.changeRole({ id: member.memberId, roleId });
  const second = fork(path.join(import.meta.dirname, "access-second.ts"));
  await once(second, "message");
  progress(`Permissions taken away while a second process has them cached: ${changes} …`);
  const session = { ...member, sessionId: randomUUID(), emailConfirmed: true };
  const times: number[] = [];
  for (let change = 0; change < changes; change++) {
    await expectReason(second, { session, slug }, "not_found");
    await asOwner().roles.update({ id: roleId, permissions: reading });
    const committed = performance.timeOrigin + performance.now();
    const { at } = await expectReason(second, { session, slug }, "missing_permission");
    times.push(at - committed);
    await asOwner().roles.update({ id: roleId, permissions: writing });
  }
  second.disconnect();
  second.kill();
  report({
    name: "access.invalidation",
    details: { p50: median(times) },
    value: quantile(times, 0.99),
    unit: "ms",
    goal: 50,
    n: changes,
  });
}

/** Has the second process try. Throws an Error when it is not told this. */
async function expectReason(second: ChildProcess, act: Try, reason: string): Promise<Tried> {
  second.send(act);
  // Only our own answers come over this channel.
  const [tried] = (await once(second, "message")) as [Tried];
  if (tried.reason !== reason) throw new Error(`expected ${reason}, was told ${tried.reason}`);
  return tried;
}
