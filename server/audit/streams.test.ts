import { afterAll, afterEach, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { closeOutbound } from "../platform/outbound.ts";
import { buildMember, buildOrganization, closeConnections } from "../test/factories.ts";
import { tamper, writeEntries } from "../test/logs.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { startReceiver } from "../test/receiver.ts";
import {
  deliver,
  entriesOf,
  httpsStream,
  isSignedBy,
  linesOf,
  streamOf,
  streamsOf,
} from "../test/streams.ts";
import { sealEntries } from "./seal.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(async () => {
  await closeOutbound();
  await closeConnections();
});

/** Closed when the test has ended. */
async function kept<Part extends { close(): Promise<void> }>(part: Promise<Part>): Promise<Part> {
  const opened = await part;
  ends.push(() => opened.close());
  return opened;
}

test("a paused stream gets nothing, and goes on where it stopped", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await streamsOf(owner).pause({ id });
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(receiver.received).toHaveLength(0);
  expect(await streamOf(owner, id)).toMatchObject({ state: "paused", pausedAt: expect.any(Date) });
  await streamsOf(owner).resume({ id });
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(entriesOf(receiver.received).map(({ action }) => action)).toEqual([
    "organizations.create",
    "audit.streams.create",
    "audit.streams.pause",
    "audit.streams.list",
    "audit.streams.resume",
  ]);
});

test("after a rotation both secrets sign for a day, then the new one alone", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id, secret: former } = await httpsStream(owner, receiver.url);
  const { secret } = await streamsOf(owner).rotateSecret({ id });
  await sealEntries(organizationId);
  await deliver(owner, id);
  const [first] = receiver.received;
  expect(first && [isSignedBy(secret, first), isSignedBy(former, first)]).toEqual([true, true]);

  await tamper(organizationId, "UPDATE audit_streams SET overlap_until = now() - interval '1 minute'");
  await writeEntries(owner, 1);
  await sealEntries(organizationId);
  await deliver(owner, id);
  const second = receiver.received[1];
  expect(second && [isSignedBy(secret, second), isSignedBy(former, second)]).toEqual([true, false]);
  expect((await streamOf(owner, id)).overlapUntil).toBeNull();
});

test("secrets stand neither in the log nor in an answer nor in a row", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const url = `${receiver.url}/in/5-hush?key=6-hush`;
  const destination = { kind: "https", url, authorization: "Splunk 0c1d-hush" } as const;
  const { id, secret } = await streamsOf(owner).create({ name: "Splunk", destination, from: "beginning" });
  await streamsOf(owner).update({ id, destination: { ...destination, authorization: "Splunk 2-hush" } });
  await streamsOf(owner).rotateSecret({ id });
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(receiver.received[0]?.headers.authorization).toBe("Splunk 2-hush");
  const sent = receiver.received.map(({ body }) => body.toString("utf8")).join("");
  const listed = JSON.stringify(await streamsOf(owner).list());
  const dumped = await ownerPool("main").query("SELECT payload::text FROM astra.outbox");
  for (const text of [sent, listed, JSON.stringify(dumped.rows)]) {
    expect(text).not.toContain("hush");
    expect(text).not.toContain((secret ?? "whsec_").slice(6));
  }
});

test("whoever edits sees the shortened address, and leaves the whole one as it is", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, `${receiver.url}/in?key=hush`);
  const { destination } = await streamOf(owner, id);
  expect(destination).toMatchObject({ url: `${new URL(receiver.url).origin}/…` });
  if (destination.kind !== "https") throw new Error("another kind");
  await streamsOf(owner).update({
    id,
    name: "Renamed",
    destination: { kind: "https", url: destination.url },
  });
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(receiver.received[0]?.path).toBe("/in?key=hush");
});

