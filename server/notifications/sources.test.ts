import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { giveUpExport, runExport } from "../audit/export.ts";
import { requestExport, requestVerification } from "../audit/runs.ts";
import { runVerification } from "../audit/verify-run.ts";
import { ownerPool } from "../fleet/owner.ts";
import { cancelDeletion, changeSlug, scheduleDeletion } from "../organizations/organizations.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { schemaOf } from "../test/entered.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  doorOf,
  reads,
  writes,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { listNotifications } from "./notifications.ts";
import { ListNotifications } from "./schema.ts";

afterAll(closeConnections);

let organization: TestOrganization;
let owner: TestMember;
beforeEach(async () => {
  organization = await buildOrganization();
  ({ owner } = organization);
});

const door = () => systemDoor(organization, { id: "test", ip: null, userAgent: null });
const listOf = async (member: TestMember) =>
  (await reads(member, listNotifications, ListNotifications.parse({}))).items;

test("whoever asked for an export hears when it is ready", async () => {
  const admin = await buildMember(organization, "admin");
  const { id } = await writes(admin, requestExport, { format: "jsonl", filter: {} });
  await runExport(door(), { runId: id });
  expect(await listOf(admin)).toMatchObject([{ kind: "audit_export_ready" }]);
  expect((await listOf(admin))[0]?.text).toContain("as JSON Lines");
  expect(await listOf(owner)).toEqual([]);
});

test("of a failed export one hears when it is given up, once, and it turns good when a replay succeeds", async () => {
  const { id } = await writes(owner, requestExport, { format: "csv", filter: {} });
  await expect(runExport(brokenOnce(), { runId: id })).rejects.toThrow("Cannot write file");
  expect(await listOf(owner)).toEqual([]);
  for (let again = 0; again < 2; again++) await giveUpExport(door(), { runId: id });
  expect(await listOf(owner)).toMatchObject([{ kind: "audit_export_failed", level: "warning", times: 1 }]);
  await runExport(door(), { runId: id });
  expect(await listOf(owner)).toMatchObject([{ kind: "audit_export_ready", times: 2 }]);
});

/** A door whose clock fails the first time that it is asked. */
function brokenOnce() {
  let asked = 0;
  const now = () => {
    asked += 1;
    if (asked === 1) throw new Error("no clock");
    return new Date();
  };
  return { ...door(), clock: { now } };
}

test("a verification that finds the log broken tells all who may see it", async () => {
  const auditor = await buildMember(organization, "admin");
  const viewer = await buildMember(organization, "viewer");
  const run = await writes(owner, requestVerification, undefined);
  await runVerification(door(), { runId: run.id });
  expect(await listOf(owner)).toEqual([]);

  const schema = await schemaOf(organization.id);
  const admin = ownerPool("main");
  await admin.query(`ALTER TABLE ${schema}.audit_entries DISABLE ROW LEVEL SECURITY`);
  await admin.query(`UPDATE ${schema}.audit_entries SET action = 'forged' WHERE id IN (
    SELECT e.id FROM ${schema}.audit_entries e ORDER BY e.xid, e.id LIMIT 1)`);
  await admin.query(`ALTER TABLE ${schema}.audit_entries ENABLE ROW LEVEL SECURITY`);
  for (let again = 0; again < 2; again++) await runVerification(door(), { runId: run.id });

  for (const member of [owner, auditor]) {
    expect(await listOf(member)).toMatchObject([{ kind: "audit_chain_broken", level: "danger", times: 2 }]);
  }
  expect(await listOf(viewer)).toEqual([]);
});

test("administrators hear of another address and of a scheduled deletion, and when it is taken back", async () => {
  const viewer = await buildMember(organization, "viewer");
  const slug = `s-${randomUUID().slice(0, 8)}`;
  const kindsOf = async () => (await listOf(owner)).map(({ kind }) => kind);
  await changeSlug(await doorOf(owner), { slug });
  await scheduleDeletion(await doorOf(owner), { confirm: slug });
  expect(await kindsOf()).toEqual(["organization_deletion_scheduled", "organization_slug_changed"]);
  await cancelDeletion(await doorOf(owner));
  expect(await kindsOf()).toEqual(["organization_deletion_canceled", "organization_slug_changed"]);
  expect(await listOf(viewer)).toEqual([]);
});
