import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { mailWriters } from "#workers/mails.ts";
import { ownerPool } from "../fleet/owner.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { sendTenantMail } from "../mail/deliver.ts";
import { closeMail } from "../platform/mail.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { catchMails } from "../test/caught-mails.ts";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  clockAt,
  closeConnections,
  reads,
  writes,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import {
  countUnread,
  listNotifications,
  listPreferences,
  markAllRead,
  markRead,
  updatePreferences,
} from "./notifications.ts";
import { notificationKinds } from "./kinds.ts";
import { notify } from "./notify.ts";
import { ListNotifications } from "./schema.ts";
import { trimOne } from "./trim.ts";

const catcher = await catchMails();
afterAll(async () => {
  closeMail();
  await catcher.close();
  await closeConnections();
});

let organization: TestOrganization;
let owner: TestMember;
beforeEach(async () => {
  organization = await buildOrganization();
  ({ owner } = organization);
});

const request = { id: "test", ip: null, userAgent: null };
const finding = { seq: 12, detail: "The entry is not the one that was sealed." };
const day = (n: number) => clockAt(new Date(Date.UTC(2026, 4, n)).toISOString());

/** As a job would: by nobody in particular. */
async function tellBroken(clock = clockAt(new Date().toISOString()), key = "audit_chain"): Promise<void> {
  const door = { ...systemDoor(organization, request), clock };
  await transact(door, "write", (ctx) => notify(ctx, "audit_chain_broken", { key, data: finding }));
}

async function tellExport(memberId: string | null): Promise<string> {
  const runId = randomUUID();
  const data = { runId, rows: 1204, format: "csv" as const };
  await transact(systemDoor(organization, request), "write", (ctx) =>
    notify(ctx, "audit_export_ready", { key: `audit_export:${runId}`, data, memberId }),
  );
  return runId;
}

const listOf = async (member: TestMember, input = {}) =>
  (await reads(member, listNotifications, ListNotifications.parse(input))).items;
const unreadOf = async (member: TestMember) => (await reads(member, countUnread, undefined)).unread;

async function askedMails(): Promise<JobPayload<"mail.send-tenant">[]> {
  const { rows } = await ownerPool("main").query<{ payload: JobPayload<"mail.send-tenant"> }>(
    `SELECT payload FROM astra.outbox WHERE name = 'mail.send-tenant' AND tenant_id = $1 ORDER BY created_at, id`,
    [organization.id],
  );
  return rows.map((row) => row.payload);
}

async function sendAll(): Promise<void> {
  const job = { id: randomUUID(), requestId: "r", attempt: 1 };
  for (const payload of await askedMails()) {
    await sendTenantMail(mailWriters, systemDoor(organization, request), payload, job);
  }
}

