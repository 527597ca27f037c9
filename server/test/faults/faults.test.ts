import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { sealEntries } from "../../audit/seal.ts";
import { freePort } from "../../dev/embedded/ports.ts";
import { until } from "../../dev/embedded/until.ts";
import { ownerPool } from "../../fleet/owner.ts";
import { enqueue } from "../../jobs/enqueue.ts";
import { claimDue, firstTurn } from "../../jobs/outbox.ts";
import { askPlatformMail } from "../../mail/ask.ts";
import { platformDb } from "../../platform/database.ts";
import { env } from "../../platform/env.ts";
import { transact } from "../../tenancy/transact.ts";
import { entered } from "../entered.ts";
import { buildOrganization, closeConnections, doorOf, type TestOrganization } from "../factories.ts";
import {
  allDone,
  askForCounted,
  askForRenames,
  askUntilStopped,
  expectOnceEach,
  expectRenamedOnce,
  expectSoundLog,
  rowsOf,
  shiftDatabaseClock,
} from "./effects.ts";
import { startHoldingProxy } from "./holding-proxy.ts";
import { startHesitantMailServer } from "./mail-server.ts";
import { Stage, type WorkerProcess } from "./stage.ts";

const counting = path.join(import.meta.dirname, "counting-worker.ts");
const patienceMs = 90_000;
const stage = new Stage();
let organization: TestOrganization;

beforeAll(() => stage.open(), patienceMs);
beforeEach(async () => {
  organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE name NOT LIKE 'audit.%'");
});
afterEach(async () => {
  await stage.tidy();
  await expectSoundLog(organization);
}, patienceMs);
afterAll(async () => {
  await closeConnections();
  await stage.close();
}, patienceMs);

function countingWorker(): Promise<WorkerProcess> {
  return stage.startWorker({ main: counting });
}

