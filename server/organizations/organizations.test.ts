import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { findOrganization } from "../access/directory.ts";
import { platformDb } from "../platform/database.ts";
import { tenantStorage } from "../platform/storage.ts";
import { log } from "../platform/log.ts";
import { fillReadyPool } from "../fleet/provision.ts";
import { lintCatalog } from "../tenancy/catalog.ts";
import { eraseTenant } from "../fleet/erase.ts";
import { asOwner, ownerPool } from "../fleet/owner.ts";
import { tenantKey } from "../tenancy/key.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  doorOf,
  requestOf,
  clockAt,
} from "../test/factories.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { eraseOrganization } from "./erase.ts";
import { openOrganization } from "./open.ts";
import {
  cancelDeletion,
  changeSlug,
  createOrganization,
  scheduleDeletion,
  updateOrganization,
} from "./organizations.ts";
import { syncProfile } from "./projection.ts";
import { Slug } from "./schema.ts";

afterAll(closeConnections);

const callerOf = createCallerFactory(appRouter);

test("createOrganization gives its creator an owner's seat, an audit entry and an event", async () => {
  await fillReadyPool("main", 3);
  const person = await buildPerson({ name: "Ada" });
  const { slug } = await createOrganization(
    { accountId: person.accountId, requestId: randomUUID(), log: log("test") },
    { name: "Ada & Söhne" },
  );
  expect(slug).toBe("ada-sohne");
  const me = await callerOf(requestOf(person, slug)).organization.get();
  expect(me).toMatchObject({ name: "Ada & Söhne", slug, me: { roleKey: "owner" } });
  const rows = await tenancy().withTenant(me.id, { readOnly: true }, async (db) => ({
    audit: await db.auditEntry.findMany({ select: { action: true, actorName: true } }),
    events: await db.event.findMany({ select: { type: true } }),
  }));
  expect(rows).toEqual({
    audit: [{ action: "organizations.create", actorName: "Ada" }],
    events: [{ type: "organization.created" }],
  });
});

test("openOrganization run twice changes nothing", async () => {
  const organization = await buildOrganization();
  await Promise.all([openOrganization(organization.id), openOrganization(organization.id)]);
  const entries = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.auditEntry.count(),
  );
  expect(entries).toBe(1);
});

test("two organizations of one name get different addresses, also at the same time", async () => {
  await fillReadyPool("main", 6);
  const person = await buildPerson();
  const made = await Promise.all(
    Array.from({ length: 5 }, () =>
      createOrganization(
        { accountId: person.accountId, requestId: randomUUID(), log: log("test") },
        { name: "Twins" },
      ),
    ),
  );
  expect(new Set(made.map(({ slug }) => slug)).size).toBe(5);
});

test("an old address keeps leading to its organization and is never given to another", async () => {
  const [first, second] = [await buildOrganization(), await buildOrganization()];
  const old = first.slug;
  const next = `new-${randomUUID().slice(0, 8)}`;
  await changeSlug(await doorOf(first.owner), { slug: next });
  expect(await findOrganization(next)).toMatchObject({ id: first.id, slug: next });
  expect(await findOrganization(old)).toMatchObject({ id: first.id, slug: next });
  await expect(changeSlug(await doorOf(second.owner), { slug: old })).rejects.toMatchObject({
    reason: "slug_taken",
  });
  await changeSlug(await doorOf(first.owner), { slug: old });
  expect(await findOrganization(next)).toMatchObject({ slug: old });
});

