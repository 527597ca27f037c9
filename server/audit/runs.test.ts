import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { answerComplianceExport } from "../api/compliance-export.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { platformDb } from "../platform/database.ts";
import { tenantStorage } from "../platform/storage.ts";
import { entered } from "../test/entered.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { fillLog, tamper, writeEntries } from "../test/logs.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { genesis, linkHash } from "./chain.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { exportKey, giveUpExport, runExport } from "./export.ts";
import { retainAll, retainLog } from "./retain.ts";
import { sealEntries } from "./seal.ts";
import { sealLog } from "./sweep.ts";
import { verifyAudit } from "./verify.ts";
import { giveUpVerification, runVerification } from "./verify-run.ts";

afterAll(closeConnections);

const callerOf = createCallerFactory(appRouter);
const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));
const request = { id: "test-job", ip: null, userAgent: null };
const systemOf = (member: TestMember) => systemDoor(member.organization, request);

test("a verification is asked for once, runs with progress and leaves its verdict", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 5);
  const asked = await as(owner).audit.verify();
  expect(await as(owner).audit.verify()).toEqual(asked);
  expect(await as(owner).audit.run(asked)).toMatchObject({ kind: "verify", state: "waiting", done: 0 });
  await runVerification(systemOf(owner), { runId: asked.id });
  const run = await as(owner).audit.run(asked);
  expect(run).toMatchObject({ state: "done", done: 8, total: 8, result: { finding: null, entries: 8 } });
  expect(await as(owner).audit.state()).toMatchObject({ verified: { through: 8, finding: null } });

  await tamper(
    id,
    "UPDATE audit_entries SET action = 'x' WHERE id = (SELECT entry_id FROM audit_seals WHERE seq = 3)",
  );
  const again = await as(owner).audit.verify();
  await runVerification(systemOf(owner), { runId: again.id });
  expect(await as(owner).audit.state()).toMatchObject({
    verified: { finding: { kind: "altered_entry", seq: 3 } },
  });
  const events = await platformDb().securityEvent.findMany({ where: { organizationId: id } });
  expect(events.map((event) => event.kind)).toEqual(["audit_chain_broken"]);
});

