import { afterAll, describe, expect, test } from "vitest";
import { memberAccess } from "../access/member-access.ts";
import { ownerPool } from "../fleet/owner.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { buildMember, buildOrganization, buildPerson, closeConnections } from "../test/factories.ts";
import { getMe, updateProfile } from "./profile.ts";
import { syncAccount } from "./sync-account.ts";

afterAll(closeConnections);

const sessionOf = (person: { accountId: string; name: string; email: string }) => ({
  ...person,
  sessionId: "",
  emailConfirmed: true,
});

async function askedSyncs(accountId: string): Promise<JobPayload<"members.sync-account">[]> {
  const { rows } = await ownerPool("main").query<{ payload: JobPayload<"members.sync-account"> }>(
    `SELECT payload FROM astra.outbox WHERE name = 'members.sync-account' AND payload->>'accountId' = $1`,
    [accountId],
  );
  return rows.map((row) => row.payload);
}

describe("getMe", () => {
  test("lists the organizations an account is active in, by name, with its role in each", async () => {
    const person = await buildPerson({ name: "Ada" });
    const beta = await buildOrganization({ name: "Beta", owner: person });
    const alpha = await buildOrganization({ name: "Alpha" });
    const left = await buildOrganization({ name: "Left" });
    await buildMember(alpha, "viewer", { person });
    await buildMember(left, "editor", { person, status: "removed" });
    expect(await getMe(sessionOf(person))).toEqual({
      account: { id: person.accountId, name: "Ada", email: person.email, emailConfirmed: true },
      organizations: [
        { id: alpha.id, slug: alpha.slug, name: "Alpha", roleName: "Viewer", deletionAt: null },
        { id: beta.id, slug: beta.slug, name: "Beta", roleName: "Owner", deletionAt: null },
      ],
      operator: false,
    });
  });

  test("tells operators that they are", async () => {
    const person = await buildPerson();
    await platformDb().operator.create({ data: { accountId: person.accountId } });
    expect(await getMe(sessionOf(person))).toMatchObject({ operator: true, organizations: [] });
  });
});

describe("updateProfile", () => {
  test("renames the account and, by one job each, its members, with an entry in each organization's log", async () => {
    const person = await buildPerson({ name: "Ada Byron" });
    const organization = await buildOrganization({ owner: person });
    const other = await buildOrganization();
    await buildMember(other, "editor", { person });
    await updateProfile({ accountId: person.accountId, requestId: "r" }, { name: "Ada Lovelace" });
    const before = await memberAccess(organization.id, person.accountId);
    const asked = await askedSyncs(person.accountId);
    expect(asked.map((job) => job.organizationId).toSorted()).toEqual([organization.id, other.id].toSorted());
    for (const payload of asked) await syncAccount(payload, { requestId: "r" });
    for (const { id } of [organization, other]) {
      const rows = await tenancy().withTenant(id, { readOnly: true }, async (db) => ({
        member: await db.member.findUniqueOrThrow({ where: { accountId: person.accountId } }),
        entry: await db.auditEntry.findFirstOrThrow({ where: { action: "members.sync-account" } }),
      }));
      expect(rows.member.name).toBe("Ada Lovelace");
      expect(rows.entry).toMatchObject({ actorKind: "system", targetLabel: "Ada Lovelace", requestId: "r" });
    }
    // What was remembered with the old name is refused from now on.
    const after = await memberAccess(organization.id, person.accountId, { fresh: true });
    expect(after.accessVersion).toBeGreaterThan(before.accessVersion);
  });
});

describe("syncAccount", () => {
  test("that comes twice writes once", async () => {
    const person = await buildPerson({ name: "Old" });
    const organization = await buildOrganization({ owner: person });
    await platformDb().account.update({ where: { id: person.accountId }, data: { name: "New" } });
    const payload = { organizationId: organization.id, accountId: person.accountId };
    await syncAccount(payload, { requestId: "1" });
    await syncAccount(payload, { requestId: "2" });
    const entries = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
      db.auditEntry.count({ where: { action: "members.sync-account" } }),
    );
    expect(entries).toBe(1);
  });

  test("does nothing for an account that is no member, or is gone", async () => {
    const organization = await buildOrganization();
    const stranger = await buildPerson();
    const gone = crypto.randomUUID();
    for (const accountId of [stranger.accountId, gone]) {
      await syncAccount({ organizationId: organization.id, accountId }, { requestId: "r" });
    }
    const nowhere = { organizationId: gone, accountId: stranger.accountId };
    await expect(syncAccount(nowhere, { requestId: "r" })).resolves.toBeUndefined();
  });
});
