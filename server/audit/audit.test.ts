import { afterAll, expect, test } from "vitest";
import { entered } from "../test/entered.ts";
import { buildOrganization, closeConnections, doorOf, writes, type TestMember } from "../test/factories.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { transact } from "../tenancy/transact.ts";
import { audit, type AuditChange } from "./audit.ts";

afterAll(closeConnections);

const target = { type: "project", id: "p1", label: "Apollo" };

function writeEntry(ctx: WriteCtx, change: Partial<AuditChange>): Promise<void> {
  return audit(ctx, { action: "projects.update", target, ...change });
}

function writesEntry(member: TestMember, change: Partial<AuditChange>): Promise<void> {
  return writes(member, writeEntry, change);
}

async function lastEntry(member: TestMember) {
  return tenancy().withTenant(member.organization.id, { readOnly: true }, (db) =>
    db.auditEntry.findFirstOrThrow({ orderBy: { id: "desc" } }),
  );
}

test("an entry says who did what to what, from where, and only what differs", async () => {
  const { owner } = await buildOrganization();
  await writesEntry(owner, {
    before: { name: "Apollo", status: "active" },
    after: { name: "Artemis", status: "active" },
  });
  const entry = await lastEntry(owner);
  expect(entry).toMatchObject({
    action: "projects.update",
    actorKind: "member",
    actorId: owner.memberId,
    actorName: "Olivia Owner",
    impersonatorId: null,
    targetType: "project",
    targetId: "p1",
    targetLabel: "Apollo",
    changes: '{"before":{"name":"Apollo"},"after":{"name":"Artemis"}}',
    personal: null,
    ip: "192.0.2.1",
    userAgent: "vitest",
  });
  expect(entry.xid).toBeGreaterThan(0n);
});

test("what is about people stands apart from what the chain holds for good", async () => {
  const { owner } = await buildOrganization();
  await writesEntry(owner, {
    before: { email: "old@example.test", nickname: "Ollie", seats: 1 },
    after: { email: "new@example.test", nickname: "Liv", seats: 2 },
    personal: ["nickname"],
  });
  const { changes, personal } = await lastEntry(owner);
  expect(JSON.parse(changes)).toEqual({
    before: { seats: 1 },
    after: { seats: 2 },
    personal: ["email", "nickname"],
  });
  expect(JSON.parse(personal ?? "")).toEqual({
    before: { email: "old@example.test", nickname: "Ollie" },
    after: { email: "new@example.test", nickname: "Liv" },
  });
});

test("an act in somebody's place names both", async () => {
  const { owner } = await buildOrganization();
  const impersonator = { accountId: "00000000-0000-7000-8000-000000000001", name: "Staff" };
  await transact({ ...(await doorOf(owner)), impersonator }, "write", (ctx) =>
    audit(ctx, { action: "projects.update", target }),
  );
  expect(await lastEntry(owner)).toMatchObject({
    actorId: owner.memberId,
    impersonatorId: impersonator.accountId,
    impersonatorName: "Staff",
  });
});

test.each([
  { password: "x" },
  { passwordHash: "x" },
  { key: "x" },
  { apiKey: "x" },
  { api_key: "x" },
  { signingSecret: "x" },
  { accessToken: "x" },
  { nested: { list: [{ secret: "x" }] } },
])("a secret by its name (%j) fails the change, and nothing is kept", async (after) => {
  const { owner } = await buildOrganization();
  const before = await lastEntry(owner);
  await expect(writesEntry(owner, { after })).rejects.toMatchObject({ reason: "audit_secret" });
  expect(await lastEntry(owner)).toEqual(before);
});

test.each([{ roleKey: "admin" }, { tokenCount: 3 }, { keyId: "k" }, { hashtag: "a" }])(
  "a name that only resembles a secret's (%j) is fine",
  async (after) => {
    const { owner } = await buildOrganization();
    await writesEntry(owner, { after });
    expect(JSON.parse((await lastEntry(owner)).changes)).toMatchObject({ after });
  },
);

test("an entry with a fixed id is written once", async () => {
  const { owner } = await buildOrganization();
  const id = "0198f000-0000-7000-8000-000000000001";
  await writesEntry(owner, { id });
  await writesEntry(owner, { id, action: "projects.delete" });
  const rows = await tenancy().withTenant(owner.organization.id, { readOnly: true }, (db) =>
    db.auditEntry.findMany({ where: { id } }),
  );
  expect(rows.map((row) => row.action)).toEqual(["projects.update"]);
});

test.each([
  ["change an entry", "UPDATE audit_entries SET action = 'nothing'"],
  ["delete an entry", "DELETE FROM audit_entries"],
  ["empty the log", "TRUNCATE audit_entries"],
  ["forge a seal", "INSERT INTO audit_seals VALUES (1, gen_random_uuid(), sha256(''), sha256('a'))"],
  ["delete a seal", "DELETE FROM audit_seals"],
  ["move the chain", "UPDATE audit_chain SET seq = 0"],
])("SQL typed into a verb cannot %s", async (_what, sql) => {
  const { owner } = await buildOrganization();
  const typed = entered(owner.organization.id, (client) => client.query(sql));
  await expect(typed).rejects.toMatchObject({ code: "42501" });
});

test("SQL typed into a verb cannot choose the transaction or the commitments of an entry", async () => {
  const { owner } = await buildOrganization();
  await entered(owner.organization.id, (client) =>
    client.query(
      `INSERT INTO audit_entries (id, action, actor_kind, actor_name, target_type, xid, actor_salt, actor_proof)
       VALUES (uuidv7(), 'x', 'system', 'Nobody', 'x', 1, '\\x00', sha256('forged'))`,
    ),
  );
  const entry = await tenancy().withTenant(owner.organization.id, { readOnly: true }, (db) =>
    db.auditEntry.findFirstOrThrow({ where: { action: "x" } }),
  );
  expect(entry.xid).toBeGreaterThan(1n);
  expect(Buffer.from(entry.actorSalt ?? []).length).toBe(16);
});
