import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { schemaOf } from "../test/entered.ts";
import { openExplainer } from "../test/explain.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { fillLog, writeEntries } from "../test/logs.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { ListAudit } from "./schema.ts";
import { sealLog } from "./sweep.ts";
import { auditFacets, auditState, listAudit } from "./view.ts";

afterAll(closeConnections);

const callerOf = createCallerFactory(appRouter);
const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));

async function actionsOf(organizationId: string): Promise<string[]> {
  const rows = await tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.auditEntry.findMany({ orderBy: { id: "asc" }, select: { action: true } }),
  );
  return rows.map((row) => row.action);
}

describe("the viewer", () => {
  let organization: TestOrganization;
  let editor: TestMember;

  beforeAll(async () => {
    organization = await buildOrganization();
    editor = await buildMember(organization, "editor");
    const project = await as(organization.owner).projects.create({ name: "Apollo" });
    await as(editor).projects.update({ id: project.id, name: "Artemis" });
    await as(editor).tasks.create({ projectId: project.id, title: "Ignition sequence" });
    await sealLog(organization.id);
  });

  async function found(input: Parameters<ReturnType<typeof as>["audit"]["list"]>[0]): Promise<string[]> {
    const page = await as(organization.owner).audit.list(input);
    return page.items.map((item) => item.action).filter((action) => !action.startsWith("audit."));
  }

  test("finds entries by actor, action, target, time, address and words", async () => {
    expect(await found({})).toEqual([
      "tasks.create",
      "projects.update",
      "projects.create",
      "organizations.create",
    ]);
    expect(await found({ actorId: editor.memberId })).toEqual(["tasks.create", "projects.update"]);
    expect(await found({ action: "projects." })).toEqual(["projects.update", "projects.create"]);
    expect(await found({ action: "projects.update" })).toEqual(["projects.update"]);
    expect(await found({ action: "nothing.at.all" })).toEqual([]);
    expect(await found({ targetType: "task" })).toEqual(["tasks.create"]);
    expect(await found({ ip: "192.0.2.1", targetType: "task" })).toEqual(["tasks.create"]);
    expect(await found({ ip: "192.0.2.2" })).toEqual([]);
    expect(await found({ search: "ignit" })).toEqual(["tasks.create"]);
    expect(await found({ search: "some editor artemis" })).toEqual(["projects.update"]);
    expect(await found({ search: "update" })).toEqual(["projects.update"]);
    expect(await found({ search: "nowhere" })).toEqual([]);
    const changes = await as(organization.owner).audit.list({ changesOnly: true });
    expect(changes.items.map(({ action }) => action)).toEqual(await found({}));
    expect(await found({ from: new Date(Date.now() + 1_000) })).toEqual([]);
    expect(await found({ to: new Date(Date.now() - 60_000) })).toEqual([]);
  });

  test("shows one entry with what changed and its place in the chain", async () => {
    const { items } = await as(organization.owner).audit.list({ action: "projects.update" });
    expect(items[0]?.fields).toEqual(["name"]);
    const entry = await as(organization.owner).audit.get({ id: items[0]?.id ?? "" });
    expect(entry).toMatchObject({
      actor: { kind: "member", id: editor.memberId, name: "Some editor" },
      target: { type: "project", label: "Artemis" },
      before: { name: "Apollo" },
      after: { name: "Artemis" },
      personal: [],
      erased: { actor: false, subject: false },
    });
    expect(entry.seq).toBeGreaterThan(1);
    expect(entry.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("says what the ids in an entry are called", async () => {
    const { items } = await as(organization.owner).audit.list({ action: "tasks.create" });
    const { after, names } = await as(organization.owner).audit.get({ id: items[0]?.id ?? "" });
    expect(names).toEqual({ [String(after["projectId"])]: "Artemis" });
  });

  test("offers the actions and actors that the log knows", async () => {
    const facets = await as(organization.owner).audit.facets();
    expect(facets.actions).toEqual(expect.arrayContaining(["projects.create", "tasks.create"]));
    expect(facets.actors.map((actor) => actor.name)).toEqual(["Olivia Owner", "Some editor"]);
  });

  test("pages without gaps or doubles", async () => {
    await writeEntries(organization.owner, 30);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await as(organization.owner).audit.list({ action: "projects.", limit: 7, cursor });
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(new Set(seen).size).toBe(32);
    expect(seen).toHaveLength(32);
  });

  test("is for those alone who may see it, and shows no other organization's entries", async () => {
    await expect(as(editor).audit.list()).rejects.toMatchObject({ code: "FORBIDDEN" });
    const other = await buildOrganization();
    const { items } = await as(organization.owner).audit.list({ action: "projects." });
    await expect(as(other.owner).audit.get({ id: items[0]?.id ?? "" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("tells how far the log is sealed", async () => {
    const state = await as(organization.owner).audit.state();
    expect(state.sealed).toBeGreaterThan(3);
    expect(state).toMatchObject({
      prunedThrough: 0,
      verified: null,
      checkpoint: { seq: expect.any(Number) },
    });
    expect(state.publicKey).toContain("BEGIN PUBLIC KEY");
  });
});

describe("recorded reads", () => {
  test("a list of members stands in the log before the answer leaves, each time", async () => {
    const { id, owner } = await buildOrganization();
    await as(owner).members.list({ search: "oli" });
    await as(owner).members.list({ search: "oli" });
    const entries = await tenancy().withTenant(id, { readOnly: true }, (db) =>
      db.auditEntry.findMany({ where: { action: "members.list" } }),
    );
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ actorId: owner.memberId, targetType: "members", targetId: null });
    expect(entries[0]?.changes).not.toContain("oli");
    expect(JSON.parse(entries[0]?.personal ?? "")).toMatchObject({ after: { input: { search: "oli" } } });
  });

  test("so does a list of keys, once a minute", async () => {
    const { id, owner } = await buildOrganization();
    for (let i = 0; i < 3; i++) await as(owner).apiKeys.list({});
    expect((await actionsOf(id)).filter((action) => action === "apiKeys.list")).toHaveLength(1);
  });

  test("a view of the log that repeats itself stands in it once a minute", async () => {
    const { id, owner } = await buildOrganization();
    for (let i = 0; i < 3; i++) await as(owner).audit.list({});
    await as(owner).audit.list({ action: "audit." });
    expect((await actionsOf(id)).filter((action) => action === "audit.list")).toHaveLength(2);
  });

  test("so do the streams, an entry, and what the log knows", async () => {
    const { id, owner } = await buildOrganization();
    const { streams, get, facets, list } = as(owner).audit;
    const [first] = (await list({})).items;
    await streams.list();
    await get({ id: first?.id ?? "" });
    await facets();
    expect((await actionsOf(id)).slice(1)).toEqual([
      "audit.list",
      "audit.streams.list",
      "audit.get",
      "audit.facets",
    ]);
  });

  test("an organization can have every read recorded, from the next one on", async () => {
    const { id, owner } = await buildOrganization();
    await as(owner).projects.list({});
    await as(owner).audit.updateSettings({ recordReads: true });
    await as(owner).projects.list({});
    await as(owner).organization.get();
    expect(await actionsOf(id)).toEqual([
      "organizations.create",
      "audit.updateSettings",
      "projects.list",
      "organization.get",
    ]);
    await as(owner).audit.updateSettings({ recordReads: false });
    await as(owner).tasks.list({});
    expect((await actionsOf(id)).slice(4)).toEqual(["audit.updateSettings"]);
  });

  test("a read whose entry cannot be written gives no answer", async () => {
    const { id, owner } = await buildOrganization();
    const schema = await schemaOf(id);
    await as(owner).organization.get();
    await ownerPool("main").query(`REVOKE INSERT ON "${schema}".audit_entries FROM "${schema}"`);
    await expect(as(owner).members.list({})).rejects.toMatchObject({ code: "INTERNAL_SERVER_ERROR" });
    expect(await as(owner).projects.list({})).toMatchObject({ items: [] });
  });

  test("in a read-only organization they stand in the platform's log", async () => {
    const { id, owner } = await buildOrganization();
    await platformDb().tenant.update({ where: { id }, data: { state: "read_only" } });
    tenancy().forget(id);
    const schema = await schemaOf(id);
    await tenancy()
      .withTenant(id, { readOnly: true }, async () => {})
      .catch(() => {});
    const { tamper } = await import("../test/logs.ts");
    await tamper(id, `UPDATE "${schema}".tenant_guard SET state = 'read_only'`);
    expect((await as(owner).members.list({})).items).toHaveLength(1);
    const events = await platformDb().securityEvent.findMany({ where: { organizationId: id } });
    expect(events.map((event) => event.kind)).toEqual(["read:members.list"]);
  });
});

describe("settings", () => {
  test("a legal hold needs a reason, and retention its bounds", async () => {
    const { owner } = await buildOrganization();
    await expect(as(owner).audit.updateSettings({ legalHold: true })).rejects.toThrow(
      "Say why the log is held.",
    );
    await expect(as(owner).audit.updateSettings({ retentionDays: 29 })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    await as(owner).audit.updateSettings({ legalHold: true, legalHoldReason: "Case 7", retentionDays: 400 });
    expect(await as(owner).audit.settings()).toEqual({
      recordReads: false,
      retentionDays: 400,
      legalHold: true,
      legalHoldReason: "Case 7",
      planRetentionDays: 730,
    });
  });
});

test("a word that thousands of targets share narrows down to the one that the other word names", async () => {
  const { id, owner } = await buildOrganization();
  await fillLog(id, 6_000);
  await sealLog(id);
  const labels = async (search: string) =>
    new Set((await as(owner).audit.list({ search })).items.map(({ target }) => target.label));
  expect(await labels("target 4321")).toEqual(new Set(["Target 4321"]));
  expect(await labels("4321 target")).toEqual(new Set(["Target 4321"]));
  expect((await as(owner).audit.list({ search: "target" })).total).toBe(1_001);
});

test("words that seldom meet are found with all their pages, and those that never do are not", async () => {
  const { id, owner } = await buildOrganization();
  await fillLog(id, 20_000);
  await sealLog(id);
  const pages: string[][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await as(owner).audit.list({
      search: "roles 173",
      limit: 25,
      ...(cursor ? { cursor } : {}),
    });
    expect(page.total).toBe(8);
    pages.push(page.items.map(({ target }) => target.label));
    cursor = page.nextCursor;
  }
  // Of 5,000 targets those with such a number, of which every fifth has its roles changed.
  expect(new Set(pages.flat())).toEqual(new Set(["Target 1734", "Target 1739"]));
  expect(pages.flat()).toHaveLength(8);
  // Actions alone: none of them bears both words.
  expect(await as(owner).audit.list({ search: "members projects" })).toMatchObject({ items: [], total: 0 });
  expect((await as(owner).audit.list({ search: "tasks update" })).total).toBe(1_001);
});

test("on a full log every view is read along an index", async () => {
  const { id, owner } = await buildOrganization();
  await fillLog(id, 50_000);
  await sealLog(id);
  const schema = await schemaOf(id);
  for (const table of ["audit_entries", "audit_seals", "audit_words"]) {
    await ownerPool("main").query(`VACUUM (ANALYZE) "${schema}".${table}`);
  }
  const explainer = openExplainer(owner);
  try {
    const filters = [
      {},
      { action: "tasks." },
      { action: "tasks.update", from: new Date(Date.now() - 3_600_000) },
      { actorId: "00000000-0000-7000-8000-000000000001" },
      { targetType: "task", targetId: "00000000-0000-7000-8000-000000000001" },
      { ip: "192.0.2.7" },
      { actorKind: "api_key" },
      { search: "member 7" },
      { search: "173 roles" },
      { search: "target" },
    ];
    for (const filter of filters) {
      const plans = await explainer.plansOf((ctx) => listAudit(ctx, ListAudit.parse(filter)));
      const scans = plans.flatMap(({ accesses }) => accesses).filter(({ how }) => how.includes("Seq Scan"));
      expect(scans, JSON.stringify(filter)).toEqual([]);
    }
    for (const verb of [auditState, auditFacets]) {
      const plans = await explainer.plansOf(verb);
      const scans = plans
        .flatMap(({ accesses }) => accesses)
        .filter(({ how, table }) => how.includes("Seq Scan") && table !== "audit_chain");
      expect(scans).toEqual([]);
    }
  } finally {
    await explainer.close();
  }
}, 120_000);
