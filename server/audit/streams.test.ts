import { createHmac } from "node:crypto";
import { afterAll, afterEach, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { closeOutbound } from "../platform/outbound.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { tamper, writeEntries } from "../test/logs.ts";
import { startReceiver, type Received } from "../test/receiver.ts";
import { startS3Store } from "../test/s3-store.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { genesis, linkHash } from "./chain.ts";
import { readStatement, writeCheckpoint } from "./checkpoint.ts";
import { retainLog } from "./retain.ts";
import { sealEntries } from "./seal.ts";
import { deliverStream } from "./stream-deliver.ts";
import { sealLog } from "./sweep.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(async () => {
  await closeOutbound();
  await closeConnections();
});

async function kept<Part extends { close(): Promise<void> }>(part: Promise<Part>): Promise<Part> {
  const opened = await part;
  ends.push(() => opened.close());
  return opened;
}

const streamsOf = (member: TestMember) =>
  createCallerFactory(appRouter)(requestOf(member, member.organization.slug)).audit.streams;

/** What a worker does for a stream's job. */
async function deliver({ organization }: TestMember, streamId: string): Promise<void> {
  await deliverStream(systemDoor(organization, { id: "delivery", ip: null, userAgent: null }), { streamId });
}

type Line = {
  kind: string;
  seq?: number;
  action?: string;
  hash?: string;
  previousHash?: string;
  text?: string;
  signature?: string;
  from?: number;
  through?: number;
};

function linesOf(bodies: Buffer[]): Line[] {
  return bodies.flatMap((body) =>
    body
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
  );
}

const entriesOf = (received: Received[]) =>
  linesOf(received.map(({ body }) => body)).filter(({ kind }) => kind === "entry");

async function httpsStream(owner: TestMember, url: string, from: "beginning" | "now" = "beginning") {
  const { id, secret } = await streamsOf(owner).create({
    name: "SIEM",
    destination: { kind: "https", url },
    from,
  });
  return { id, secret: secret ?? "" };
}

async function streamOf(owner: TestMember, id: string) {
  const { items } = await streamsOf(owner).list();
  const stream = items.find((item) => item.id === id);
  if (!stream) throw new Error("the stream is gone");
  return stream;
}

