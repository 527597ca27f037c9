import { afterAll, expect, test } from "vitest";
import { allPermissions } from "../access/permissions.ts";
import { answerComplianceExport } from "../api/compliance-export.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildKey,
  buildOrganization,
  buildPerson,
  closeConnections,
  keyRequest,
  requestOf,
  type TestMember,
} from "../test/factories.ts";

afterAll(closeConnections);

const callerOf = createCallerFactory(appRouter);

const entriesOf = (organizationId: string) =>
  tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.auditEntry.findMany({ orderBy: { id: "asc" }, select: { action: true, actorName: true } }),
  );

test("what strangers try against an organization stands in the platform's log, and not in its own", async () => {
  const victim = await buildOrganization();
  const foreign = await buildOrganization();
  const stranger = await buildPerson({ name: "Eve" });
  const { id: keyId, key } = await buildKey(foreign, allPermissions);
  const before = await entriesOf(victim.id);

  for (const person of [stranger, foreign.owner]) {
    const calls = callerOf(requestOf(person, victim.slug));
    await expect(calls.projects.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(calls.projects.create({ name: "Mine" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  await expect(callerOf(keyRequest(key, victim.slug)).members.list({})).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  const download = `http://127.0.0.1:3000/api/compliance/export?kind=audit&organization=${victim.slug}`;
  const answer = await answerComplianceExport(new Request(download), {
    info: { id: "request-1", ip: "203.0.113.9", userAgent: "curl" },
    findSession: async () => ({ ...stranger, sessionId: "s", emailConfirmed: true }),
  });
  expect(answer.status).toBe(403);

  expect(await entriesOf(victim.id)).toEqual(before);
  const events = await platformDb().securityEvent.findMany({
    where: { organizationId: victim.id },
    orderBy: { at: "asc" },
  });
  expect(events.map(({ accountId, ip }) => ({ accountId, ip }))).toEqual([
    { accountId: stranger.accountId, ip: "192.0.2.1" },
    { accountId: stranger.accountId, ip: "192.0.2.1" },
    { accountId: foreign.owner.accountId, ip: "192.0.2.1" },
    { accountId: foreign.owner.accountId, ip: "192.0.2.1" },
    { accountId: null, ip: "192.0.2.1" },
    { accountId: stranger.accountId, ip: "203.0.113.9" },
  ]);
  expect(JSON.stringify(events[4]?.detail)).toContain(keyId);
});

test("where all reads are recorded, those by keys and downloads are, and a refused one is no read", async () => {
  const { owner, ...organization } = await buildOrganization();
  const as = (member: TestMember) => callerOf(requestOf(member, organization.slug));
  await as(owner).audit.updateSettings({ recordReads: true });
  const { key } = await buildKey(organization, ["projects.read"]);
  const calls = callerOf(keyRequest(key, organization.slug));
  await calls.projects.list({});
  await expect(calls.members.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
  const download = `http://127.0.0.1:3000/api/compliance/export?kind=audit&organization=${organization.slug}`;
  const answer = await answerComplianceExport(new Request(download), {
    info: { id: "request-1", ip: null, userAgent: null },
    findSession: async () => ({ ...owner, sessionId: "s", emailConfirmed: true }),
  });
  // Nothing of the answer has been read yet.
  const entries = await entriesOf(organization.id);
  await answer.body?.cancel();
  expect(entries.slice(-2)).toEqual([
    { action: "projects.list", actorName: "A test's key" },
    { action: "audit.download", actorName: owner.name },
  ]);
});
