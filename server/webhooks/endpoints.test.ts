import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { exposedProcedures } from "../api/rest/routes.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { permissionInfo } from "../access/permissions.ts";
import { planOf } from "../plans/catalogue.ts";
import { closeOutbound } from "../platform/outbound.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { openHeaders } from "./secrets.ts";
import { CreateEndpoint, UpdateEndpoint } from "./schema.ts";

const callerOf = createCallerFactory(appRouter);
const url = "http://127.0.0.1:9/hooks/T0KEN?channel=7";
let organization: TestOrganization;

const as = (member: TestMember, at?: string) =>
  callerOf(requestOf(member, member.organization.slug, at === undefined ? undefined : clockAt(at))).webhooks;

beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(async () => {
  await closeOutbound();
  await closeConnections();
});

function rowOf(id: string) {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.webhookEndpoint.findUniqueOrThrow({ where: { id } }),
  );
}

async function headersOf(id: string): Promise<Record<string, string>> {
  return tenancy().withTenant(organization.id, { readOnly: true }, async (db) => {
    const { headers } = await db.webhookEndpoint.findUniqueOrThrow({ where: { id } });
    return openHeaders(db, { organizationId: organization.id, id }, headers);
  });
}

async function entryOf(action: string): Promise<string> {
  return tenancy().withTenant(organization.id, { readOnly: true }, async (db) => {
    const select = { changes: true, personal: true, targetLabel: true } as const;
    const entry = await db.auditEntry.findFirstOrThrow({
      where: { action },
      orderBy: { id: "desc" },
      select,
    });
    return JSON.stringify(entry);
  });
}

