import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { permissionRegistry } from "../../access/permissions.ts";
import { appRouter } from "../../api/root.ts";
import { createCallerFactory, type ProcedureMeta } from "../../api/trpc.ts";
import { requiredEnv } from "../../platform/env.ts";
import { newSigningSecret } from "../../platform/webhook-signature.ts";
import { closeCredential } from "../../audit/stream-record.ts";
import { tenancy } from "../../tenancy/kernel.ts";
import { closeSecret } from "../../webhooks/secrets.ts";
import { TestStripe } from "../billing.ts";
import { schemaOf } from "../entered.ts";
import { buildOrganization, closeConnections, requestOf, type TestOrganization } from "../factories.ts";

const shared = {
  project: "00000000-0000-7000-8000-0000000000a1",
  deletedProject: "00000000-0000-7000-8000-0000000000a2",
  task: "00000000-0000-7000-8000-0000000000a3",
  deletedTask: "00000000-0000-7000-8000-0000000000a4",
  auditEntry: "00000000-0000-7000-8000-0000000000a5",
  auditRun: "00000000-0000-7000-8000-0000000000a6",
  role: "00000000-0000-7000-8000-0000000000a7",
  member: "00000000-0000-7000-8000-0000000000a8",
  suspendedMember: "00000000-0000-7000-8000-0000000000a9",
  invite: "00000000-0000-7000-8000-0000000000aa",
  key: "00000000-0000-7000-8000-0000000000ab",
  notification: "00000000-0000-7000-8000-0000000000ac",
  stream: "00000000-0000-7000-8000-0000000000ad",
  endpoint: "00000000-0000-7000-8000-0000000000ae",
  event: "00000000-0000-7000-8000-0000000000af",
  delivery: "00000000-0000-7000-8000-0000000000a0",
};
type Ids = typeof shared;

const auditInputs = (ids: Ids): Record<string, unknown> => ({
  "audit.list": {},
  "audit.get": { id: ids.auditEntry },
  "audit.facets": undefined,
  "audit.state": undefined,
  "audit.verify": undefined,
  "audit.export": { format: "csv" },
  "audit.run": { id: ids.auditRun },
  "audit.exports": undefined,
  "audit.settings": undefined,
  "audit.updateSettings": { recordReads: false },
  "audit.streams.list": undefined,
  "audit.streams.create": {
    name: "Created here",
    destination: { kind: "https", url: "https://collector.example.com/in" },
  },
  "audit.streams.update": { id: ids.stream, name: "Changed here" },
  "audit.streams.pause": { id: ids.stream },
  "audit.streams.resume": { id: ids.stream },
  "audit.streams.delete": { id: ids.stream },
  "audit.streams.test": { id: ids.stream },
  "audit.streams.rotateSecret": { id: ids.stream },
});

const webhookInputs = (ids: Ids): Record<string, unknown> => ({
  "webhooks.list": {},
  "webhooks.get": { id: ids.endpoint },
  "webhooks.health": { id: ids.endpoint },
  "webhooks.create": { url: "https://receiver.example.com/in" },
  "webhooks.update": { id: ids.endpoint, description: "Changed here" },
  "webhooks.pause": { id: ids.endpoint },
  "webhooks.resume": { id: ids.endpoint },
  "webhooks.delete": { id: ids.endpoint },
  "webhooks.showSecret": { id: ids.endpoint },
  "webhooks.rotateSecret": { id: ids.endpoint },
  "webhooks.sendTest": { id: ids.endpoint },
  "webhooks.deliveries": {},
  "webhooks.delivery": { id: ids.delivery },
  "webhooks.undelivered": undefined,
  "webhooks.replay": { ids: [ids.delivery] },
  "webhooks.recover": { id: ids.endpoint, since: new Date(0) },
  "webhooks.recoveries": { id: ids.endpoint },
  "webhooks.recovery": { id: ids.delivery },
  "events.poll": {},
  "events.list": {},
  "events.get": { id: ids.event },
  "events.types": undefined,
});

const chosen = { plan: "business", interval: "month" };

const billingInputs: Record<string, unknown> = {
  "billing.overview": undefined,
  "billing.invoices": {},
  "billing.plans": undefined,
  "billing.startCheckout": chosen,
  "billing.confirmCheckout": { sessionId: "cs_test_other" },
  "billing.openPortal": undefined,
  "billing.previewChange": chosen,
  "billing.change": { ...chosen, prorationDate: 0, amount: 0 },
  "billing.scheduleDowngrade": chosen,
  "billing.revokeDowngrade": undefined,
  "billing.cancel": undefined,
  "billing.resume": undefined,
};

