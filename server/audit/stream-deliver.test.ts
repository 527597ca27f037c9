import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterAll, afterEach, expect, test } from "vitest";
import { until } from "../dev/embedded/until.ts";
import { ownerPool } from "../fleet/owner.ts";
import { closeOutbound } from "../platform/outbound.ts";
import { buildOrganization, clockAt, closeConnections } from "../test/factories.ts";
import { tamper, writeEntries } from "../test/logs.ts";
import { startReceiver } from "../test/receiver.ts";
import { startS3Store } from "../test/s3-store.ts";
import {
  askedFor,
  deliver,
  entriesOf,
  httpsStream,
  isSignedBy,
  linesOf,
  makeDue,
  streamOf,
  streamsOf,
} from "../test/streams.ts";
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

/** Closed when the test has ended. */
async function kept<Part extends { close(): Promise<void> }>(part: Promise<Part>): Promise<Part> {
  const opened = await part;
  ends.push(() => opened.close());
  return opened;
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

test("an organization's streams hold two places at once, and those without one have their turn behind them", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const held: ServerResponse[] = [];
  let holding = true;
  const receiver = await kept(
    startReceiver((_received, response) => {
      if (holding) held.push(response);
      else response.writeHead(200).end();
    }),
  );
  const ids = await Promise.all([1, 2, 3, 4].map(async () => (await httpsStream(owner, receiver.url)).id));
  await sealEntries(organizationId);
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE tenant_id = $1", [organizationId]);
  let over = 0;
  const deliveries = ids.map((id) => deliver(owner, id).then(() => over++));
  await until(() => over === 2 && held.length === 2, {
    what: "two that wait for an answer",
    timeoutMs: 20_000,
  });
  // Nothing is asked for that would find no place.
  await sealLog(organizationId);
  expect(await askedFor(organizationId)).toEqual([]);

  holding = false;
  for (const response of held) response.writeHead(200).end();
  await Promise.all(deliveries);
  expect(await askedFor(organizationId)).toHaveLength(2);
  for (const id of ids) await deliver(owner, id);
  for (const id of ids) expect((await streamOf(owner, id)).deliveredThrough).toBeGreaterThanOrEqual(5);
});

test("the job of a deliverer that died takes its place over, and no other job does", async () => {
  const { id: organizationId, owner } = await buildOrganization();
  const receiver = await kept(startReceiver());
  const { id } = await httpsStream(owner, receiver.url);
  await sealEntries(organizationId);
  const job = { id: randomUUID() };
  // As a worker leaves it that dies in the middle.
  await tamper(
    organizationId,
    `UPDATE audit_streams SET lease = gen_random_uuid(), lease_until = now() + interval '1 minute', lease_job = '${job.id}'`,
  );
  const door = systemDoor(owner.organization, { id: "delivery", ip: null, userAgent: null });
  await deliverStream(door, { streamId: id }, { id: randomUUID() });
  expect(receiver.received).toHaveLength(0);
  await deliverStream(door, { streamId: id }, job);
  expect(receiver.received).toHaveLength(1);
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

  await makeDue(organizationId);
  await ownerPool("main").query(
    "UPDATE astra.outbox SET state = 'dead', run_at = now() WHERE tenant_id = $1",
    [organizationId],
  );
  await sealLog(organizationId);
  expect(await askedFor(organizationId)).toEqual([]);
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