test("the last exports are listed with who asked for them", async () => {
  const { owner } = await buildOrganization();
  const first = await as(owner).audit.export({ format: "csv" });
  await runExport(systemOf(owner), { runId: first.id });
  const second = await as(owner).audit.export({ format: "jsonl" });
  const listed = await as(owner).audit.exports();
  expect(listed.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(listed[0]).toMatchObject({ state: "waiting", downloadPath: null });
  expect(listed[1]).toMatchObject({
    state: "done",
    format: "csv",
    requestedBy: expect.stringMatching(/owner/i),
  });
  expect(listed[1]?.downloadPath).toContain(first.id);
});

test("an organization has one export under way, until it is done, given up or hours old", async () => {
  const { id, owner } = await buildOrganization();
  const ask = () => as(owner).audit.export({ format: "csv" });
  const asked = await Promise.allSettled([ask(), ask(), ask()]);
  const refused = asked.filter((one) => one.status === "rejected");
  expect(refused).toHaveLength(2);
  for (const { reason } of refused) expect(reason).toMatchObject({ cause: { reason: "export_under_way" } });
  const [first] = await as(owner).audit.exports();
  await giveUpExport(systemOf(owner), { runId: first?.id ?? "" });
  expect(await as(owner).audit.exports()).toMatchObject([{ state: "failed" }]);
  await ask();
  await expect(ask()).rejects.toMatchObject({ cause: { reason: "export_under_way" } });
  await entered(id, (client) =>
    client.query("UPDATE audit_runs SET created_at = created_at - interval '3 hours'"),
  );
  await ask();
});

test("a try that is given up ends at its next page, leaves no file and no word that it is done", async () => {
  const { id, owner } = await buildOrganization();
  const { id: runId } = await as(owner).audit.export({ format: "csv" });
  const { signal } = { signal: AbortSignal.abort(new Error("too late")) };
  await expect(runExport(systemOf(owner), { runId }, { signal })).rejects.toThrow("Cannot write file");
  expect(await tenantStorage(id).get(exportKey(runId))).toBeNull();
  expect(await as(owner).audit.run({ id: runId })).toMatchObject({ state: "running" });

  const verification = await as(owner).audit.verify();
  await expect(runVerification(systemOf(owner), { runId: verification.id }, { signal })).rejects.toThrow(
    "too late",
  );
  expect(await as(owner).audit.verify()).toEqual(verification);
  await giveUpVerification(systemOf(owner), { runId: verification.id });
  expect(await as(owner).audit.run(verification)).toMatchObject({ state: "failed" });
  expect(await as(owner).audit.verify()).not.toEqual(verification);
});

function get(member: TestMember, path: string): Promise<Response> {
  const address = new URL(path, "http://127.0.0.1:3000");
  return answerComplianceExport(new Request(address), {
    info: { id: "request-1", ip: "192.0.2.1", userAgent: "vitest" },
    findSession: async () => ({ ...member, sessionId: "s", emailConfirmed: true }),
  });
}

test("an export holds what its filter chooses, and anybody can recompute its chain", async () => {
  const { id, owner, slug } = await buildOrganization();
  await writeEntries(owner, 1_500);
  await sealEntries(id);
  const { id: runId } = await as(owner).audit.export({ format: "jsonl", filter: { action: "projects." } });
  await runExport(systemOf(owner), { runId });
  const run = await as(owner).audit.run({ id: runId });
  expect(run).toMatchObject({ state: "done", done: 1_500, total: 1_500, result: { rows: 1_500 } });

  const answer = await get(owner, run.downloadPath ?? "");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toContain(`audit-${slug}-`);
  type Line = { seq: number; action: string; text: string; hash: string; previousHash: string };
  const body = await answer.text();
  const lines = body
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  expect(lines).toHaveLength(1_500);
  expect(new Set(lines.map((line) => line.action))).toEqual(new Set(["projects.update"]));
  for (const { seq, previousHash, text: hashed, hash } of lines)
    expect(linkHash(seq, previousHash, hashed)).toBe(hash);
  expect(lines.at(-1)?.previousHash).not.toBe(genesis(id));
});

test("a link works until it expires, for those who may export, and unchanged", async () => {
  const organization = await buildOrganization();
  const { owner } = organization;
  const { id: runId } = await as(owner).audit.export({ format: "csv" });
  await runExport(systemOf(owner), { runId });
  const { downloadPath } = await as(owner).audit.run({ id: runId });
  const path = downloadPath ?? "";
  expect((await get(owner, path)).status).toBe(200);
  const downloads = await entered(organization.id, (client) =>
    client.query("SELECT FROM audit_entries WHERE action = 'audit.download'"),
  );
  expect(downloads.rowCount).toBe(1);
  expect((await get(owner, path.replace(/expires=\d/, "expires=9"))).status).toBe(403);
  const editor = await buildMember(organization, "editor");
  expect((await get(editor, path)).status).toBe(403);
  const other = await buildOrganization();
  expect((await get(other.owner, path.replace(organization.slug, other.slug))).status).toBe(403);
  expect((await get(owner, "/api/compliance/export?kind=other")).status).toBe(400);

  await entered(organization.id, (client) =>
    client.query("UPDATE audit_runs SET expires_at = now() - interval '1 s'"),
  );
  await retainAll("main", { requestId: "retain" });
  expect(await as(owner).audit.run({ id: runId })).toMatchObject({ state: "expired", downloadPath: null });
  expect(await tenantStorage(organization.id).get(exportKey(runId))).toBeNull();
});

test("a download without a run streams what the filter chooses, and stands in the log", async () => {
  const { id, owner, slug } = await buildOrganization();
  await as(owner).projects.create({ name: '=HYPERLINK("http://evil.test")' });
  const answer = await get(
    owner,
    `/api/compliance/export?kind=audit&organization=${slug}&format=csv&action=projects.`,
  );
  const csv = await text(answer.body as unknown as AsyncIterable<Uint8Array>);
  expect(csv.split("\r\n")[0]).toMatch(/^seq,id,at,action,/);
  expect(csv.split("\r\n")).toHaveLength(3);
  expect(csv).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
  await sealLog(id);
  expect((await as(owner).audit.list({ action: "audit.download" })).items).toHaveLength(1);
});

test("retention drops what is old from the beginning on, and the chain still proves itself", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 4);
  await fillLog(id, 3_000);
  await sealEntries(id);
  await writeCheckpoint(id, { now: true });
  await writeEntries(owner, 5);
  await sealEntries(id);
  const door = systemOf(owner);
  const inDays = (days: number) => ({
    ...door,
    clock: clockAt(new Date(Date.now() + days * 86_400_000).toISOString()),
  });

  expect(await retainLog(inDays(10))).toBe(0);
  await as(owner).audit.updateSettings({ legalHold: true, legalHoldReason: "Case 7" });
  expect(await retainLog(inDays(1_000))).toBe(0);
  await as(owner).audit.updateSettings({ legalHold: false });
  expect(await retainLog(inDays(1_000))).toBe(3_005);
  await sealEntries(id);
  await writeCheckpoint(id, { now: true });
  const verdict = await verifyAudit(id);
  expect(verdict).toMatchObject({ from: 3_006, finding: null });
  expect((await as(owner).audit.state()).prunedThrough).toBe(3_005);
  const { items } = await as(owner).audit.list({ action: "audit.retain" });
  expect(items).toHaveLength(1);

  await tamper(id, "UPDATE audit_chain SET pruned_head = sha256('x')");
  expect((await verifyAudit(id)).finding).toMatchObject({ kind: "deleted_head" });
});

