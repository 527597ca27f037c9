import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { giveUpExport, runExport } from "../audit/export.ts";
import { tellFailing, tellResumed } from "../audit/stream-telling.ts";
import { runVerification } from "../audit/verify-run.ts";
import { inviteToken } from "../invites/token.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import {
  buildOrganization,
  buildPerson,
  closeConnections,
  requestOf,
  type TestOrganization,
} from "../test/factories.ts";
import { tamper } from "../test/logs.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;
const call = () => callerOf(requestOf(organization.owner, organization.slug));
const door = () => systemDoor(organization, { id: "job", ip: null, userAgent: null });

beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(closeConnections);

/** What is told while something is done, as those who poll get it. */
async function toldBy(
  work: () => Promise<unknown>,
): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const { cursor } = await call().events.poll();
  await work();
  const { items } = await call().events.poll({ after: cursor });
  return items.map(({ type, data }) => ({ type, data }));
}

test("an organization's first event is its own opening", async () => {
  const { id, name, slug } = organization;
  expect((await call().events.poll()).items[0]).toMatchObject({
    type: "organization.created",
    data: { id, name, slug },
  });
});

test("whoever accepts an invite is told of twice: the invite's end, and the member", async () => {
  const email = `${randomUUID()}@example.test`;
  const roles = await call().roles.list();
  const roleId = roles.find(({ key }) => key === "viewer")?.id ?? "";
  const { results } = await call().invites.create({ invites: [{ email, roleId }] });
  const id = results[0]?.inviteId ?? "";
  const person = await buildPerson({ email });
  const token = inviteToken(organization.id, id, 1);
  const told = await toldBy(() => callerOf(requestOf(person, null)).invites.accept({ token }));
  const memberId = expect.any(String) as string;
  expect(told).toEqual([
    { type: "invite.accepted", data: { id, roleKey: "viewer", memberId } },
    {
      type: "member.joined",
      data: { id: memberId, accountId: person.accountId, roleKey: "viewer", status: "active" },
    },
  ]);
});

test("a task that gets done is told of as changed and as completed", async () => {
  const { id: projectId } = await call().projects.create({ name: "Apollo" });
  const { id } = await call().tasks.create({ projectId, title: "Ignition" });
  const told = await toldBy(() => call().tasks.update({ id, status: "done" }));
  const data = { id, projectId, title: "Ignition", status: "done" };
  expect(told).toEqual([
    { type: "task.updated", data },
    { type: "task.completed", data },
  ]);
});

test("an export that is ready, and one that is given up", async () => {
  const ready = await call().audit.export({ format: "jsonl" });
  expect(await toldBy(() => runExport(door(), { runId: ready.id }))).toEqual([
    { type: "audit.export_ready", data: { id: ready.id, format: "jsonl", rows: expect.any(Number) } },
  ]);
  const failed = await call().audit.export({ format: "csv" });
  expect(await toldBy(() => giveUpExport(door(), { runId: failed.id }))).toEqual([
    { type: "audit.export_failed", data: { id: failed.id } },
  ]);
});

test("a log that is not what was sealed", async () => {
  const first = await call().audit.verify();
  await runVerification(door(), { runId: first.id });
  const entry = "SELECT entry_id FROM audit_seals WHERE seq = 1";
  await tamper(organization.id, `UPDATE audit_entries SET action = 'x' WHERE id = (${entry})`);
  const { id } = await call().audit.verify();
  expect(await toldBy(() => runVerification(door(), { runId: id }))).toEqual([
    { type: "audit.chain_broken", data: { id, seq: 1 } },
  ]);
});

test("a stream that fails for a while, and that works again", async () => {
  const stream = { id: randomUUID(), name: "SIEM" };
  expect(await toldBy(() => tellFailing(door(), { ...stream, attempts: 4 }, "timeout"))).toEqual([]);
  expect(await toldBy(() => tellFailing(door(), { ...stream, attempts: 5 }, "timeout"))).toEqual([
    { type: "audit.stream_failing", data: { ...stream, reason: "timeout" } },
  ]);
  expect(await toldBy(() => tellResumed(door(), { ...stream, attempts: 5 }))).toEqual([
    { type: "audit.stream_resumed", data: stream },
  ]);
});