function isSignedBy(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const text = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.`;
  const expected = createHmac("sha256", key).update(text).update(body).digest("base64");
  return String(headers["webhook-signature"]).split(" ").includes(`v1,${expected}`);
}

test("a destination gets every sealed entry in order, signed, and a checkpoint that proves the chain", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id, secret } = await httpsStream(owner, `${receiver.url}/ingest`);
  await writeEntries(owner, 12);
  await sealEntries(organizationId);
  await deliver(owner, id);

  const [request] = receiver.received;
  expect(request).toMatchObject({ method: "POST", path: "/ingest" });
  expect(request?.headers["content-type"]).toBe("application/x-ndjson");
  expect(request && isSignedBy(secret, request)).toBe(true);
  const lines = linesOf(receiver.received.map(({ body }) => body));
  let head = genesis(organizationId);
  for (const [index, line] of lines.slice(0, -1).entries()) {
    expect(line).toMatchObject({ kind: "entry", seq: index + 1, previousHash: head });
    head = linkHash(index + 1, head, line.text ?? "");
    expect(line.hash).toBe(head);
  }
  const { text, signature } = lines.at(-1) ?? {};
  const statement = readStatement(organizationId, JSON.stringify({ text, signature }));
  expect(statement).toMatchObject({ kind: "checkpoint", head, seq: lines.length - 1 });
  expect(await streamOf(owner, id)).toMatchObject({
    state: "active",
    failing: null,
    behind: { entries: 0, oldestAt: null },
    deliveredThrough: lines.length - 1,
  });

  await deliver(owner, id);
  expect(receiver.received).toHaveLength(1);
});

test("only what is sealed after its creation is sent, unless all is asked for", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  await writeEntries(owner, 5);
  await sealEntries(organizationId);
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url, "now");
  await writeEntries(owner, 2);
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(entriesOf(receiver.received).map(({ action }) => action)).toEqual([
    "audit.streams.create",
    "projects.update",
    "projects.update",
  ]);
});

test("a failing destination is stated, tried again later with the same batch, and loses nothing", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  let status = 503;
  const receiver = await kept(startReceiver((_received, response) => void response.writeHead(status).end()));
  const { id } = await httpsStream(owner, receiver.url);
  await sealEntries(organizationId);
  await deliver(owner, id);
  const failed = await streamOf(owner, id);
  expect(failed).toMatchObject({
    state: "failing",
    failing: { attempts: 1, error: "status", status: 503 },
    behind: { entries: 2, oldestAt: expect.any(Date) },
    deliveredThrough: 0,
  });
  const pauseMs = (failed.failing?.nextTryAt?.getTime() ?? 0) - Date.now();
  expect(pauseMs).toBeGreaterThan(2_000);
  expect(pauseMs).toBeLessThan(7_000);

  // Not before its time.
  await deliver(owner, id);
  expect(receiver.received).toHaveLength(1);
  await writeEntries(owner, 3);
  await sealEntries(organizationId);
  await makeDue(organizationId);
  await deliver(owner, id);
  expect((await streamOf(owner, id)).failing).toMatchObject({ attempts: 2 });

  status = 200;
  await makeDue(organizationId);
  await deliver(owner, id);
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids.slice(0, 3)).size).toBe(1);
  const accepted = entriesOf(receiver.received.slice(2)).map(({ seq }) => seq);
  expect(accepted).toEqual(accepted.map((_, index) => index + 1));
  expect(await streamOf(owner, id)).toMatchObject({ state: "active", failing: null, behind: { entries: 0 } });
});

async function makeDue(organizationId: string): Promise<void> {
  await tamper(organizationId, "UPDATE audit_streams SET next_try_at = NULL");
}

test.each([
  ["redirect", 302, "redirect"],
  ["gone", 410, "status"],
] as const)("%s is a failure", async (_what, status, error) => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(
    startReceiver((_received, response) => void response.writeHead(status, { location: "/" }).end()),
  );
  const { id } = await httpsStream(owner, receiver.url);
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect((await streamOf(owner, id)).failing).toMatchObject({ error, status });
});

test("a repeat after a lost answer brings the same entries under the same id", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  let lost = true;
  const receiver = await kept(
    startReceiver((_received, response) => {
      if (lost) response.destroy();
      else response.writeHead(200).end();
    }),
  );
  const { id } = await httpsStream(owner, receiver.url);
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect((await streamOf(owner, id)).failing).toMatchObject({ error: "unreachable" });
  lost = false;
  await makeDue(organizationId);
  await deliver(owner, id);
  const [first, second] = receiver.received.map(({ headers, body }) => ({
    id: headers["webhook-id"],
    seqs: linesOf([body]).map(({ seq }) => seq),
  }));
  expect(second).toEqual(first);
});

test("many deliverers at once send every entry once", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(
    startReceiver((_received, response) => {
      setTimeout(() => response.writeHead(200).end(), 30);
    }),
  );
  const { id } = await httpsStream(owner, receiver.url);
  for (let round = 0; round < 4; round++) {
    await writeEntries(owner, 5);
    await sealEntries(organizationId);
    await Promise.all(Array.from({ length: 4 }, () => deliver(owner, id)));
  }
  const seqs = entriesOf(receiver.received).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  expect(seqs).toHaveLength(22);
});

test("large logs go in pieces of bounded size", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await writeEntries(owner, 2_500);
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(entriesOf(receiver.received)).toHaveLength(2_502);
  for (const { body } of receiver.received) expect(body.length).toBeLessThan(1_500_000);
  expect(receiver.received.length).toBeGreaterThan(2);
});

async function askedFor(organizationId: string): Promise<{ name: string; soon: boolean }[]> {
  const { rows } = await ownerPool("main").query<{ name: string; soon: boolean }>(
    `SELECT name, run_at <= now() AS soon FROM astra.outbox
     WHERE tenant_id = $1 AND state = 'pending' AND name = 'audit.stream'`,
    [organizationId],
  );
  return rows;
}

test("sealing asks for one delivery a stream, and a failure for one later", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver((_received, response) => void response.writeHead(500).end()));
  const { id } = await httpsStream(owner, receiver.url);
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE tenant_id = $1", [organizationId]);
  await sealLog(organizationId);
  await sealLog(organizationId);
  expect(await askedFor(organizationId)).toEqual([{ name: "audit.stream", soon: true }]);
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE tenant_id = $1", [organizationId]);
  await deliver(owner, id);
  expect(await askedFor(organizationId)).toEqual([{ name: "audit.stream", soon: false }]);
});

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
  const destination = { kind: "https", url: receiver.url, authorization: "Splunk 0c1d-hush" } as const;
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

test("a broken chain is not sent as if it were whole", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await writeEntries(owner, 3);
  await sealEntries(organizationId);
  await tamper(
    organizationId,
    "UPDATE audit_entries SET action = 'x' WHERE id = (SELECT entry_id FROM audit_seals WHERE seq = 4)",
  );
  await deliver(owner, id);
  expect(receiver.received).toHaveLength(0);
  expect((await streamOf(owner, id)).failing).toMatchObject({ error: "chain_broken" });
});

test("a history that was written anew behind what was delivered is noticed", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await sealEntries(organizationId);
  await deliver(owner, id);
  await tamper(
    organizationId,
    `UPDATE audit_entries SET action = 'x';
     DELETE FROM audit_seals; UPDATE audit_chain SET seq = 0, head = NULL, cursor_xid = -1, home = ''`,
  );
  await writeEntries(owner, 1);
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect(receiver.received).toHaveLength(1);
  expect((await streamOf(owner, id)).failing).toMatchObject({ error: "chain_broken" });
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

test("an S3 store gets an object a batch under a name that its places decide, and a repeat overwrites it", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const store = await kept(startS3Store());
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = store;
  const destination = { kind: "s3", endpoint, region, bucket, accessKeyId, prefix: "astra/logs" } as const;
  const { id, secret } = await streamsOf(owner).create({
    name: "Archive",
    destination: { ...destination, secretAccessKey },
    from: "beginning",
  });
  expect(secret).toBeNull();
  expect(await streamsOf(owner).test({ id })).toMatchObject({ ok: true });
  await writeEntries(owner, 3);
  await sealEntries(organizationId);
  await deliver(owner, id);
  const key = "astra/logs/audit-000000000000001-000000000000006.jsonl";
  expect([...store.objects.keys()]).toEqual(["astra/logs/astra-test.jsonl", key]);
  const lines = linesOf([store.objects.get(key) ?? Buffer.alloc(0)]);
  expect(lines.map(({ kind }) => kind)).toEqual([...Array<string>(6).fill("entry"), "checkpoint"]);

  // As if the worker had died before it could note the delivery.
  await tamper(
    organizationId,
    "UPDATE audit_streams SET cursor_seq = 0, cursor_head = NULL, batch_through = 6, next_try_at = NULL",
  );
  await writeEntries(owner, 2);
  await sealEntries(organizationId);
  await deliver(owner, id);
  expect([...store.objects.keys()].slice(1)).toEqual([
    key,
    "astra/logs/audit-000000000000007-000000000000008.jsonl",
  ]);

  // One object a minute: what is sealed now waits, and a job that comes too early asks for another.
  await writeEntries(owner, 1);
  await sealEntries(organizationId);
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE tenant_id = $1", [organizationId]);
  await deliver(owner, id);
  expect(store.objects.size).toBe(3);
  expect(await askedFor(organizationId)).toContainEqual({ name: "audit.stream", soon: false });

  await streamsOf(owner).update({ id, destination: { ...destination, secretAccessKey: "wrong" } });
  await deliver(owner, id);
  expect((await streamOf(owner, id)).failing).toMatchObject({ error: "status", status: 403 });
  await expect(streamsOf(owner).rotateSecret({ id })).rejects.toMatchObject({
    cause: { reason: "no_signing_secret" },
  });
});

test("retention keeps for a week what a stream waits for, then the stream states the gap and goes on", async () => {
  const { id: organizationId, owner, slug } = await buildOrganization();
  let status = 500;
  const receiver = await kept(startReceiver((_received, response) => void response.writeHead(status).end()));
  const { id } = await httpsStream(owner, receiver.url);
  await writeEntries(owner, 8);
  await sealEntries(organizationId);
  await writeCheckpoint(organizationId, { now: true });
  await deliver(owner, id);
  const failingFor = (days: number) =>
    tamper(
      organizationId,
      `UPDATE audit_streams SET failing_since = '2040-01-01'::timestamptz - interval '${days} days', next_try_at = NULL`,
    );
  const door = {
    ...systemDoor({ ...owner.organization, slug }, { id: "retain", ip: null, userAgent: null }),
    clock: clockAt("2040-01-01T00:00:00Z"),
  };
  await failingFor(6);
  expect(await retainLog(door)).toBe(0);
  await failingFor(8);
  expect(await retainLog(door)).toBe(10);

  status = 200;
  await sealEntries(organizationId);
  await deliver(owner, id);
  const lines = linesOf(receiver.received.slice(1).map(({ body }) => body));
  expect(lines[0]).toEqual({ kind: "gap", from: 1, through: 10, reason: "retention" });
  expect(lines[1]).toMatchObject({ kind: "entry", seq: 11, action: "audit.retain" });
  expect(lines.at(-1)).toMatchObject({ kind: "checkpoint" });
  expect(await streamOf(owner, id)).toMatchObject({
    state: "active",
    failing: null,
    gap: { from: 1, through: 10, at: expect.any(Date) },
    deliveredThrough: 11,
  });
});