const usageInputs: Record<string, unknown> = {
  "usage.month": {},
  "usage.series": {
    meter: "api_calls",
    from: new Date(Date.now() - 86_400_000),
    to: new Date(Date.now() + 86_400_000),
    by: "hour",
  },
};

/** How much the neighbour has used: a figure that no other answer has. */
const foreignUsage = 765_432_109;
const neighbourWords = new RegExp(`canary-b|Borea|${foreignUsage}`);

/** What each procedure of an organization is asked; a new one that is missing here fails the suite. */
const inputs = (ids: Ids, slug: string): Record<string, unknown> => ({
  "organization.get": undefined,
  "organization.describe": undefined,
  "organization.overview": undefined,
  "organization.usage": undefined,
  "organization.update": { name: "Renamed here" },
  "organization.changeSlug": { slug: `moved-${randomUUID()}` },
  "organization.scheduleDeletion": { confirm: slug },
  "organization.cancelDeletion": undefined,
  "members.list": {},
  "members.access": { id: ids.member },
  "members.changeRole": { id: ids.member, roleId: ids.role },
  "members.suspend": { id: ids.member },
  "members.reactivate": { id: ids.suspendedMember },
  "members.remove": { id: ids.member },
  "members.transferOwnership": { id: ids.member },
  "invites.list": {},
  "invites.create": { invites: [{ email: "created@example.test", roleId: ids.role }] },
  "invites.resend": { id: ids.invite },
  "invites.revoke": { id: ids.invite },
  "invites.update": { id: ids.invite, roleId: ids.role },
  "apiKeys.list": {},
  "apiKeys.settings": undefined,
  "apiKeys.scopes": undefined,
  "apiKeys.create": { name: "Created here", scopes: ["projects.read"], expiresInDays: 30 },
  "apiKeys.rotate": { id: ids.key },
  "apiKeys.revoke": { id: ids.key },
  "apiKeys.updateSettings": { keyDaysMax: 90 },
  "roles.list": undefined,
  "roles.get": { id: ids.role },
  "roles.permissions": undefined,
  "roles.create": { name: "Created here", permissions: ["projects.read"] },
  "roles.update": { id: ids.role, name: "Changed here" },
  "roles.clone": { id: ids.role, name: "Cloned here" },
  "roles.delete": { id: ids.role },
  "projects.list": {},
  "projects.get": { id: ids.project },
  "projects.create": { name: "Created here" },
  "projects.update": { id: ids.project, name: "Changed here" },
  "projects.archive": { id: ids.project },
  "projects.unarchive": { id: ids.project },
  "projects.delete": { id: ids.project },
  "projects.restore": { id: ids.deletedProject },
  "tasks.list": {},
  "tasks.get": { id: ids.task },
  "tasks.create": { projectId: ids.project, title: "Created here" },
  "tasks.update": { id: ids.task, title: "Changed here" },
  "tasks.delete": { id: ids.task },
  "tasks.restore": { id: ids.deletedTask },
  "search.find": { query: "canary" },
  "notifications.list": {},
  "notifications.unreadCount": undefined,
  "notifications.markRead": { id: ids.notification },
  "notifications.markAllRead": undefined,
  "notifications.preferences": undefined,
  "notifications.updatePreferences": { kind: "audit_export_ready", mail: true },
  ...auditInputs(ids),
  ...webhookInputs(ids),
  ...billingInputs,
  ...usageInputs,
});

const paths = Object.entries(appRouter._def.procedures)
  .filter(([, procedure]) => {
    // The router keeps its procedures by path; their declared type is that of the nested tree.
    const { meta } = (procedure as unknown as { _def: { meta?: ProcedureMeta } })._def;
    return meta !== undefined && meta.guard in permissionRegistry;
  })
  .map(([path]) => path);

const callerOf = createCallerFactory(appRouter);
const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
let a: TestOrganization;
let b: TestOrganization;
let stripe: TestStripe;

beforeAll(async () => {
  stripe = await TestStripe.open();
  await admin.connect();
  a = await buildOrganization({ name: "Canary Astra" });
  b = await buildOrganization({ name: "Canary Borea" });
});
afterAll(async () => {
  await admin.end();
  await closeConnections();
  await stripe.close();
});

beforeEach(async () => {
  await seed(a, shared, "canary-a");
  await seed(b, shared, "canary-b");
});