describe("notify", () => {
  test("tells every active member who holds the permission, and nobody else", async () => {
    const admin = await buildMember(organization, "admin");
    const viewer = await buildMember(organization, "viewer");
    const gone = await buildMember(organization, "admin", { status: "removed" });
    await tellBroken();
    for (const told of [owner, admin]) expect(await listOf(told)).toHaveLength(1);
    expect(await listOf(viewer)).toEqual([]);
    const ids = (await askedMails()).map(({ subjectId }) => subjectId);
    expect(new Set(ids).size).toBe(2);
    expect(gone.memberId).not.toBe(admin.memberId);
  });

  test("tells the one who asked alone, and nobody when nobody asked", async () => {
    const admin = await buildMember(organization, "admin");
    const runId = await tellExport(admin.memberId);
    await tellExport(null);
    expect(await listOf(owner)).toEqual([]);
    expect(await listOf(admin)).toMatchObject([
      {
        kind: "audit_export_ready",
        level: "info",
        title: "Your export of the audit log is ready",
        text: "1,204 entries as CSV. The file is kept for a day.",
        path: `/${organization.slug}/audit-log?export=${runId}`,
        times: 1,
        readAt: null,
      },
    ]);
  });

  test("raises what happens again instead of flooding, and makes it unread", async () => {
    await tellBroken(day(1));
    const [first] = await listOf(owner);
    await writes(owner, markRead, { id: first?.id ?? "" });
    expect(await unreadOf(owner)).toBe(0);
    await tellBroken(day(2));
    await tellBroken(day(2), "another");
    const [, again] = await listOf(owner);
    expect(again).toMatchObject({ id: first?.id, times: 2, at: day(2).now(), readAt: null });
    expect(await unreadOf(owner)).toBe(2);
  });

  test("mails again once it was read, or after a day, and not before", async () => {
    await tellBroken(day(1));
    await tellBroken(day(1));
    expect(await askedMails()).toHaveLength(1);
    const [row] = await listOf(owner);
    await writes(owner, markRead, { id: row?.id ?? "" });
    await tellBroken(day(1));
    await tellBroken(day(3));
    expect((await askedMails()).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test("tells once where that was asked for", async () => {
    const data = { name: "Deploy", ending: "x9Zq", expiresAt: "2026-12-03T10:00:00.000Z" };
    const notice = { key: "api_key:1", data, memberId: owner.memberId, once: true };
    const door = systemDoor(organization, request);
    const tell = () => transact(door, "write", (ctx) => notify(ctx, "api_key_expiring", notice));
    await tell();
    const [row] = await listOf(owner);
    await writes(owner, markRead, { id: row?.id ?? "" });
    await tell();
    expect(await listOf(owner)).toMatchObject([
      { title: "The API key Deploy expires soon", times: 1, readAt: expect.any(Date) },
    ]);
    expect(await askedMails()).toHaveLength(1);
  });

  test("rolls back with what it tells of", async () => {
    const door = systemDoor(organization, request);
    const failing = transact(door, "write", async (ctx) => {
      await notify(ctx, "audit_chain_broken", { key: "audit_chain", data: finding });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await listOf(owner)).toEqual([]);
    expect(await askedMails()).toEqual([]);
  });

  test("stays in its organization", async () => {
    const foreign = await buildOrganization({ owner });
    await tellBroken();
    expect(await listOf(foreign.owner)).toEqual([]);
    expect(await unreadOf(foreign.owner)).toBe(0);
  });
});

describe("the mail of a notification", () => {
  test("says in both parts what happened, to the member alone", async () => {
    const name = "Grace <b>Hopper</b>";
    const admin = await buildMember(organization, "admin", { person: await buildPerson({ name }) });
    await tellBroken();
    await sendAll();
    const [mail, ...rest] = catcher.mails.filter(({ to }) => to.includes(admin.email));
    expect(rest).toEqual([]);
    expect(mail?.to).toEqual([admin.email]);
    expect(mail?.subject).toBe(`The audit log is not what was sealed · ${organization.name}`);
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain("Entry 12: The entry is not the one that was sealed.");
      expect(part).toContain(`http://127.0.0.1:3000/${organization.slug}/audit-log`);
    }
  });

  test("is sent once, and not when the notification was read before", async () => {
    await tellBroken();
    const [row] = await listOf(owner);
    await writes(owner, markRead, { id: row?.id ?? "" });
    await sendAll();
    expect(catcher.mails.filter(({ to }) => to.includes(owner.email))).toEqual([]);
    await tellBroken();
    await sendAll();
    await sendAll();
    expect(catcher.mails.filter(({ to }) => to.includes(owner.email))).toHaveLength(1);
  });

  test("is not written for a row of another organization", async () => {
    const foreign = await buildOrganization();
    await tellBroken();
    const [payload] = await askedMails();
    if (!payload) throw new Error("no mail was asked for");
    const job = { id: randomUUID(), requestId: "r", attempt: 1 };
    await sendTenantMail(mailWriters, systemDoor(foreign, request), payload, job);
    expect(catcher.mails.filter(({ to }) => to.includes(owner.email))).toEqual([]);
    await sendAll();
    expect(catcher.mails.filter(({ to }) => to.includes(owner.email))).toHaveLength(1);
  });
});

describe("one's own notifications", () => {
  test("page by time, also the unread ones alone", async () => {
    for (let n = 1; n <= 5; n++) await tellBroken(day(n), `key-${n}`);
    const first = await reads(owner, listNotifications, ListNotifications.parse({ limit: 2 }));
    expect(first).toMatchObject({ total: 5, previousCursor: null });
    expect(first.items.map(({ at }) => at)).toEqual([day(5).now(), day(4).now()]);
    const next = { limit: 2, cursor: first.nextCursor ?? "" };
    const second = await reads(owner, listNotifications, ListNotifications.parse(next));
    expect(second.items.map(({ at }) => at)).toEqual([day(3).now(), day(2).now()]);
    await writes(owner, markRead, { id: first.items[0]?.id ?? "" });
    expect(await listOf(owner, { unread: true })).toHaveLength(4);
  });

  test("are nobody else's: another member cannot see or mark them", async () => {
    const admin = await buildMember(organization, "admin");
    await tellExport(owner.memberId);
    const [row] = await listOf(owner);
    await expect(writes(admin, markRead, { id: row?.id ?? "" })).rejects.toMatchObject({
      reason: "not_found",
    });
    expect(await writes(admin, markAllRead, undefined)).toEqual({ marked: 0 });
    expect(await unreadOf(owner)).toBe(1);
  });

  test("are all marked at once", async () => {
    for (let n = 1; n <= 3; n++) await tellBroken(day(n), `key-${n}`);
    expect(await writes(owner, markAllRead, undefined)).toEqual({ marked: 3 });
    expect(await unreadOf(owner)).toBe(0);
    expect(await writes(owner, markAllRead, undefined)).toEqual({ marked: 0 });
  });

  test("say so much and no more when another version wrote them", async () => {
    await tellBroken();
    const [row] = await listOf(owner);
    await transact(systemDoor(organization, request), "write", (ctx) =>
      ctx.db.notification.update({ where: { id: row?.id ?? "" }, data: { kind: "of_tomorrow" } }),
    );
    expect(await listOf(owner)).toMatchObject([
      { title: "Something happened", path: `/${organization.slug}` },
    ]);
  });

  test("go after 90 days", async () => {
    await tellBroken(day(1), "old");
    await tellBroken(day(20), "young");
    await trimOne({ ...systemDoor(organization, request), clock: clockAt("2026-08-10T00:00:00Z") });
    expect(await listOf(owner)).toHaveLength(1);
  });
});

describe("preferences", () => {
  test("are mail for failures and none for news, until somebody chooses", async () => {
    const kinds = await reads(owner, listPreferences, undefined);
    const mailed = new Map(kinds.map(({ kind, mail }) => [kind, mail]));
    expect(mailed.get("audit_chain_broken")).toBe(true);
    expect(mailed.get("audit_export_ready")).toBe(false);
    await writes(owner, updatePreferences, { kind: "audit_chain_broken", mail: false });
    await writes(owner, updatePreferences, { kind: "audit_export_ready", mail: true });
    await tellBroken();
    expect(await askedMails()).toEqual([]);
    await tellExport(owner.memberId);
    expect(await askedMails()).toHaveLength(1);
  });

  test("are one's own", async () => {
    const admin = await buildMember(organization, "admin");
    await writes(admin, updatePreferences, { kind: "audit_chain_broken", mail: false });
    await tellBroken();
    expect(await askedMails()).toHaveLength(1);
    expect(await listOf(admin)).toHaveLength(1);
  });

  test("name only what can reach the member", async () => {
    const viewer = await buildMember(organization, "viewer");
    expect(await reads(viewer, listPreferences, undefined)).toEqual([]);
    const kinds = (await reads(owner, listPreferences, undefined)).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(Object.keys(notificationKinds).toSorted());
    const refused = writes(viewer, updatePreferences, { kind: "audit_chain_broken", mail: true });
    await expect(refused).rejects.toMatchObject({ reason: "no_such_kind" });
    const unknown = writes(viewer, updatePreferences, { kind: "toString", mail: true });
    await expect(unknown).rejects.toMatchObject({ reason: "no_such_kind" });
  });
});