async function withRedis<Result>(work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(env().REDIS_URL);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Keeps every write of a member's row waiting for as long as `work` takes. */
async function holdingMembers(work: () => Promise<void>): Promise<void> {
  await entered(organization.id, async (client) => {
    await client.query("SELECT id FROM members FOR UPDATE");
    await work();
  });
}

test("a worker that is killed in mid-job loses nothing: another does what it held", async () => {
  const first = await stage.startWorker();
  const people = await askForRenames(organization, 40);
  const held = async () =>
    (await rowsOf("members.sync-account")).some(({ state, started }) => state === "dispatched" && started);
  await holdingMembers(async () => {
    await until(held, { what: "a job under way", timeoutMs: patienceMs });
    await first.kill();
  });
  await stage.startWorker();
  await allDone("members.sync-account");
  await expectRenamedOnce(organization, people);
  expect((await rowsOf("members.sync-account")).some(({ attempts }) => attempts === 2)).toBe(true);
}, 180_000);

test("a queue that forgets everything while 1,000 jobs wait loses none of them", async () => {
  const people = await askForRenames(organization, 1_000);
  await stage.startWorker();
  await withRedis(async (redis) => {
    for (const doneBefore of [1, 400]) {
      const reached = async () => {
        const rows = await rowsOf("members.sync-account");
        return (
          rows.filter(({ state }) => state === "done").length >= doneBefore &&
          (await redis.llen("bull:astra-default:wait")) > 0
        );
      };
      await until(reached, { what: "a full queue", timeoutMs: patienceMs, everyMs: 5 });
      await redis.flushall();
    }
  });
  await allDone("members.sync-account");
  await expectRenamedOnce(organization, people);
}, 180_000);

test("Redis may be away for ten seconds under load and come back empty", async () => {
  const worker = await countingWorker();
  const load = askUntilStopped(organization.owner);
  await until(() => load.accepted.length > 20, { what: "load", timeoutMs: patienceMs });
  await stage.killRedis();
  const before = load.accepted.length;
  await sleep(10_000);
  // Without Redis everything is still accepted.
  expect(load.accepted.length).toBeGreaterThan(before + 20);
  expect(load.unsure).toEqual([]);
  await stage.startRedis();
  await sleep(500);
  await load.stop();
  await allDone("directory.sync-member");
  await expectOnceEach(organization, load.accepted);
  expect(worker.child.isRunning()).toBe(true);
}, 180_000);

test.each(["SIGINT", "SIGQUIT"] as const)(
  "PostgreSQL may be stopped by %s under load and started again",
  async (signal) => {
    const worker = await countingWorker();
    const load = askUntilStopped(organization.owner);
    await until(() => load.accepted.length > 50, { what: "load", timeoutMs: patienceMs });
    await stage.stopPostgres(signal);
    await sleep(500);
    await stage.startPostgres();
    const before = load.accepted.length;
    await until(() => load.accepted.length > before + 50, { what: "load again", timeoutMs: patienceMs });
    await load.stop();
    await allDone("directory.sync-member");
    await expectOnceEach(organization, load.accepted);
    expect(worker.child.isRunning()).toBe(true);
  },
  180_000,
);

test("two relays and two sealers at once do everything once", async () => {
  await Promise.all([countingWorker(), countingWorker()]);
  const accepted: string[] = [];
  const sealing = { on: true };
  const sealer = async () => {
    while (sealing.on) await sealEntries(organization.id);
  };
  const sealers = [sealer(), sealer()];
  for (let i = 0; i < 10; i++) accepted.push(...(await askForCounted(organization.owner, 50)));
  await allDone("directory.sync-member");
  sealing.on = false;
  await Promise.all(sealers);
  await expectOnceEach(organization, accepted);
}, 180_000);

test.each([
  ["before the queue has it", "request"],
  ["before it hears that the queue has it", "answers"],
] as const)(
  "a relay that is killed between claiming a row and handing it over, %s, loses nothing",
  async (_when, what) => {
    const redisPort = Number(new URL(env().REDIS_URL).port);
    const proxy = await startHoldingProxy(redisPort);
    const first = await stage.startWorker({
      main: counting,
      env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` },
    });
    const accepted = await askForCounted(organization.owner, 1, {
      onRow: (rowId) => proxy.hold(rowId, what),
    });
    await until(() => proxy.isHolding(), { what: "a hand-over under way", timeoutMs: patienceMs });
    const inRedis = () => withRedis((redis) => redis.llen("bull:astra-default:wait"));
    if (what === "answers")
      await until(async () => (await inRedis()) === 1, { what: "a job in Redis", timeoutMs: patienceMs });
    await first.kill();
    await proxy.close();
    expect(await rowsOf("directory.sync-member")).toMatchObject([{ state: "dispatched", started: false }]);
    expect(await inRedis()).toBe(what === "answers" ? 1 : 0);
    await countingWorker();
    // Nobody knows of this row any more but the row itself: its lease has to run out.
    if (what === "request") await shiftDatabaseClock(60);
    await allDone("directory.sync-member");
    await expectOnceEach(organization, accepted);
  },
  180_000,
);

test("a job that the queue delivers twice has its effect once", async () => {
  const accepted = await askForCounted(organization.owner, 30);
  const rows = await claimDue("main", "default", 200, firstTurn);
  const messages = rows.map(({ id: rowId, name, attempts: attempt }) => ({
    name,
    data: { rowId, shardId: "main", attempt },
  }));
  const queue = new Queue("astra-default", { connection: { url: env().REDIS_URL } });
  await queue.addBulk([...messages, ...messages]);
  await Promise.all([countingWorker(), countingWorker()]);
  await allDone("directory.sync-member");
  await queue.addBulk(messages);
  await until(async () => (await queue.getWaitingCount()) === 0, {
    what: "all taken",
    timeoutMs: patienceMs,
  });
  await queue.close();
  await expectOnceEach(organization, accepted);
}, 180_000);

test("a process whose clock is a day wrong runs nothing early and nothing twice", async () => {
  const shifted = path.join(import.meta.dirname, "shifted-clock.mjs");
  const day = 86_400_000;
  const worker = (shiftMs: number) =>
    stage.startWorker({
      main: counting,
      nodeArguments: ["--import", shifted],
      env: { CLOCK_SHIFT_MS: String(shiftMs) },
    });
  await Promise.all([worker(day), worker(-day)]);
  const later = await askForCounted(organization.owner, 5, { at: new Date(Date.now() + 3_600_000) });
  const now = await askForCounted(organization.owner, 40);
  const done = async () =>
    (await rowsOf("directory.sync-member")).filter(({ state }) => state === "done").length >= 40;
  await until(done, { what: "what is due", timeoutMs: patienceMs });
  expect((await rowsOf("directory.sync-member")).filter(({ state }) => state === "pending")).toHaveLength(5);
  await shiftDatabaseClock(3_600);
  await allDone("directory.sync-member");
  await expectOnceEach(organization, [...now, ...later]);
}, 180_000);

test("a database whose clock goes back by an hour, with jobs under way, holds nothing up", async () => {
  await countingWorker();
  const load = askUntilStopped(organization.owner);
  await until(() => load.accepted.length > 50, { what: "load", timeoutMs: patienceMs });
  await shiftDatabaseClock(-3_600);
  const before = load.accepted.length;
  await until(() => load.accepted.length > before + 50, { what: "load again", timeoutMs: patienceMs });
  await load.stop();
  await allDone("directory.sync-member");
  await expectOnceEach(organization, load.accepted);
}, 180_000);

test("a job that kills its worker is dead after its tries, and takes no other with it", async () => {
  const accepted = await askForCounted(organization.owner, 20);
  await transact(await doorOf(organization.owner), "write", (ctx) =>
    enqueue(ctx, "audit.verify", { runId: organization.id }),
  );
  for (let deaths = 0; deaths < 3; deaths++) {
    const worker = await countingWorker();
    expect(await worker.child.ended).toBe("SIGKILL");
    await shiftDatabaseClock(60);
  }
  await countingWorker();
  const dead = async () => (await rowsOf("audit.verify"))[0]?.state === "dead";
  await until(dead, { what: "the end of the poison", timeoutMs: patienceMs });
  await allDone("directory.sync-member");
  await expectOnceEach(organization, accepted);
}, 180_000);

test("a worker that is killed while it hands a mail over: another sends it, once", async () => {
  const mailServer = await startHesitantMailServer();
  try {
    const first = await stage.startWorker({ env: { SMTP_URL: mailServer.url } });
    await platformDb().$transaction(async (tx) => {
      const { accountId } = organization.owner;
      const { id } = await tx.securityEvent.create({
        data: { kind: "test", accountId },
        select: { id: true },
      });
      await askPlatformMail(tx, "already_registered", id, { requestId: id });
    });
    await until(() => mailServer.isHesitating(), { what: "a mail under way", timeoutMs: patienceMs });
    await first.kill();
    await shiftDatabaseClock(60);
    await stage.startWorker({ env: { SMTP_URL: mailServer.url } });
    await allDone("mail.send");
    expect(mailServer.taken).toEqual([expect.stringContaining("already_registered")]);
  } finally {
    await mailServer.close();
  }
}, 180_000);

test("a worker that is told to stop finishes what it has begun and leaves the rest to others", async () => {
  const people = await askForRenames(organization, 150);
  const worker = await stage.startWorker();
  const doneCount = async () =>
    (await rowsOf("members.sync-account")).filter(({ state }) => state === "done").length;
  await until(async () => (await doneCount()) > 10, { what: "some done", timeoutMs: patienceMs, everyMs: 5 });
  expect(await worker.stop()).toBe("exit code 0");
  const rows = await rowsOf("members.sync-account");
  expect(rows.filter(({ started, state }) => started && state === "dispatched")).toEqual([]);
  expect(await doneCount()).toBeLessThan(150);
  await stage.startWorker();
  await allDone("members.sync-account");
  await expectRenamedOnce(organization, people);
  expect((await rowsOf("members.sync-account")).filter(({ attempts }) => attempts !== 1)).toEqual([]);
}, 180_000);

test("a job that does not end in time is handed back when its worker is told to stop", async () => {
  const worker = await stage.startWorker({ main: counting, env: { WORKER_DRAIN_SECONDS: "4" } });
  await transact(await doorOf(organization.owner), "write", (ctx) =>
    enqueue(ctx, "audit.export", { runId: organization.id }),
  );
  const started = async () => (await rowsOf("audit.export"))[0]?.started === true;
  await until(started, { what: "a job under way", timeoutMs: patienceMs });
  expect(await worker.stop()).toBe("exit code 0");
  expect(await rowsOf("audit.export")).toMatchObject([
    { state: "pending", started: false, attempts: 0, spared: 1 },
  ]);
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE name = 'audit.export'");
}, 180_000);

test("every line that a job causes says which job of whom it is, and on whose request", async () => {
  const worker = await countingWorker();
  await transact(await doorOf(organization.owner), "write", (ctx) =>
    enqueue(ctx, "directory.sync-member", { memberId: organization.id }),
  );
  await allDone("directory.sync-member");
  const [row] = await rowsOf("directory.sync-member");
  const told = () =>
    worker.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ jobId }) => jobId === row?.id);
  // The row is done a moment before the last line is written.
  await until(() => told().length > 1, { what: "the last line", timeoutMs: patienceMs });
  expect(told().map(({ msg }) => msg)).toEqual(["counted", "job done"]);
  const whose = { job: "directory.sync-member", tenant: organization.id, requestId: expect.any(String) };
  for (const line of told()) expect(line).toMatchObject(whose);
}, 180_000);

test("a worker tells whether it is alive and ready, and its figures to who may know them", async () => {
  const port = await freePort();
  const worker = await stage.startWorker({ env: { WORKER_PORT: String(port) } });
  const ask = async (what: string, token?: string) => {
    const headers = new Headers(token ? { authorization: `Bearer ${token}` } : undefined);
    const answer = await fetch(`http://127.0.0.1:${port}/health/${what}`, { headers });
    return { status: answer.status, body: await answer.text() };
  };
  expect(await ask("live")).toEqual({ status: 200, body: "ok" });
  expect(JSON.parse((await ask("ready")).body)).toEqual({ status: "ok", database: true, redis: true });
  expect((await ask("metrics")).status).toBe(404);
  expect((await ask("metrics", "guessed")).status).toBe(404);
  const figures = await ask("metrics", stage.env["METRICS_TOKEN"]);
  expect(figures.body).toContain("astra_outbox_oldest_seconds");

  // Nothing is lost without Redis: it goes on, and says so. Without the database nobody should send it anything.
  await stage.killRedis();
  const known = async () => JSON.parse((await ask("ready")).body) as { database: boolean; redis: boolean };
  await until(async () => !(await known()).redis, { what: "the absence of Redis", timeoutMs: patienceMs });
  expect((await ask("ready")).status).toBe(200);
  await stage.stopPostgres("SIGINT");
  await until(async () => (await ask("ready")).status === 503, {
    what: "the absence of PostgreSQL",
    timeoutMs: patienceMs,
  });
  expect(await ask("live")).toEqual({ status: 200, body: "ok" });
  await stage.startPostgres();
  await stage.startRedis();
  await until(async () => (await known()).redis && (await known()).database, {
    what: "both again",
    timeoutMs: patienceMs,
  });
  expect(worker.child.isRunning()).toBe(true);
}, 180_000);

test("a worker does not start on a Redis that may throw jobs away, nor without a place for files", async () => {
  await withRedis(async (redis) => {
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    await expect(stage.startWorker()).rejects.toThrow(/must have maxmemory-policy noeviction/);
    await redis.config("SET", "maxmemory-policy", "noeviction");
  });
  await expect(stage.startWorker({ env: { STORAGE_URL: "" } })).rejects.toThrow(/STORAGE_URL: is missing/);
}, 180_000);