/** Puts rows with given keys into an organization, past everything. */
async function seed(organization: TestOrganization, ids: Ids, canary: string): Promise<void> {
  const schema = await schemaOf(organization.id);
  const usage = canary === "canary-b" ? foreignUsage : 1;
  await admin.query(`
    SET search_path = "${schema}";
    DELETE FROM projects WHERE id IN ('${ids.project}', '${ids.deletedProject}');
    DELETE FROM members WHERE id IN ('${ids.member}', '${ids.suspendedMember}');
    UPDATE members SET role_id = (SELECT id FROM roles WHERE key = 'owner') WHERE id = '${organization.owner.memberId}';
    UPDATE tenant_guard SET access_version = access_version + 1;
    DELETE FROM invites;
    DELETE FROM api_keys;
    INSERT INTO api_keys (id, name, kind, ending, scopes, secret_hash)
      VALUES ('${ids.key}', '${canary} key', 'machine', 'abcd', '{projects.read}', decode(repeat('00', 32), 'hex'));
    DELETE FROM roles WHERE id = '${ids.role}' OR name IN ('Created here', 'Cloned here');
    INSERT INTO roles (id, key, name, permissions)
      VALUES ('${ids.role}', 'canary-${ids.role}', '${canary} role', '{projects.read}');
    INSERT INTO members (id, account_id, name, email, status, role_id)
      SELECT m.id::uuid, gen_random_uuid(), '${canary} member', '${canary}@example.test', m.status, r.id FROM roles r,
        (VALUES ('${ids.member}', 'active'), ('${ids.suspendedMember}', 'suspended')) AS m (id, status)
      WHERE r.key = 'viewer';
    INSERT INTO invites (id, email, role_id, token_hash, sent_at, expires_at)
      SELECT '${ids.invite}', '${canary}@invited.test', r.id, decode(repeat('00', 32), 'hex'), 'epoch', now() + interval '1 day'
      FROM roles r WHERE r.key = 'viewer';
    INSERT INTO projects (id, name, deleted_at) VALUES
      ('${ids.project}', '${canary} project', NULL), ('${ids.deletedProject}', '${canary} deleted', now());
    INSERT INTO tasks (id, project_id, title, deleted_at) VALUES
      ('${ids.task}', '${ids.project}', '${canary} task', NULL),
      ('${ids.deletedTask}', '${ids.project}', '${canary} gone', now());
    INSERT INTO search_tokens (kind, token, target_id) VALUES
      ('project', 'canary', '${ids.project}'), ('task', 'canary', '${ids.task}') ON CONFLICT DO NOTHING;
    INSERT INTO audit_entries (id, action, actor_kind, actor_name, target_type, target_label)
      VALUES ('${ids.auditEntry}', 'canary.seed', 'system', '${canary}', 'canary', '${canary}') ON CONFLICT DO NOTHING;
    DELETE FROM notifications;
    INSERT INTO notifications (id, member_id, kind, key, data) VALUES ('${ids.notification}',
      '${organization.owner.memberId}', 'audit_stream_resumed', 'canary', '{"name": "${canary}"}');
    DELETE FROM usage_records; DELETE FROM usage_hours;
    INSERT INTO usage_records (meter, identifier, quantity, at)
      VALUES ('api_calls', '${canary}', ${usage}, now());
    INSERT INTO usage_hours (meter, hour, quantity, state)
      VALUES ('webhook_deliveries', date_trunc('hour', now()), ${usage}, 'unbilled');
    INSERT INTO audit_runs (id, kind, state) VALUES ('${ids.auditRun}', 'verify', 'waiting') ON CONFLICT DO NOTHING;
    RESET search_path;`);
  await seedStream(organization, ids.stream, canary);
  await seedEndpoint(organization, ids, canary);
}

/** With secrets that open in this organization alone. */
async function seedStream({ id: organizationId }: TestOrganization, id: string, canary: string) {
  await tenancy().withTenant(organizationId, { readOnly: false }, async (db) => {
    await db.auditStream.deleteMany();
    // Nobody listens there: a test of the stream fails at once, and says so.
    const url = `http://127.0.0.1:9/${canary}`;
    const credential = { kind: "https" as const, signing: newSigningSecret(), url };
    await db.auditStream.create({
      data: {
        id,
        name: `${canary} stream`,
        kind: "https",
        destination: JSON.stringify({ kind: "https", url: "http://127.0.0.1:9/…", hasAuthorization: false }),
        credential: await closeCredential(db, { organizationId, id }, credential),
        cursorSeq: 0,
      },
      select: { id: true },
    });
  });
}

/** With a delivery that has died and a recovery that is over; nobody listens there. */
async function seedEndpoint({ id: organizationId }: TestOrganization, ids: Ids, canary: string) {
  const { endpoint: id, event: eventId, delivery } = ids;
  await tenancy().withTenant(organizationId, { readOnly: false }, async (db) => {
    await db.webhookEndpoint.deleteMany();
    await db.event.deleteMany({ where: { id: eventId } });
    const secret = await closeSecret(db, { organizationId, id }, newSigningSecret());
    const url = `http://127.0.0.1:9/${canary}`;
    await db.webhookEndpoint.create({
      data: { id, url, description: canary, types: ["member.joined"], schedule: [300], secret },
    });
    await db.event.create({ data: { id: eventId, type: "project.created", data: { id, name: canary } } });
    const row = { id: delivery, endpointId: id, eventId, type: "project.created", state: "dead" };
    await db.webhookDelivery.create({ data: row });
    const since = new Date(0);
    await db.webhookRecovery.create({
      data: { id: delivery, endpointId: id, since, through: since, state: "done" },
    });
  });
}