describe("an endpoint", () => {
  test("is made with what is usual, and shown without its secrets", async () => {
    const { id, secret, hint } = await as(organization.owner).create({ url });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(hint).toBeNull();
    const shown = await as(organization.owner).get({ id });
    expect(shown).toMatchObject({
      id,
      url,
      types: ["*"],
      payload: "full",
      headerNames: [],
      schedule: [300, 3_600],
      schedulePreset: "3",
      perSecond: null,
      concurrency: 10,
      state: "active",
      createdBy: organization.owner.name,
      version: 1,
      lastError: null,
    });
    expect(JSON.stringify(shown)).not.toContain(secret);
    const [row] = (await as(organization.owner).list()).items;
    expect(row).toEqual({
      ...shown,
      queue: { pending: 0, held: 0, dead: 0 },
      lastDay: { delivered: 0, failed: 0 },
    });
  });

  test("keeps the values of its headers to itself, encrypted for this endpoint alone", async () => {
    const headers = [{ name: "X-Token", value: "s3cret-value" }];
    const { id } = await as(organization.owner).create({ url, headers });
    expect(await headersOf(id)).toEqual({ "X-Token": "s3cret-value" });
    expect(JSON.stringify(await rowOf(id))).not.toContain("s3cret-value");
    expect((await as(organization.owner).get({ id })).headerNames).toEqual(["X-Token"]);
    expect(await entryOf("webhooks.create")).not.toMatch(/s3cret|T0KEN/);
    const other = await as(organization.owner).create({ url });
    await expect(
      tenancy().withTenant(organization.id, { readOnly: true }, async (db) => {
        const { headers: stored } = await db.webhookEndpoint.findUniqueOrThrow({ where: { id } });
        return openHeaders(db, { organizationId: organization.id, id: other.id }, stored);
      }),
    ).rejects.toMatchObject({ reason: "secret_unreadable" });
  });

  test("chooses types that there are, each once and none that another one holds", async () => {
    const types = ["task.created", "project.*", "project.created", "task.created"];
    const { id } = await as(organization.owner).create({ url, types });
    expect((await rowOf(id)).types).toEqual(["project.*", "task.created"]);
    await as(organization.owner).update({ id, types: ["*", "task.created"] });
    expect((await rowOf(id)).types).toEqual(["*"]);
    for (const wrong of ["project.exploded", "projects.*", "webhook.test"]) {
      expect(await refusalOf(as(organization.owner).update({ id, types: [wrong] }))).toMatchObject({
        reason: "unknown_event_type",
        field: "types",
      });
    }
  });

  test("changes only what is named, and tells what changed", async () => {
    const { id } = await as(organization.owner).create({ url, description: "First" });
    const changed = await as(organization.owner).update({
      id,
      version: 1,
      payload: "thin",
      schedule: [1, 2, 3],
      perSecond: 5,
      concurrency: 2,
    });
    expect(changed).toEqual({ id, version: 2, hint: null });
    expect(await as(organization.owner).get({ id })).toMatchObject({
      url,
      description: "First",
      payload: "thin",
      schedule: [1, 2, 3],
      schedulePreset: null,
      perSecond: 5,
      concurrency: 2,
    });
    await as(organization.owner).update({ id, perSecond: null });
    expect((await rowOf(id)).perSecond).toBeNull();
    expect(await entryOf("webhooks.update")).toContain("perSecond");
  });

  test("is not overwritten by somebody who has not seen the last change", async () => {
    const { id } = await as(organization.owner).create({ url });
    await as(organization.owner).update({ id, version: 1, description: "Mine" });
    const late = as(organization.owner).update({ id, version: 1, description: "Theirs" });
    expect(await refusalOf(late)).toMatchObject({ code: "CONFLICT", reason: "endpoint_changed" });
    expect((await rowOf(id)).description).toBe("Mine");
  });

  test("does not send a header's value to another place than it was entered for", async () => {
    const headers = [{ name: "Authorization", value: "Bearer abc" }];
    const { id } = await as(organization.owner).create({ url, headers });
    const elsewhere = "http://127.0.0.1:10/elsewhere";
    for (const input of [{ url: elsewhere }, { url: elsewhere, headers: [{ name: "Authorization" }] }]) {
      const refused = as(organization.owner).update({ id, ...input });
      expect(await refusalOf(refused)).toMatchObject({ reason: "secret_needed", field: "headers" });
    }
    await as(organization.owner).update({ id, url: "http://127.0.0.1:9/another-path" });
    await as(organization.owner).update({
      id,
      headers: [{ name: "authorization" }, { name: "X-More", value: "more" }],
    });
    expect(await headersOf(id)).toEqual({ authorization: "Bearer abc", "X-More": "more" });
    await as(organization.owner).update({ id, url: elsewhere, headers: [] });
    expect(await headersOf(id)).toEqual({});
  });

  test.each([
    ["http://receiver.example.com/in", "destination_refused"],
    ["https://10.0.0.1/", "destination_refused"],
    ["https://0x7f000001.nip.internal/", "destination_refused"],
    ["https://169.254.169.254/latest", "destination_refused"],
    ["https://[::ffff:10.0.0.1]/", "destination_refused"],
    ["https://receiver.example.com:22/", "destination_refused"],
    ["https://receiver.internal/", "destination_refused"],
    ["https://user:word@receiver.example.com/", "invalid_input"],
    ["ftp://receiver.example.com/", "invalid_input"],
    ["not an address", "invalid_input"],
  ])("is refused at %s: %s", async (wrong, reason) => {
    expect(await refusalOf(as(organization.owner).create({ url: wrong }))).toMatchObject({
      reason,
      field: "url",
    });
    const { id } = await as(organization.owner).create({ url });
    expect(await refusalOf(as(organization.owner).update({ id, url: wrong }))).toMatchObject({ reason });
  });

  test("is made no more often than the plan has room, also by many at once", async () => {
    const small = await buildOrganization({ plan: "pro" });
    const limit = planOf("pro").limits.endpoints ?? 0;
    const made = await Promise.allSettled(
      Array.from({ length: limit + 3 }, () => as(small.owner).create({ url })),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(limit);
    const [first] = (await as(small.owner).list()).items;
    await as(small.owner).delete({ id: first?.id ?? "" });
    await as(small.owner).create({ url });
    expect(await refusalOf(as(small.owner).create({ url }))).toMatchObject({
      reason: "limit_reached",
      field: "endpoints",
    });
  });
});

test.each([
  "Host",
  "content-type",
  "Webhook-Id",
  "webhook-signature",
  "Transfer-Encoding",
  "sec-fetch-site",
  "bad name",
  "",
])("a header called %j is refused", (name) => {
  const headers = [{ name, value: "x" }];
  expect(CreateEndpoint.safeParse({ url, headers }).success).toBe(false);
});

test("values with line breaks, headers named twice and pauses without end are refused", () => {
  const ok = (more: object) => CreateEndpoint.safeParse({ url, ...more }).success;
  expect(ok({ headers: [{ name: "X-A", value: "a\r\nHost: evil" }] })).toBe(false);
  expect(
    ok({
      headers: [
        { name: "X-A", value: "a" },
        { name: "x-a", value: "b" },
      ],
    }),
  ).toBe(false);
  expect(ok({ schedule: Array.from({ length: 20 }, () => 60) })).toBe(false);
  expect(ok({ schedule: [0] })).toBe(false);
  expect(ok({ schedule: "4" })).toBe(false);
  expect(ok({ concurrency: 101 })).toBe(false);
  expect(ok({ types: [] })).toBe(false);
  expect(UpdateEndpoint.safeParse({ id: organization.id, version: 1 }).success).toBe(false);
});

describe("a secret", () => {
  test("is shown to those who may, and each time stands in the log", async () => {
    const { id, secret } = await as(organization.owner).create({ url });
    expect(await as(organization.owner).showSecret({ id })).toEqual({ secret, previous: null });
    expect(await entryOf("webhooks.showSecret")).not.toContain(secret);
    const editor = await buildMember(organization, "editor");
    expect(await refusalOf(as(editor).showSecret({ id }))).toMatchObject({ reason: "missing_permission" });
  });

  test("is for people alone, except where a key has just made the endpoint", () => {
    expect(permissionInfo("webhooks.manage").peopleOnly).toBe(true);
    const exposed = exposedProcedures(appRouter).map(({ path }) => path);
    expect(exposed).toContain("webhooks.create");
    expect(exposed).not.toContain("webhooks.showSecret");
    expect(exposed).not.toContain("webhooks.rotateSecret");
  });

  test("changes with an overlap, and no third one is ever good", async () => {
    const first = await as(organization.owner).create({ url });
    const { id } = first;
    const noon = "2026-11-21T12:00:00.000Z";
    const second = await as(organization.owner, noon).rotateSecret({ id });
    expect(second.overlapUntil?.toISOString()).toBe("2026-11-22T12:00:00.000Z");
    const shown = await as(organization.owner, noon).showSecret({ id });
    expect(shown).toEqual({
      secret: second.secret,
      previous: { secret: first.secret, until: second.overlapUntil },
    });
    const third = await as(organization.owner, noon).rotateSecret({ id, overlapHours: 168 });
    expect((await as(organization.owner, noon).showSecret({ id })).previous?.secret).toBe(second.secret);
    const later = await as(organization.owner, "2026-11-28T12:00:00.001Z").showSecret({ id });
    expect(later).toEqual({ secret: third.secret, previous: null });
    const last = await as(organization.owner).rotateSecret({ id, overlapHours: 0 });
    expect(last.overlapUntil).toBeNull();
    expect((await rowOf(id)).previousSecret).toBeNull();
  });

  test("is forgotten with its endpoint", async () => {
    const { id } = await as(organization.owner).create({ url, headers: [{ name: "X-A", value: "a" }] });
    await as(organization.owner).delete({ id });
    expect(await rowOf(id)).toMatchObject({
      state: "deleted",
      secret: "",
      previousSecret: null,
      headers: null,
    });
    const procedures = as(organization.owner);
    const acts = [
      () => procedures.get({ id }),
      () => procedures.showSecret({ id }),
      () => procedures.rotateSecret({ id }),
      () => procedures.update({ id, description: "x" }),
      () => procedures.resume({ id }),
      () => procedures.delete({ id }),
      () => procedures.health({ id }),
      () => procedures.recoveries({ id }),
    ];
    for (const act of acts) expect(await refusalOf(act())).toMatchObject({ reason: "not_found" });
    expect((await as(organization.owner).list()).items).toEqual([]);
  });
});