test("what a greater plan kept stays for a month after it was left", async () => {
  const { id, owner } = await buildOrganization({ plan: "free" });
  await sealEntries(id);
  await writeCheckpoint(id, { now: true });
  const inDays = (days: number) =>
    retainAll("main", {
      requestId: "retain",
      clock: clockAt(new Date(Date.now() + days * 86_400_000).toISOString()),
    });
  const left = {
    id: randomUUID(),
    organizationId: id,
    before: { plan: "business" },
    after: { plan: "free" },
  };
  await platformDb().billingChange.create({ data: left, select: { id: true } });
  await inDays(400);
  expect((await as(owner).audit.state()).prunedThrough).toBe(0);
  await platformDb().billingChange.update({
    where: { id: left.id },
    data: { createdAt: new Date(Date.now() - 31 * 86_400_000) },
    select: { id: true },
  });
  await inDays(400);
  expect((await as(owner).audit.state()).prunedThrough).toBeGreaterThan(0);
});

test("what retention drops takes its words along, save those of whom later entries speak", async () => {
  const { id, owner } = await buildOrganization();
  await as(owner).projects.create({ name: "Lighthouse" });
  const { id: stays } = await as(owner).projects.create({ name: "Harbour" });
  await sealLog(id);
  await writeCheckpoint(id, { now: true });
  const words = async () => {
    const found = await entered(id, (client) =>
      client.query<{ value: string; token: string }>(
        "SELECT value, token FROM audit_words WHERE token IN ('lighthouse', 'harbour', 'olivia') ORDER BY token",
      ),
    );
    return found.rows;
  };
  expect((await words()).map(({ token }) => token)).toEqual(["harbour", "lighthouse", "olivia"]);
  await as(owner).projects.update({ id: stays, name: "Pier" });
  // What was sealed is old, and what came afterwards waits for its seal.
  const late = { ...systemOf(owner), clock: clockAt("2100-01-01T00:00:00Z") };
  expect(await retainLog(late)).toBe(3);
  expect((await words()).map(({ token, value }) => [token, value])).toEqual([
    ["harbour", stays],
    ["olivia", owner.memberId],
  ]);
  expect((await as(owner).audit.list({ search: "lighthouse" })).items).toEqual([]);
});

test.each([
  { plan: "free", setting: null, days: 365 },
  { plan: "business", setting: null, days: 730 },
  { plan: "free", setting: 30, days: 30 },
  { plan: "free", setting: 500, days: 500 },
])(
  "on the plan $plan, where the organization says $setting, the log is kept for $days days",
  async (given) => {
    const { id, owner } = await buildOrganization({ plan: given.plan });
    if (given.setting) await as(owner).audit.updateSettings({ retentionDays: given.setting });
    await sealEntries(id);
    await writeCheckpoint(id, { now: true });
    const after = (days: number) => ({
      ...systemOf(owner),
      clock: clockAt(new Date(Date.now() + days * 86_400_000).toISOString()),
    });
    expect(await retainLog(after(given.days - 1))).toBe(0);
    expect(await retainLog(after(given.days + 1))).toBeGreaterThan(0);
  },
);

test("retention drops nothing whose checkpoint is not safe", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 3);
  await sealEntries(id);
  const late = { ...systemOf(owner), clock: clockAt("2100-01-01T00:00:00Z") };
  expect(await retainLog(late)).toBe(0);
  await writeCheckpoint(id, { now: true });
  const storage = tenantStorage(id);
  for await (const key of storage.list("audit/checkpoints")) await storage.put(key, "{}");
  await expect(retainLog(late)).rejects.toThrow("is not safe");
  expect(await verifyAudit(id, { checkpoints: [] })).toMatchObject({ entries: 4, finding: null });
});