/** Everything that stands in an organization's schema, as one text. */
async function fingerprint(organization: TestOrganization): Promise<string> {
  const schema = await schemaOf(organization.id);
  const { rows: tables } = await admin.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1",
    [schema],
  );
  const parts = tables.map(
    ({ name }) =>
      `(SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM "${schema}"."${name}" t)`,
  );
  const { rows } = await admin.query<{ print: string }>(
    `SELECT md5(concat_ws('#', ${parts.join(", ")})) AS print`,
  );
  return rows[0]?.print ?? "";
}

type Outcome = { answer?: unknown; refused?: string };

/** Calls a procedure by its path as somebody, in the organization that a slug names. */
async function call(who: TestOrganization, slug: string, path: string, input: unknown): Promise<Outcome> {
  let step: unknown = callerOf(requestOf(who.owner, slug));
  for (const part of path.split(".")) step = (step as Record<string, unknown>)[part];
  try {
    return { answer: await (step as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    const { code, message, cause } = error as { code?: string; message: string; cause?: unknown };
    return { refused: code ?? message, answer: [message, String(cause)] };
  }
}

async function addressOf(organization: TestOrganization): Promise<string> {
  const profile = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.profile.findUniqueOrThrow({ where: { id: 1 }, select: { slug: true } }),
  );
  return profile.slug;
}

test("every procedure of an organization is held against its neighbour below", () => {
  expect(Object.keys(inputs(shared, "")).toSorted()).toEqual(paths.toSorted());
});

describe.each(paths)("%s", (path) => {
  test("with keys that both organizations have, it answers from its own and touches its own", async () => {
    const before = await fingerprint(b);
    const slug = await addressOf(a);
    const input = path.startsWith("billing.")
      ? await stripe.prepare({ ...a, slug }, path)
      : inputs(shared, slug)[path];
    const outcome = await call(a, slug, path, input);
    expect(outcome.refused).toBeUndefined();
    expect(JSON.stringify(outcome.answer) ?? "").not.toMatch(neighbourWords);
    expect(await fingerprint(b)).toBe(before);
  });

  test("asked for the neighbour's organization it refuses, and tells and touches nothing", async () => {
    const before = [await fingerprint(a), await fingerprint(b)];
    const slug = await addressOf(b);
    const outcome = await call(a, slug, path, inputs(shared, slug)[path]);
    expect(outcome.refused).toBe("FORBIDDEN");
    expect(JSON.stringify(outcome.answer)).not.toMatch(/canary|Borea/);
    expect([await fingerprint(a), await fingerprint(b)]).toEqual(before);
  });
});

const byId = paths.filter((path) =>
  JSON.stringify(inputs(shared, "")[path] ?? "").includes(shared.project.slice(0, 30)),
);

test.each(byId)("%s with a key that only the neighbour has answers NOT_FOUND", async (path) => {
  const foreign = Object.fromEntries(
    Object.entries(shared).map(([name, id]) => [name, id.replace("0000000000a", "0000000000b")]),
  ) as Ids;
  await seed(b, foreign, "canary-b");
  const before = [await fingerprint(a), await fingerprint(b)];
  const outcome = await call(a, await addressOf(a), path, inputs(foreign, "")[path]);
  expect(outcome.refused).toBe("NOT_FOUND");
  expect(JSON.stringify(outcome.answer)).not.toContain("canary");
  expect([await fingerprint(a), await fingerprint(b)]).toEqual(before);
});

test("a permission that was taken away is gone at once, though every process had it cached", async () => {
  const slug = await addressOf(b);
  const create = () => call(b, slug, "projects.create", { name: "Created with an old permission" });
  expect((await create()).refused).toBeUndefined();
  const schema = await schemaOf(b.id);
  const roleOf = (key: string) =>
    admin.query(`
      UPDATE "${schema}".members SET role_id = (SELECT id FROM "${schema}".roles WHERE key = '${key}')
        WHERE id = '${b.owner.memberId}';
      UPDATE "${schema}".tenant_guard SET access_version = access_version + 1`);
  await roleOf("viewer");
  expect(await create()).toMatchObject({ refused: "FORBIDDEN" });
  expect((await call(b, slug, "projects.list", {})).refused).toBeUndefined();
  await roleOf("owner");
  expect((await create()).refused).toBeUndefined();
});