test("a suspended organization's stream waits, and asks for one look later", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await sealEntries(organizationId);
  await setTenantState(organizationId, "suspended");
  // What asked for the first delivery is done with.
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE name = 'audit.stream'");
  for (let times = 0; times < 3; times++) await deliver(owner, id);
  expect(receiver.received).toHaveLength(0);
  const { rows } = await ownerPool("main").query(
    `SELECT FROM astra.outbox WHERE tenant_id = $1 AND name = 'audit.stream' AND state = 'pending' AND waits
       AND run_at > now() + interval '9 minutes'`,
    [organizationId],
  );
  expect(rows).toHaveLength(1);
});

test("an old secret is not sent to another place", async () => {
  const { owner } = await buildOrganization();
  const destination = {
    kind: "https",
    url: "https://siem.example.com/a",
    authorization: "Bearer x",
  } as const;
  const { id } = await streamsOf(owner).create({ name: "SIEM", destination });
  const elsewhere = { kind: "https", url: "https://thief.example.com/a" } as const;
  await expect(streamsOf(owner).update({ id, destination: elsewhere })).rejects.toMatchObject({
    cause: { reason: "secret_needed", field: "authorization" },
  });
  await streamsOf(owner).update({ id, destination: { kind: "https", url: "https://siem.example.com/b" } });
  expect((await streamOf(owner, id)).destination).toMatchObject({ hasAuthorization: true });
  await streamsOf(owner).update({ id, destination: { ...elsewhere, authorization: null } });
  expect((await streamOf(owner, id)).destination).toMatchObject({ hasAuthorization: false });
});

test("addresses that may never be reached are refused at once", async () => {
  const { owner } = await buildOrganization();
  for (const url of [
    "https://169.254.169.254/",
    "https://10.0.0.1/",
    "https://a.internal/",
    "http://example.com/",
  ]) {
    const made = streamsOf(owner).create({ name: "SIEM", destination: { kind: "https", url } });
    await expect(made).rejects.toMatchObject({ cause: { reason: "destination_refused" } });
  }
  await expect(
    streamsOf(owner).create({
      name: "SIEM",
      destination: { kind: "https", url: "https://a:b@example.com/" },
    }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("there can be five streams, and two at once do not become six", async () => {
  const { owner } = await buildOrganization();
  const made = await Promise.allSettled(
    Array.from({ length: 8 }, () => httpsStream(owner, "https://siem.example.com/")),
  );
  expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
});

test("a test sends one signed line, is recorded, and leaves the stream where it is", async () => {
  const { owner } = await buildOrganization();
  let status = 200;
  const receiver = await kept(startReceiver((_received, response) => void response.writeHead(status).end()));
  const { id, secret } = await httpsStream(owner, receiver.url);
  expect(await streamsOf(owner).test({ id })).toMatchObject({ ok: true, status: 200, error: null });
  const [request] = receiver.received;
  expect(request && linesOf([request.body])).toMatchObject([{ kind: "test", streamId: id }]);
  expect(request && isSignedBy(secret, request)).toBe(true);
  status = 401;
  expect(await streamsOf(owner).test({ id })).toMatchObject({ ok: false, status: 401, error: "status" });
  expect(await streamOf(owner, id)).toMatchObject({ state: "active", deliveredThrough: 0 });
  for (let i = 0; i < 8; i++) await streamsOf(owner).test({ id });
  await expect(streamsOf(owner).test({ id })).rejects.toMatchObject({ cause: { reason: "too_many_tests" } });
});

test("streams are for those who may manage them, and stay in their organization", async () => {
  const { owner } = await buildOrganization();
  const other = await buildOrganization();
  const { id } = await httpsStream(owner, "https://siem.example.com/");
  const viewer = await buildMember(owner.organization, "viewer");
  await expect(streamsOf(viewer).list()).rejects.toMatchObject({ code: "FORBIDDEN" });
  for (const act of ["pause", "resume", "delete", "test", "rotateSecret"] as const) {
    await expect(streamsOf(other.owner)[act]({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
  expect((await streamsOf(other.owner).list()).items).toEqual([]);
});

test("a deleted stream gets nothing more", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await streamsOf(owner).delete({ id });
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(receiver.received).toHaveLength(0);
});
