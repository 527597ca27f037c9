import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { sealEntries } from "../../audit/seal.ts";
import { until } from "../../dev/embedded/until.ts";
import { ownerPool } from "../../fleet/owner.ts";
import { env } from "../../platform/env.ts";
import { entered } from "../entered.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../factories.ts";
import {
  allDone,
  askForCounted,
  askForRenames,
  askUntilStopped,
  expectOnceEach,
  expectRenamedOnce,
  expectSoundLog,
  rowsOf,
} from "./effects.ts";
import { Stage, type WorkerProcess } from "./stage.ts";

const counting = path.join(import.meta.dirname, "counting-worker.ts");
const patienceMs = 120_000;
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
  await countingWorker();
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
}, 180_000);

test.each(["SIGINT", "SIGQUIT"] as const)(
  "PostgreSQL may be stopped by %s under load and started again",
  async (signal) => {
    await countingWorker();
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
