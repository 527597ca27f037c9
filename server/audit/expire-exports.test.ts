import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { requiredEnv } from "../platform/env.ts";
import { tenantStorage } from "../platform/storage.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { entered } from "../test/entered.ts";
import { buildOrganization, closeConnections, requestOf, type TestMember } from "../test/factories.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { exportKey, giveUpExport, runExport } from "./export.ts";
import { retainAll } from "./retain.ts";

afterAll(closeConnections);

const as = (member: TestMember) =>
  createCallerFactory(appRouter)(requestOf(member, member.organization.slug)).audit;
const systemOf = (member: TestMember) =>
  systemDoor(member.organization, { id: "test-job", ip: null, userAgent: null });
const retain = () => retainAll("main", { requestId: "retain" });

test.each(["read_only", "suspended"] as const)(
  "exports of a %s organization go when their day is over",
  async (state) => {
    const { id, owner } = await buildOrganization();
    const { id: runId } = await as(owner).export({ format: "csv" });
    await runExport(systemOf(owner), { runId });
    await entered(id, (client) => client.query("UPDATE audit_runs SET expires_at = now() - interval '1 s'"));
    await setTenantState(id, state);
    await retain();
    expect(await tenantStorage(id).get(exportKey(runId))).toBeNull();
    await setTenantState(id, "active");
    expect(await as(owner).run({ id: runId })).toMatchObject({ state: "expired", downloadPath: null });
  },
);

test("what a failed export has written goes, and a replay may still write it", async () => {
  const { id, owner } = await buildOrganization();
  const { id: runId } = await as(owner).export({ format: "csv" });
  // As by a worker that died when all was written but the note of it.
  await tenantStorage(id).put(exportKey(runId), "whole");
  await giveUpExport(systemOf(owner), { runId });
  await retain();
  expect(await tenantStorage(id).get(exportKey(runId))).toBeNull();
  expect(await as(owner).run({ id: runId })).toMatchObject({ state: "failed", expiresAt: null });
  await runExport(systemOf(owner), { runId });
  await retain();
  expect(await as(owner).run({ id: runId })).toMatchObject({
    state: "done",
    downloadPath: expect.any(String),
  });
});

test("halves of exports whose worker was killed go after two hours", async () => {
  const { id, owner } = await buildOrganization();
  const { id: runId } = await as(owner).export({ format: "csv" });
  const folder = path.join(fileURLToPath(requiredEnv("STORAGE_URL")), "tenants", id, "audit/exports");
  await mkdir(folder, { recursive: true });
  const before = async (name: string, hours: number) => {
    await writeFile(path.join(folder, name), "half");
    const at = Date.now() / 1_000 - hours * 3_600;
    await utimes(path.join(folder, name), at, at);
  };
  await before(`${runId}.00000000-0000-4000-8000-000000000001.part`, 3);
  await before(`${runId}.00000000-0000-4000-8000-000000000002.part`, 1);
  await before("whole", 3);
  await retain();
  expect((await readdir(folder)).toSorted()).toEqual(
    [`${runId}.00000000-0000-4000-8000-000000000002.part`, "whole"].toSorted(),
  );
});

test("a run without time for all goes on where it was, and then from the beginning", async () => {
  const organizations = [await buildOrganization(), await buildOrganization()];
  for (const { id, owner } of organizations) {
    await as(owner).verify();
    await entered(id, (client) =>
      client.query("UPDATE audit_runs SET created_at = now() - interval '91 days', state = 'done'"),
    );
  }
  const left = async () =>
    (await ownerPool("main").query("SELECT place FROM astra.schedules WHERE name = 'audit.retain'")).rows[0];
  const [first, second] = organizations.map(({ id }) => id).toSorted() as [string, string];
  await ownerPool("main").query(
    `INSERT INTO astra.schedules (name, place) VALUES ('audit.retain', $1)
     ON CONFLICT (name) DO UPDATE SET place = excluded.place`,
    [first],
  );
  await retainAll("main", { requestId: "retain", forMs: 0 });
  expect(await left()).toEqual({ place: second });
  await retain();
  expect(await left()).toEqual({ place: "00000000-0000-0000-0000-000000000000" });
  const runs = await Promise.all(organizations.map(({ owner }) => runsOf(owner)));
  expect(runs).toEqual(organizations.map(({ id }) => (id === second ? 0 : 1)));
  await retain();
  expect(await Promise.all(organizations.map(({ owner }) => runsOf(owner)))).toEqual([0, 0]);
});

const runsOf = ({ organization }: TestMember) =>
  tenancy().withTenant(organization.id, { readOnly: true }, (db) => db.auditRun.count());

test("runs are forgotten after ninety days", async () => {
  const { id, owner } = await buildOrganization();
  const old = await as(owner).verify();
  await entered(id, (client) =>
    client.query("UPDATE audit_runs SET created_at = now() - interval '91 days', state = 'done'"),
  );
  const young = await as(owner).verify();
  await retain();
  await expect(as(owner).run(old)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await as(owner).run(young)).toMatchObject({ state: "waiting" });
});