test("of two organizations that want one address at once, one gets it", async () => {
  const organizations = await Promise.all([buildOrganization(), buildOrganization(), buildOrganization()]);
  const slug = `race-${randomUUID().slice(0, 8)}`;
  const outcomes = await Promise.allSettled(
    organizations.map(async ({ owner }) => changeSlug(await doorOf(owner), { slug })),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test.each([
  ["select", true],
  ["pg_catalog", false],
  ["o'brien", false],
  ['a"b', false],
  ["a".repeat(63), true],
  ["a".repeat(64), false],
  ["ünïcode", false],
  ["аdmin", false],
  ["Admin", false],
  ["-a", false],
  ["a-", false],
  ["a\0b", false],
  ["api", false],
  ["xn--80ak6aa92e", false],
])("the slug %j is %s", (slug, fine) => {
  expect(Slug.safeParse(slug).success).toBe(fine);
});

test("a slug in capitals means the same place", () => {
  expect(Slug.parse("AcMe")).toBe("acme");
});

test("an older profile never overwrites a newer one in the directory", async () => {
  const organization = await buildOrganization();
  await updateOrganization(await doorOf(organization.owner), { name: "Newer" });
  await platformDb().organization.update({
    where: { id: organization.id },
    data: { profileVersion: 99, name: "Newest" },
  });
  await syncProfile(organization.id);
  expect(await findOrganization(organization.slug)).toMatchObject({ name: "Newest" });
});

test("deletion needs the typed address, can be taken back, and erases everything when its days are over", async () => {
  const organization = await buildOrganization();
  const { owner, slug } = organization;
  const door = await doorOf(owner, clockAt("2026-01-01T00:00:00Z"));
  await expect(scheduleDeletion(door, { confirm: "other" })).rejects.toMatchObject({
    reason: "wrong_confirmation",
  });
  const { deletionAt } = await scheduleDeletion(door, { confirm: slug });
  expect(deletionAt.toISOString()).toBe("2026-01-08T00:00:00.000Z");

  await cancelDeletion(door);
  await eraseOrganization(organization.id);
  expect(await findOrganization(slug)).toMatchObject({ deletionAt: null });

  await scheduleDeletion(await doorOf(owner), { confirm: slug });
  await expect(eraseOrganization(organization.id)).rejects.toMatchObject({ reason: "not_due" });
  expect(await callerOf(requestOf(owner, slug)).organization.get()).toMatchObject({ slug });
  await scheduleDeletion(door, { confirm: slug });
  await tenantStorage(organization.id).put("exports/log.csv", "theirs");
  await eraseOrganization(organization.id);
  expect(await tenantStorage(organization.id).get("exports/log.csv")).toBeNull();
  // Which of the two depends on whether the directory is still remembered.
  await expect(callerOf(requestOf(owner, slug)).organization.get()).rejects.toThrow(
    /no such organization|does not exist/,
  );
  const { rows } = await ownerPool("main").query("SELECT FROM astra.tenants WHERE id = $1", [
    organization.id,
  ]);
  expect(rows).toEqual([]);
  // Links to the erased organization must not lead to a stranger.
  const other = await buildOrganization();
  await expect(changeSlug(await doorOf(other.owner), { slug })).rejects.toMatchObject({
    reason: "slug_taken",
  });
  expect(await lintCatalog(ownerPool("main"))).toEqual([]);
});

test("an erasure that broke off after any step is finished by the next run", async () => {
  const organization = await buildOrganization();
  await scheduleDeletion(await doorOf(organization.owner, clockAt("2026-01-01T00:00:00Z")), {
    confirm: organization.slug,
  });
  const broken = new Error("the process died here");
  // After the door was closed, before the directory knew.
  await asOwner("main", async (client) => {
    const key = tenantKey(process.env["TENANT_KEY_SECRET"] ?? "", organization.id, 1);
    const tenant = await client.query("SELECT schema FROM astra.tenants WHERE id = $1", [organization.id]);
    await client.query("SELECT set_config('app.tenant_key', $1, true)", [key]);
    await client.query(
      `UPDATE "${tenant.rows[0].schema}".tenant_guard SET state = 'erasing', epoch = epoch + 1`,
    );
  });
  await platformDb().tenant.update({ where: { id: organization.id }, data: { state: "erasing" } });
  await expect(eraseTenant(organization.id, () => Promise.reject(broken))).resolves.toBe(true);
  expect(await platformDb().tenant.findUnique({ where: { id: organization.id } })).toBeNull();
  await eraseOrganization(organization.id);
});

test("an account whose address is not confirmed gets no organization", async () => {
  const person = await buildPerson();
  await platformDb().account.update({ where: { id: person.accountId }, data: { emailConfirmedAt: null } });
  const made = createOrganization(
    { accountId: person.accountId, requestId: randomUUID(), log: log("test") },
    { name: "Too early" },
  );
  await expect(made).rejects.toMatchObject({ reason: "email_not_confirmed" });
});

test("only the owner's role may schedule a deletion", async () => {
  const organization = await buildOrganization();
  const admin = await buildMember(organization, "admin");
  const call = callerOf(requestOf(admin, organization.slug)).organization.scheduleDeletion({
    confirm: organization.slug,
  });
  await expect(call).rejects.toMatchObject({ code: "FORBIDDEN" });
});
